/** Under this the name of this core is injected, as access tokens and authenticators have it: its public URL. */
export const ISSUER = Symbol('issuer');
