class e{constructor(){throw new Error("OIDC tokens are not supported by this action")}}class r extends e{}export{r as BearerCredentialHandler,e as HttpClient};
