import { AppError } from '@app/errors';
import type { AuditLog } from '../../audit/audit-log.js';
import { type Act, runAct } from '../../audit/audited-acts.js';
import type { Authenticator } from '../../callers/authenticator.js';
import type { ClientCaller } from '../../callers/caller.js';

/** What one try came to: something to release, or nothing, because something had changed or a new version was made. */
export type Tried<T> = { readonly result: T } | 'again' | 'renewed';

/** A change that comes between reading and recording makes a second try; so many in a row do not happen by chance. */
const MAX_TRIES = 16;
/** A batch may be larger than what a version may seal: it goes on under the next one, and the one after it. */
const MAX_RENEWALS = 1000;

/** Uses of keys that begin again, with their caller read anew, until what they were decided on stands when they are recorded. */
export class Tries {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly audit: AuditLog,
  ) {}

  /**
   * @param attempt - `isFirst`: what is remembered may do.
   * @throws AppError `database_unavailable` where it never stood, or what a try throws.
   */
  async until<T>(
    first: ClientCaller,
    attempt: (caller: ClientCaller, isFirst: boolean) => Promise<Tried<T>>,
  ): Promise<T> {
    let caller = first;
    for (let tries = 0, renewals = 0; tries < MAX_TRIES && renewals < MAX_RENEWALS;) {
      const tried = await attempt(caller, tries + renewals === 0);
      if (typeof tried === 'object') return tried.result;
      if (tried === 'renewed') renewals += 1;
      else tries += 1;
      caller = await this.authenticator.refresh(caller);
    }
    throw new AppError('database_unavailable', { retryAfterSeconds: 1 });
  }

  /**
   * The part of a try that reads and decides. A caller that is remembered may be another by now: what refuses it is looked at again
   * with its rows read anew.
   */
  async read<T>(caller: ClientCaller, act: Act, load: () => Promise<T>): Promise<T | 'again'> {
    if (!caller.isRemembered) return runAct(this.audit, act, load);
    try {
      return await load();
    } catch {
      return 'again';
    }
  }
}
