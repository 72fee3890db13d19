import type { TenantCaller } from './caller.js';
import type { Action } from './policy.js';

/**
 * Whether a caller may still do what they were let in for. A request is let in before its body is read, and whoever sends it can take
 * their time with that: what changes something looks again when the change is made.
 */
export abstract class Standing {
  /**
   * Looks again, for what is done outside the database. What is done inside calls `assertStanding` in its own transaction.
   *
   * @throws AppError `unauthenticated` where the session ended, `not_found` where the caller is no active member any more, `forbidden`
   * where their role does not allow the action any more.
   */
  abstract assert(caller: TenantCaller, action: Action): Promise<void>;
}
