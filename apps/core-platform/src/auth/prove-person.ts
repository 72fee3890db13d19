import { Injectable } from '@nestjs/common';
import { Clock } from '@app/ambient';
import { normalisePassword, PasswordHasher, TriesKeys } from '@app/credentials';
import { AppError } from '@app/errors';
import { addressKey } from '@app/limits';
import type { RequestFacts } from '../access/caller.js';
import { type Act, personAct } from '../audit/act.js';
import { AuditRepository } from '../audit/audit.repository.js';
import { LimitTries, type Outcome } from '../login-tries/limit-tries.js';
import type { TriesRule } from '../login-tries/login-tries.repository.js';
import { CheckCode } from '../second-factor/check-code.js';
import { NOBODY } from '../users/nobody.js';
import { UserRepository, type UserWithPassword } from '../users/user.repository.js';

/** Failures of one name from one place. */
const PAIR: TriesRule = { failures: 10, memoryMillis: 900_000 };

/** Who somebody says they are: by name, or by the session that they have. */
export type Claimed = { readonly username: string } | { readonly userId: string };

/** What somebody shows for it. */
export interface Proof {
  readonly password: string;
  /** Or a recovery code. Ignored for whoever has no second factor. */
  readonly totpCode?: string | undefined;
}

interface Judged {
  readonly outcome: Outcome;
  readonly user?: UserWithPassword;
  readonly refusal?: AppError;
}

/**
 * Proves who a person is: by their password and, where they have a second factor, a code of it.
 *
 * A name that nobody has takes the same steps as a wrong password, down to the statements at the database, so that neither text nor time
 * tells them apart.
 */
@Injectable()
export class ProvePerson {
  readonly #users: UserRepository;
  readonly #hasher: PasswordHasher;
  readonly #codes: CheckCode;
  readonly #tries: LimitTries;
  readonly #keys: TriesKeys;
  readonly #audit: AuditRepository;
  readonly #clock: Clock;

  constructor(
    users: UserRepository,
    hasher: PasswordHasher,
    codes: CheckCode,
    tries: LimitTries,
    keys: TriesKeys,
    audit: AuditRepository,
    clock: Clock,
  ) {
    this.#users = users;
    this.#hasher = hasher;
    this.#codes = codes;
    this.#tries = tries;
    this.#keys = keys;
    this.#audit = audit;
    this.#clock = clock;
  }

  /**
   * @throws AppError `unauthenticated` for an unknown name as for a wrong password; `totp_required` for a right password without the code
   * that is needed; `totp_invalid` for a wrong or used one; `locked` after too many failures for that name at that address, or too many
   * wrong codes; `rate_limited` where too many hashes wait.
   */
  async prove(who: Claimed, proof: Proof, request: RequestFacts): Promise<UserWithPassword> {
    const user = await this.#find(who);
    const name = 'username' in who ? who.username : (user?.username ?? who.userId);
    const key = this.#keys.of('pair', name, addressKey(request.address));
    const onLock = (at: Date): Act => refusalAct(user, 'locked', at, request);
    const judged = await this.#tries.attempt({ key, rule: PAIR, onLock }, () =>
      this.#judge(user, proof, request),
    );
    if (judged.user !== undefined) return judged.user;
    throw judged.refusal ?? new AppError('unauthenticated');
  }

  #find(who: Claimed): Promise<UserWithPassword | undefined> {
    return 'username' in who
      ? this.#users.findByName(who.username)
      : this.#users.findWithPassword(who.userId);
  }

  async #judge(
    user: UserWithPassword | undefined,
    { password, totpCode }: Proof,
    request: RequestFacts,
  ): Promise<Judged> {
    const right = await this.#hasher.verify(user?.passwordHash, normalisePassword(password));
    if (user === undefined || !right) {
      const reason = user === undefined ? 'unknown_name' : 'wrong_password';
      return { outcome: 'wrong', refusal: new AppError('unauthenticated', { reason }) };
    }
    if (!user.totpEnabled) return { outcome: 'right', user };
    // Counts for nothing and clears nothing, or whoever knows the password could guess codes for ever in between.
    if (totpCode === undefined) return { outcome: 'open', refusal: new AppError('totp_required') };
    if (await this.#codes.takeAtLogin(user, totpCode, request)) return { outcome: 'right', user };
    // Whoever gets this far knows the password: its person should hear of it.
    await this.#audit.record(refusalAct(user, 'totp_invalid', this.#clock.now(), request));
    return { outcome: 'wrong', refusal: new AppError('totp_invalid', { reason: 'wrong_code' }) };
  }
}

/** For a name that nobody has there is a record as well, of nobody: writing none would take less time. */
function refusalAct(
  user: UserWithPassword | undefined,
  outcome: 'locked' | 'totp_invalid',
  at: Date,
  request: RequestFacts,
): Act {
  const userId = user?.id ?? NOBODY;
  const subject = { kind: 'user', id: userId } as const;
  return personAct({ ...request, userId }, 'user.refuse', at, { subject, outcome });
}
