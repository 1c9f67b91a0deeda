/** `cluster`: the nodes, pod networks, tunnels and services, as files say and as traffic shows. */
import type { Cluster } from '../../cluster/cluster.ts';
import { COLLECT_SCRIPT } from '../../cluster/collect.ts';
import type { Context } from '../../cluster/context/context.ts';
import { joinCluster } from '../../cluster/join/join-cluster.ts';
import { buildModel } from '../../cluster/model.ts';
import { clusterRecords } from '../../cluster/records.ts';
import { ClusterObserver } from '../../cluster/traffic/observer.ts';
import { Session } from '../../reassemble/session.ts';
import { jsonString, jsonText } from '../../render/safe-text.ts';
import { Points, readCaptures } from '../captures.ts';
import type { ClusterOptions } from '../cluster-options.ts';
import { loadContext } from '../context-files.ts';
import { dissectorFor, dissectPacket } from '../dissection.ts';
import { ExitCode } from '../exit-codes.ts';
import type { CommandIo } from '../io.ts';
import { Messages } from '../messages.ts';
import { Output } from '../output.ts';
import { styleFor } from '../terminal.ts';
import { clusterTables } from './cluster-tables.ts';

/** Runs the command and answers the exit status. Without captures only the files are shown. */
export async function cluster(paths: readonly string[], options: ClusterOptions, io: CommandIo): Promise<ExitCode> {
  const output = new Output(io.stdout);
  if (options.collect) {
    io.stdout.write(COLLECT_SCRIPT);
    return ExitCode.done;
  }
  const messages = new Messages(io, options.quiet);
  const context = await loadContext(options.context ?? [], messages);
  const observer = new ClusterObserver();
  const status = paths.length === 0 ? ExitCode.done : await observeCaptures(paths, options, io, messages, observer);
  const joined = joinCluster(buildModel(context.facts), observer.observations);
  if (options.json) writeJson(joined, context, output);
  else for (const line of clusterTables(joined, styleFor(options.color, io))) output.line(line);
  output.flush();
  return status;
}

function observeCaptures(
  paths: readonly string[],
  options: ClusterOptions,
  io: CommandIo,
  messages: Messages,
  observer: ClusterObserver,
): Promise<ExitCode> {
  const dissector = dissectorFor(options);
  const layers = dissector.createLayers();
  const points = new Points(paths);
  const session = new Session();
  let number = 0;
  return readCaptures(paths, {
    io,
    messages,
    join: options.join ?? false,
    onPacket: (packet, origin) => {
      number++;
      const point = points.of(origin, packet.interfaceId);
      session.at(number, packet.seconds, point);
      dissectPacket(dissector, layers, packet, origin.input, session);
      observer.observe(layers, number, point);
      return number !== options.count;
    },
  });
}

function writeJson(joined: Cluster, { warnings }: Context, output: Output): void {
  for (const record of clusterRecords(joined)) output.line(jsonText(record));
  for (const { file, message } of warnings) {
    output.line(`{"type":"warning","code":"context","file":${jsonString(file)},"message":${jsonString(message)}}`);
  }
}
