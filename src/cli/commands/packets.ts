/** `packets`: lists packets, or shows them as trees, annotated hex, JSON or columns. */
import { Packet } from '../../capture/packet.ts';
import { verifyChecksums } from '../../dissect/checksums.ts';
import { FilterContext } from '../../filter/context.ts';
import { type Filter, loadFilter } from '../../filter/filter.ts';
import { FilterError } from '../../filter/filter-error.ts';
import { nameFields } from '../../filter/name-fields.ts';
import { type Loss, lossesOf } from '../../reassemble/losses.ts';
import { Session } from '../../reassemble/session.ts';
import { jsonString } from '../../render/safe-text.ts';
import { type Damage, Points, readCaptures } from '../captures.ts';
import { dissectorFor } from '../dissection.ts';
import { ExitCode, UsageError } from '../exit-codes.ts';
import { InterfaceFacts } from '../interface-facts.ts';
import type { CommandIo } from '../io.ts';
import { Messages } from '../messages.ts';
import { labels, namesFor } from '../names.ts';
import { Output } from '../output.ts';
import { captureFileFor, printsBesideFile, whileWriting } from '../output-file.ts';
import type { PacketsOptions } from '../packet-options.ts';
import { isJson, type Printer, printerFor, tellsIssues } from '../packet-printer.ts';

/** Runs the command and answers the exit status. */
export async function packets(paths: readonly string[], options: PacketsOptions, io: CommandIo): Promise<ExitCode> {
  const messages = new Messages(io, options.quiet);
  const output = new Output(io.stdout, options.lineBuffered ?? false);
  const dissector = dissectorFor(options);
  const points = new Points(paths);
  if (options.linkType !== undefined && options.fromHex === undefined) {
    throw new UsageError('--link-type goes with --from-hex');
  }
  const isPrinted = options.write === undefined || printsBesideFile(options);
  const isVerified = isPrinted && tellsIssues(options);
  let filter: Filter | undefined;
  let printer: Printer;
  try {
    const names = await namesFor(options, messages);
    const computed = nameFields(names);
    if (options.filter !== undefined) filter = await loadFilter(options.filter, dissector, { computed });
    printer = printerFor({ options, dissector, paths, output, io, computed, nameOf: labels(names) });
  } catch (error) {
    if (error instanceof FilterError) throw new UsageError(error.render(), { cause: error });
    throw error;
  }
  const { print, protocolIds, readsPacket, flush } = printer;
  if (protocolIds !== undefined && filter === undefined) dissector.narrow(protocolIds);
  const context = new FilterContext(dissector.createLayers());
  const { layers } = context;
  const session = new Session();
  const facts = new InterfaceFacts(points);
  const packet = new Packet();
  let number = 0;
  let printed = 0;
  const file = captureFileFor(options, points, io, messages);
  const isBorrowed = readsPacket || file !== undefined;
  const status = await whileWriting(file, () =>
    readCaptures(paths, {
      io,
      messages,
      join: options.join ?? false,
      printsPackets: isPrinted,
      dumps: { count: options.fromHex?.length ?? 0, linkType: options.linkType },
      onOpen: (captures) => file?.open(captures),
      onRun: ({ batch, start, end }, origin) => {
        const { reader } = origin.input;
        facts.begin(origin);
        for (let row = start; row < end; row++) {
          number++;
          if (isBorrowed) packet.borrowRow(batch, row, reader);
          if (isPrinted || filter !== undefined) {
            facts.take(batch.interfaceId[row]!);
            const { point, linkType, fcsOctets, toldId, toldName } = facts;
            const from = batch.start[row]!;
            const to = from + batch.length[row]!;
            session.at(number, batch.seconds[row]!, point);
            dissector.dissect(layers, reader.view, from, to, batch.wireLength[row]!, linkType, fcsOctets, session);
            if (isVerified) verifyChecksums(layers, options.check ?? false);
            context.takeRow(batch, row, number, toldId, toldName);
            if (filter !== undefined && !filter.matches(context)) continue;
          }
          file?.add(packet, origin);
          if (isPrinted) print(context, facts, packet);
          if (++printed === options.count) return false;
        }
        return true;
      },
      onWait: () => {
        flush();
        output.flush();
        file?.flush();
      },
      onDamage: (damage) => {
        flush();
        if (isJson(options)) output.line(warningJson(damage));
      },
    }),
  );
  flush();
  for (const loss of lossesOf(session)) {
    messages.notice('', loss.message);
    if (isJson(options)) output.line(lossJson(loss));
  }
  output.flush();
  if (status === ExitCode.done && options.exitStatus && printed === 0) return ExitCode.nothingMatched;
  return status;
}

function warningJson({ path, code, message, byteOffset }: Damage): string {
  const offset = byteOffset === undefined ? '' : `,"byteOffset":${byteOffset}`;
  return `{"type":"warning","code":"${code}"${offset},"capture":${jsonString(path)},"message":${jsonString(message)}}`;
}

function lossJson({ code, message }: Loss): string {
  return `{"type":"warning","code":"${code}","message":${jsonString(message)}}`;
}
