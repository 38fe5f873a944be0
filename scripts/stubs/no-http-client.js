// Replaces in dist @actions/http-client, which @actions/core loads for OIDC tokens only, and which @actions/github asks
// for an agent that this action brings itself. See bundle.mjs.
class HttpClient {
  getAgent() {}

  getAgentDispatcher() {}

  getJson() {
    throw new Error('OIDC tokens are not supported by this action');
  }
}

class BearerCredentialHandler {}

module.exports = { HttpClient, BearerCredentialHandler };
