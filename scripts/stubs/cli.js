#!/usr/bin/env node
// The command line: the bundle of the action, told by its first argument to be one. See src/index.ts.
process.argv.splice(2, 0, 'cli');
require('./index.js');
