import type { Role } from './policy.js';

/** Whose session it is, and what they are in one tenant. */
export interface FoundPrincipal {
  readonly username: string;
  readonly role: Role | undefined;
}

/** Looks up, for each request, whether its session still stands. Nothing of it is cached: an ended session is over at once. */
export abstract class PrincipalRepository {
  /**
   * @param tenantId - the tenant that the request names, if it names one.
   * @returns `undefined` for a session that ended, expired, or is not that person's.
   */
  abstract find(
    session: { readonly sessionId: string; readonly userId: string },
    tenantId: string | undefined,
    at: Date,
  ): Promise<FoundPrincipal | undefined>;
}
