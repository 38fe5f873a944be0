// Replaces in dist @actions/exec, which @actions/core loads to tell the platform: this action starts no program, so
// that no value can reach an argument list or another process's environment. See bundle.mjs.
function exec() {
  throw new Error('this action starts no program');
}

module.exports = { exec, getExecOutput: exec };
