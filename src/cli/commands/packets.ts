/** `packets`: lists packets, or shows them as trees, annotated hex, JSON or columns. */
import { verifyChecksums } from '../../dissect/checksums.ts';
import { FilterContext } from '../../filter/context.ts';
import { type Filter, loadFilter } from '../../filter/filter.ts';
import { FilterError } from '../../filter/filter-error.ts';
import { nameFields } from '../../filter/name-fields.ts';
import { type Loss, lossesOf } from '../../reassemble/losses.ts';
import { Session } from '../../reassemble/session.ts';
import { jsonString } from '../../render/safe-text.ts';
import { type Damage, Points, readCaptures } from '../captures.ts';
import { dissectorFor, dissectPacket } from '../dissection.ts';
import { ExitCode, UsageError } from '../exit-codes.ts';
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
  let print: Printer;
  try {
    const names = await namesFor(options, messages);
    const computed = nameFields(names);
    if (options.filter !== undefined) filter = await loadFilter(options.filter, dissector, { computed });
    print = printerFor({ options, dissector, paths, points, output, io, computed, nameOf: labels(names) });
  } catch (error) {
    if (error instanceof FilterError) throw new UsageError(error.render(), { cause: error });
    throw error;
  }
  const context = new FilterContext(dissector.createLayers());
  const session = new Session();
  let number = 0;
  let printed = 0;
  const file = captureFileFor(options, points, io, messages);
  const status = await whileWriting(file, () =>
    readCaptures(paths, {
      io,
      messages,
      join: options.join ?? false,
      printsPackets: isPrinted,
      dumps: { count: options.fromHex?.length ?? 0, linkType: options.linkType },
      onOpen: (captures) => file?.open(captures),
      onPacket: (packet, origin) => {
        number++;
        if (!isPrinted && filter === undefined) {
          file?.add(packet, origin);
          printed++;
          return printed !== options.count;
        }
        const { reader } = origin.input;
        session.at(number, packet.seconds, points.of(origin, packet.interfaceId));
        dissectPacket(dissector, context.layers, packet, origin.input, session);
        if (isVerified) verifyChecksums(context.layers, options.check ?? false);
        const isNamed = reader.format === 'pcapng';
        const name = isNamed ? (reader.interfaces[packet.interfaceId]?.name ?? '') : '';
        context.take(packet, number, isNamed ? packet.interfaceId : -1, name);
        if (filter !== undefined && !filter.matches(context)) return true;
        file?.add(packet, origin);
        if (isPrinted) print(context, packet, origin);
        printed++;
        return printed !== options.count;
      },
      onWait: () => {
        output.flush();
        file?.flush();
      },
      onDamage: (damage) => {
        if (isJson(options)) output.line(warningJson(damage));
      },
    }),
  );
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
