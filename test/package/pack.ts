/** Packs the project, installs the tarball into an empty folder and uses it there as a user would. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { examples } from '../library/example.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const capture = join(project, 'fixtures/captures/flannel-vxlan/node1-eth1.pcap');
const folder = mkdtempSync(join(tmpdir(), 'netdissect-package-'));

/** Runs a program in a folder and answers what it printed. */
function run(program: string, argv: readonly string[], cwd: string): string {
  return execFileSync(program, argv, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Octets of the files below a folder, without packages of their own. */
function octetsBelow(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    if (entry.name === 'node_modules') return sum;
    const path = join(folder, entry.name);
    return sum + (entry.isDirectory() ? octetsBelow(path) : statSync(path).size);
  }, 0);
}

/** Ends the run with a message where something is not so. */
function expect(holds: boolean, what: string): void {
  if (!holds) throw new Error(`the package does not do what it should: ${what}`);
  process.stdout.write(`ok: ${what}\n`);
}

try {
  const [{ filename }] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', folder], project)) as [
    { filename: string },
  ];
  writeFileSync(join(folder, 'package.json'), '{ "name": "user", "private": true, "type": "module" }');
  run('npm', ['install', '--no-audit', '--no-fund', join(folder, filename), 'typescript@7', '@types/node@20'], folder);

  for (const kernel of ['flow-kernel', 'line-kernel']) {
    const path = join(folder, `node_modules/netdissect/dist/command/${kernel}.wasm`);
    expect(statSync(path).size > 0, `the compiled ${kernel} is there`);
  }

  const layers = run('npx', ['netdissect', capture, '--layers'], folder);
  expect(/vxlan\.vni +1\n/.test(layers), '--layers shows VNI 1');

  const records = run('npx', ['netdissect', capture, '--json'], folder)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { protocols: string });
  const count = Number(run('npx', ['netdissect', 'stats', '--packets', capture], folder));
  expect(count > 0 && records.length === count, `--json gives a record for each of ${count} packets`);
  expect(records[2]?.protocols === 'eth:ip:udp:vxlan:eth:ip:tcp', 'the third is TCP within VXLAN');

  const program = `
    import { dissect, readCapture } from 'netdissect';
    import { openCapture } from 'netdissect/node';
    let vnis = 0;
    for await (const packet of await openCapture(process.argv[2] ?? '')) {
      const vni: number | undefined = packet.layer('vxlan')?.vni;
      const isSyn: boolean | undefined = packet.layer('tcp')?.flags.syn;
      // @ts-expect-error: what a layer has is known by its declaration
      const wrong: string | undefined = packet.layer('vxlan')?.vni;
      if (vni === 1 && isSyn !== null && wrong !== null) vnis++;
    }
    const arp: string = dissect(new Uint8Array(42)).protocols;
    if (typeof readCapture !== 'function' || !arp.startsWith('eth')) throw new Error('the library is not whole');
    console.log(vnis);
  `;
  writeFileSync(join(folder, 'user.ts'), program);
  const compiler = ['tsc', '--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node', 'user.ts'];
  run('npx', compiler, folder);
  const tunneled = records.filter(({ protocols }) => protocols.includes(':vxlan:')).length;
  expect(
    Number(run('node', ['user.js', capture], folder)) === tunneled,
    'the library reads the capture and its types hold',
  );

  copyFileSync(capture, join(folder, 'capture.cap'));
  for (const { from, program: example = '', missing } of examples()) {
    if (example === '') {
      process.stdout.write(`skipped: ${missing}\n`);
      continue;
    }
    writeFileSync(join(folder, 'example.ts'), example);
    run('npx', [...compiler.slice(0, -1), 'example.ts'], folder);
    const lines = run('node', ['example.js'], folder).trim().split('\n').length;
    expect(lines >= 1, `${from} compiles and runs, and prints ${lines} lines`);
  }

  const { outputFiles } = buildSync({
    stdin: { contents: "export * from 'netdissect';", resolveDir: folder },
    ...{ bundle: true, write: false, format: 'esm', platform: 'browser', minify: true },
  });
  const size = outputFiles[0]?.contents.length ?? 0;
  expect(size > 0, `a bundle for browsers needs nothing of Node (${Math.round(size / 1024)} kB)`);

  const { dependencies = {} } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>;
  };
  const places = run('npm', ['ls', '--omit=dev', '--all', '--parseable'], project).trim().split('\n').slice(1);
  const octets = places.reduce((sum, place) => sum + octetsBelow(place), 0);
  const names = Object.keys(dependencies).join(', ');
  expect(places.length <= 16, `at most 16 packages come with it (${places.length}, for ${names})`);
  expect(octets <= 5e6, `and at most 5 MB (${(octets / 1e6).toFixed(1)} MB)`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
