#!/usr/bin/env node
const { keepCompiled, main, processIo } = require('./command.js');

const words = process.argv.slice(2);
main(words, processIo()).then((status) => {
  process.exitCode = status;
  if (words[0] !== '--version') keepCompiled();
});
