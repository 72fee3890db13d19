import { Injectable } from '@nestjs/common';
import { Clock } from '@app/ambient';
import { AppError } from '@app/errors';
import type { SecretString } from '@app/secret';
import type { RequestFacts } from '../access/caller.js';
import { personAct } from '../audit/act.js';
import { AuditRepository } from '../audit/audit.repository.js';
import { CheckCode } from '../second-factor/check-code.js';
import { NOBODY } from '../users/nobody.js';
import { PasswordHints } from '../users/password-hints.js';
import { UserRepository } from '../users/user.repository.js';

/** Shows a hint to whoever proves the second factor, and to anybody where its person chose that. */
@Injectable()
export class ShowHint {
  readonly #users: UserRepository;
  readonly #hints: PasswordHints;
  readonly #codes: CheckCode;
  readonly #audit: AuditRepository;
  readonly #clock: Clock;

  constructor(
    users: UserRepository,
    hints: PasswordHints,
    codes: CheckCode,
    audit: AuditRepository,
    clock: Clock,
  ) {
    this.#users = users;
    this.#hints = hints;
    this.#codes = codes;
    this.#audit = audit;
    this.#clock = clock;
  }

  /** @throws AppError `unauthenticated` for all else, whatever is missing: the name, the hint, the factor, or the right code; `locked`. */
  async show(
    { username, totpCode }: { readonly username: string; readonly totpCode?: string | undefined },
    request: RequestFacts,
  ): Promise<SecretString> {
    const user = await this.#users.findHint(username);
    const isProved =
      totpCode !== undefined &&
      (await this.#codes.takeAlone(user, username, totpCode, request)) &&
      user?.totpEnabled === true;
    const isShown = user !== undefined && (user.hint.isPublic || isProved);
    const hint = isShown ? await this.#hints.open(user.id, user.hint) : undefined;
    await this.#record(user?.id ?? NOBODY, hint !== undefined, request);
    if (hint === undefined) throw new AppError('unauthenticated');
    return hint;
  }

  /** Also of nobody: writing none for a name that nobody has would take less time. */
  async #record(userId: string, isShown: boolean, request: RequestFacts): Promise<void> {
    const outcome = isShown ? 'success' : 'unauthenticated';
    const subject = { kind: 'user', id: userId } as const;
    const facts = { subject, outcome } as const;
    const act = personAct({ ...request, userId }, 'hint.show', this.#clock.now(), facts);
    await this.#audit.record(act);
  }
}
