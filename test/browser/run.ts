/** Bundles the library for browsers, opens it in headless Chromium, drops captures on a page and compares the packets with Node's. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium, type Page } from 'playwright-core';
import { openCapture, packetJson } from '../../src/node.ts';
import { FIXTURES } from '../corpus.ts';
import { examples, fromSources } from '../library/example.ts';
import { CUT, FRAGMENTS, SEVERAL, VXLAN } from '../library/fixtures.ts';
import { FLAGS, findChromium } from './chromium.ts';
import { type SiteFile, serve } from './site.ts';

const page = fileURLToPath(new URL('page/', import.meta.url));
const CAPTURES = [VXLAN, SEVERAL, FRAGMENTS, CUT];
const TIMEOUT = 30_000;

/** What a capture is called on the site. */
const nameOf = (path: string): string => relative(FIXTURES, path).replaceAll('/', '-');

/** Ends the run with a message where something is not so. */
function expect(holds: boolean, what: string): void {
  if (!holds) throw new Error(`in the browser it is not so that ${what}`);
  process.stdout.write(`ok: ${what}\n`);
}

/** Bundles a program for browsers; fails where it needs anything of Node. */
async function bundle(program: { readonly path: string } | { readonly text: string }): Promise<string> {
  const { outputFiles } = await build({
    ...('path' in program
      ? { entryPoints: [program.path] }
      : { stdin: { contents: program.text, loader: 'ts', resolveDir: page } }),
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    logLevel: 'error',
    plugins: [fromSources('browser')],
  });
  return outputFiles[0]?.text ?? '';
}

/** The records that Node makes of a capture. */
async function recordsOf(path: string): Promise<string[]> {
  const records: string[] = [];
  for await (const packet of await openCapture(path, { name: nameOf(path) })) records.push(packetJson(packet));
  return records;
}

/** Drops a capture that the site serves on the page, as a user drops a file. */
async function drop(tab: Page, name: string): Promise<void> {
  const dataTransfer = await tab.evaluateHandle(`(async () => {
    const octets = await (await fetch('/${name}')).arrayBuffer();
    const transfer = new DataTransfer();
    transfer.items.add(new File([octets], '${name}'));
    return transfer;
  })()`);
  await tab.dispatchEvent('#drop', 'drop', { dataTransfer });
}

async function checkCapture(tab: Page, path: string, how: 'dropped' | 'chosen'): Promise<void> {
  const name = nameOf(path);
  const expected = await recordsOf(path);
  if (how === 'dropped') await drop(tab, name);
  else await tab.setInputFiles('#file', { name, mimeType: 'application/octet-stream', buffer: readFileSync(path) });
  await tab.getByText(`${name}: ${expected.length} packets`).waitFor({ timeout: TIMEOUT });
  const records = (await tab.textContent('#records')) ?? '';
  expect(records === expected.join('\n'), `${name}, ${how}, gives the ${expected.length} packets that Node gives`);
}

/** The examples by the path of their bundle; one that is made for Node alone is told, and left out. */
function runnableExamples(): Map<string, { readonly from: string; readonly program: string }> {
  const runnable = new Map<string, { from: string; program: string }>();
  for (const [index, { from, program, missing }] of examples().entries()) {
    if (program === undefined) process.stdout.write(`skipped: ${missing}\n`);
    else if (program.includes("'netdissect/node'")) process.stdout.write(`skipped: ${from} is for Node alone\n`);
    else runnable.set(`/example-${index}.js`, { from, program });
  }
  return runnable;
}

async function checkExamples(tab: Page, address: string, programs: ReturnType<typeof runnableExamples>): Promise<void> {
  for (const [path, { from }] of programs) {
    const lines: string[] = [];
    const listen = (message: { text(): string }): void => void lines.push(message.text());
    tab.on('console', listen);
    await tab.goto(`${address}/example.html`);
    await tab.evaluate(`import('${path}')`);
    tab.off('console', listen);
    expect(
      lines.length >= 1 && !lines.some((line) => line.includes('undefined')),
      `${from} runs, and prints ${lines.length} lines`,
    );
  }
}

async function run(executablePath: string): Promise<void> {
  const files: Record<string, SiteFile> = {
    '/index.html': { text: readFileSync(join(page, 'index.html'), 'utf8') },
    '/page.js': { text: await bundle({ path: join(page, 'page.ts') }) },
    '/example.html': { text: '<!doctype html><title>An example</title>' },
    '/capture.cap': { path: VXLAN },
  };
  for (const capture of CAPTURES) files[`/${nameOf(capture)}`] = { path: capture };
  const programs = runnableExamples();
  for (const [path, { program }] of programs) files[path] = { text: await bundle({ text: program }) };
  const site = await serve(files);
  const profile = mkdtempSync(join(tmpdir(), 'netdissect-browser-'));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: FLAGS,
  });
  try {
    const tab = await browser.newPage();
    const errors: string[] = [];
    tab.on('pageerror', (error) => errors.push(error.message));
    await tab.goto(`${site.address}/index.html`);
    for (const capture of CAPTURES) await checkCapture(tab, capture, 'dropped');
    await checkCapture(tab, VXLAN, 'chosen');
    expect(/VNI 1, whole/.test((await tab.textContent('#state')) ?? ''), 'the page reads the VNI by its name');
    await checkExamples(tab, site.address, programs);
    expect(errors.length === 0, `nothing fails on the page${errors.map((error) => `: ${error}`).join('')}`);
  } finally {
    await browser.close();
    site.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

const found = findChromium();
if ('missing' in found) process.stdout.write(`skipped: ${found.missing}\n`);
else await run(found.path);
