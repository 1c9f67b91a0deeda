/** What `npm run demo` shows: the main job on a capture of a flannel node. */
import { fileURLToPath } from 'node:url';
import { main, processIo } from '../dist/command/command.js';

const capture = fileURLToPath(new URL('../fixtures/captures/flannel-vxlan/node1-eth1.pcap', import.meta.url));
const shown = 'fixtures/captures/flannel-vxlan/node1-eth1.pcap';
const io = processIo();

/** Runs a command as it would be typed. */
async function run(...options) {
  const typed = options.map((option) => (/[ '"]/.test(option) ? `'${option}'` : option));
  io.stdout.write(`\n$ netdissect ${shown} ${typed.join(' ')}\n`);
  process.exitCode = await main([capture, ...options], io);
}

await run('-Y', 'frame.number == 3', '--layers', '--hex');
await run('-c', '12');
