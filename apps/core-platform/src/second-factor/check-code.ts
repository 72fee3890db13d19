import { Injectable } from '@nestjs/common';
import { Clock } from '@app/ambient';
import { findTotpStep, RecoveryCodeHasher, TriesKeys } from '@app/credentials';
import { addressKey } from '@app/limits';
import type { RequestFacts } from '../access/caller.js';
import { personAct } from '../audit/act.js';
import { LimitTries, type Outcome } from '../login-tries/limit-tries.js';
import type { TriesRule } from '../login-tries/login-tries.repository.js';
import { NOBODY } from '../users/nobody.js';
import { PLACE_MILLIS, SecondFactorRepository } from './second-factor.repository.js';
import { TotpSecrets } from './totp-secrets.js';

/** A guess is right once in 300,000 times, so guesses have to be few, from however many places they come. */
const CODES: TriesRule = { failures: 10, memoryMillis: 86_400_000 };

/** Authenticators show codes as `123 456`. */
const SPACES = / /g;

/** Whose code it should be. */
export interface CodeOwner {
  readonly id: string;
  readonly username: string;
}

/** A code as it came, and the place to remember where it is right. */
interface GivenCode {
  readonly userId: string;
  readonly text: string;
  readonly place: Buffer | undefined;
}

/**
 * Takes codes of second factors, each of which is good once.
 *
 * A code has six digits, which can be guessed by whoever has many addresses. So wrong ones are counted by account: those from places that
 * are new to it together, and those from a place where its person has logged in before by that place alone. So nobody elsewhere keeps
 * the person out. A recovery code cannot be guessed, and works from anywhere at any time.
 */
@Injectable()
export class CheckCode {
  readonly #factors: SecondFactorRepository;
  readonly #secrets: TotpSecrets;
  readonly #recoveryCodes: RecoveryCodeHasher;
  readonly #keys: TriesKeys;
  readonly #tries: LimitTries;
  readonly #clock: Clock;

  constructor(
    factors: SecondFactorRepository,
    secrets: TotpSecrets,
    recoveryCodes: RecoveryCodeHasher,
    keys: TriesKeys,
    tries: LimitTries,
    clock: Clock,
  ) {
    this.#factors = factors;
    this.#secrets = secrets;
    this.#recoveryCodes = recoveryCodes;
    this.#keys = keys;
    this.#tries = tries;
    this.#clock = clock;
  }

  /**
   * Takes a code of somebody who has proved their password.
   *
   * @returns whether it was right.
   * @throws AppError `locked` after too many wrong ones.
   */
  async takeAtLogin(owner: CodeOwner, text: string, request: RequestFacts): Promise<boolean> {
    const { id: userId, username } = owner;
    const from = addressKey(request.address);
    const place = this.#keys.ofPlace(userId, from);
    const since = new Date(this.#clock.nowMillis() - PLACE_MILLIS);
    const isKnown = await this.#factors.isKnown(userId, place, since);
    const key = this.#keys.of('code', username, isKnown ? from : undefined);
    return this.#take({ userId, text, place }, key, request);
  }

  /**
   * Takes a code of somebody who has proved nothing yet. For `undefined`, a name that nobody has, it does the same work and answers false.
   *
   * @throws AppError `locked` after too many wrong ones.
   */
  async takeAlone(
    owner: CodeOwner | undefined,
    username: string,
    text: string,
    request: RequestFacts,
  ): Promise<boolean> {
    // Counted apart, and nothing is remembered: whoever needs no password must neither keep its person out nor become known.
    const key = this.#keys.of('hint-code', username);
    return this.#take({ userId: owner?.id ?? NOBODY, text, place: undefined }, key, request);
  }

  async #take(given: GivenCode, key: Buffer, request: RequestFacts): Promise<boolean> {
    const hash = this.#recoveryCodes.hash(given.userId, given.text);
    if (hash !== undefined) return this.#takeRecoveryCode(given, hash, request);
    const { outcome } = await this.#tries.attempt({ key, rule: CODES }, async () => {
      const right: Outcome = (await this.#takeDigits(given)) ? 'right' : 'wrong';
      return { outcome: right };
    });
    return outcome === 'right';
  }

  async #takeDigits({ userId, text, place }: GivenCode): Promise<boolean> {
    const factor = await this.#factors.find(userId);
    const secret =
      factor?.isConfirmed === true
        ? await this.#secrets.open(userId, factor.secret)
        : await this.#secrets.openNobodys();
    const at = this.#clock.now();
    const step = findTotpStep(secret, text.replaceAll(SPACES, ''), at.getTime());
    if (step === undefined || factor?.isConfirmed !== true) return false;
    return this.#factors.takeStep(userId, step, { place, at });
  }

  #takeRecoveryCode(
    { userId, place }: GivenCode,
    hash: Buffer,
    request: RequestFacts,
  ): Promise<boolean> {
    const at = this.#clock.now();
    const act = personAct({ ...request, userId }, 'totp.recover', at, {
      subject: { kind: 'user', id: userId },
    });
    return this.#factors.takeRecoveryCode(userId, hash, { place, at }, act);
  }
}
