/** Replacements in dist of packages that @actions/core brings and this action never asks for. */
export const STUBS = {
  // 400 KB for OIDC tokens, and as much time to load as all the rest.
  '@actions/http-client': 'no-http-client.js',
  '@actions/http-client/lib/auth': 'no-http-client.js',
  // The same again, which @actions/github takes its `fetch` from; ours is in src/clients/github-fetch.ts.
  undici: 'no-undici.js',
  // A way to start programs, which nothing here may do.
  '@actions/exec': 'no-exec.js',
};
