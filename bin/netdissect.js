#!/usr/bin/env node
const { commandFor } = require('./command.js');

const words = process.argv.slice(2);
if (words.length === 1 && words[0] === '--version') {
  // Scripts ask for it often, and the bundle takes 10 ms to load.
  process.stdout.write(`${require('../package.json').version}\n`);
} else {
  const { keepCompiled, main, processIo } = commandFor(words);
  main(words, processIo(), keepCompiled).then((status) => {
    // Everything is written by then. An end that Node comes to by itself takes its heap apart first, which is 1 ms.
    process.exit(status);
  });
}
