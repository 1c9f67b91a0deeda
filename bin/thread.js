/** What a thread of the command runs: the same bundle, for the task it is given. */
const { commandFor } = require('./command.js');

commandFor(['flows']).runThread();
