// Replaces in dist undici, which @actions/github takes its `fetch` from: this action brings a smaller one. See bundle.mjs.
function fetch() {
  throw new Error('undici is not part of this action');
}

module.exports = { fetch };
