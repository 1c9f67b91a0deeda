/** What `npm run demo` shows: the main job on a capture of a flannel node. */
const { join } = require('node:path');
const { commandFor } = require('./command.js');

const shown = 'fixtures/captures/flannel-vxlan/node1-eth1.pcap';
const capture = join(__dirname, '..', shown);
const { main, processIo } = commandFor(['packets']);
const io = processIo();

/** Runs a command as it would be typed. */
async function run(...options) {
  const typed = options.map((option) => (/[ '"]/.test(option) ? `'${option}'` : option));
  io.stdout.write(`\n$ netdissect ${shown} ${typed.join(' ')}\n`);
  process.exitCode = await main([capture, ...options], io);
}

run('-Y', 'frame.number == 3', '--layers', '--hex').then(() => run('-c', '12'));
