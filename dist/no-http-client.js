class t{constructor(){throw new Error("OIDC tokens are not supported by this action")}}class r extends t{}module.exports={HttpClient:t,BearerCredentialHandler:r};
