class t{getAgent(){}getAgentDispatcher(){}getJson(){throw new Error("OIDC tokens are not supported by this action")}}class r{}module.exports={HttpClient:t,BearerCredentialHandler:r};
