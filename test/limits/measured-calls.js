/** Runs the calls given as lines of JSON on standard input, one after the other, and says of each how it went. Their output goes nowhere. */
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import bin from '../../bin/command.js';

const { main } = bin.commandFor(['packets']);

/** A sink that keeps nothing but the last words. */
function nowhere() {
  const sink = { last: '', isTTY: false, columns: undefined };
  sink.write = (text) => {
    sink.last = text.slice(-500);
  };
  sink.writeOctets = (octets) => sink.write(new TextDecoder().decode(octets.subarray(-500)));
  return sink;
}

for await (const line of createInterface({ input: process.stdin })) {
  const words = JSON.parse(line);
  const stderr = nowhere();
  const io = {
    stdout: nowhere(),
    stderr,
    stdin: Readable.from([]),
    stdinIsTTY: false,
    env: {},
    interrupted: new AbortController().signal,
  };
  const before = process.cpuUsage();
  let fault = '';
  let status;
  try {
    status = await main(words, io);
    if (![0, 2, 3].includes(status)) fault = `status ${status}: ${stderr.last}`;
  } catch (error) {
    fault = error.stack ?? String(error);
  }
  // Time of the processor: how busy others keep the machine must not count.
  const { user, system } = process.cpuUsage(before);
  const seconds = (user + system) / 1e6;
  const megabytes = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(`${JSON.stringify({ words, status, said: stderr.last, seconds, megabytes, fault })}\n`);
}
