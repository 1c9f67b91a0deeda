/**
 * The bundled command, compiled from what V8 kept of an earlier run: compiling anew is a third of a short run's time. What is kept stands beside the
 * bundle, as Python's byte code does, so whoever could change the one could change the other. V8 refuses what another version of it has made.
 */
const { readFileSync, renameSync, rmSync, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { Script } = require('node:vm');

/** Node's modules that a program's start has not loaded yet, and that take milliseconds to load. */
const LATE = ['node:child_process', 'node:crypto', 'node:net', 'node:os', 'node:tty', 'node:worker_threads'];

/** Commands for each of which is kept what it has compiled: with that of another, a run takes 4 to 7 ms more. The first is the default. */
const KEEPING = ['packets', 'flows', 'follow', 'cluster', 'stats'];

const bundle = join(__dirname, '../dist/command/command.cjs');

/** The file's octets, undefined where it is not there to be read. */
function octetsOf(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** `require` of the bundle: of packages beside it, and of modules of Node's, of which late ones are loaded when something of theirs is first read. */
function requireLate(name) {
  if (!name.startsWith('node:')) return require(join(dirname(bundle), `${name}.cjs`));
  if (!LATE.includes(name)) return require(name);
  return new Proxy({}, { get: (_, member) => require(name)[member], ownKeys: () => Reflect.ownKeys(require(name)) });
}

/** Where is kept what a command compiles: for calls with options, which print in other ways, apart; with theirs a call without any takes 2 ms more. */
function keptAt(word, hasOptions) {
  const command = KEEPING.includes(word) ? word : KEEPING[0];
  return `${bundle}.${command}${hasOptions ? '-options' : ''}.${process.versions.v8}-${process.arch}`;
}

/**
 * What the bundle exports, for a call of these words; and `keepCompiled`, to be called when the work is done, which keeps what is compiled by then,
 * unless that was done before or can't be. To be called by those that keep only.
 */
function commandFor(words) {
  const [word] = words;
  const hasOptions = words.some((each) => each.startsWith('-'));
  const kept = keptAt(word, hasOptions);
  const own = octetsOf(kept);
  const cachedData = own ?? octetsOf(keptAt(word, !hasOptions));
  // The bundle is ASCII, which is read the fastest as Latin-1.
  const script = new Script(readFileSync(bundle, 'latin1'), { filename: bundle, cachedData });
  const loaded = { exports: {} };
  script.runInThisContext()(loaded.exports, requireLate, loaded, dirname(bundle));

  function keepCompiled() {
    if (own !== undefined && !script.cachedDataRejected) return;
    const unfinished = `${kept}.${process.pid}`;
    try {
      writeFileSync(unfinished, script.createCachedData());
      renameSync(unfinished, kept);
    } catch {
      // The folder belongs to someone else, or the disk is full: the next run compiles as this one did.
      rmSync(unfinished, { force: true });
    }
  }

  return { ...loaded.exports, keepCompiled };
}

module.exports = { commandFor };
