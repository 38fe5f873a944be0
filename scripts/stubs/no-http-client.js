// Stands in dist for @actions/http-client, which @actions/core loads for OIDC tokens only. See build.mjs.
class HttpClient {
  constructor() {
    throw new Error('OIDC tokens are not supported by this action');
  }
}

class BearerCredentialHandler extends HttpClient {}

module.exports = { HttpClient, BearerCredentialHandler };
