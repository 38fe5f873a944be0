#!/usr/bin/env -S node --
// The command line: the bundle of the action, which its first argument selects. See src/index.ts.
// Without the two hyphens, Node.js takes --env-file of the arguments for its own: https://github.com/nodejs/node/issues/54232
process.argv.splice(2, 0, 'cli');
require('./index.js');
