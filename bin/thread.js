/** What a thread of the command runs: the same bundle, for the task it is given. */
require('./command.js').runThread();
