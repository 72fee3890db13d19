import { randomBytes } from 'node:crypto';
import { needsRehash, verify } from 'argon2';
import { AppError } from '@app/errors';
import type { SecretString } from '@app/secret';
import { deriveArgon2id, packageCost } from './argon2id.js';
import { ConcurrencyLimit } from './concurrency-limit.js';
import { assertAffordable, encodePhcString, type PasswordCost } from './phc-string.js';

/** RFC 9106, section 4, second recommended option. */
export const DEFAULT_PASSWORD_COST: PasswordCost = {
  timeCost: 3,
  memoryKiB: 65_536,
  parallelism: 4,
};

export interface PasswordHasherOptions {
  readonly cost?: PasswordCost;
  /**
   * Hashes at once, 2 by default: each holds `memoryKiB` and one of libuv's four threads, and two threads have to stay for files and
   * name resolution.
   */
  readonly running?: number;
  /** How many more may wait; 64 by default. */
  readonly waiting?: number;
}

const SALT_BYTES = 16;
const HASH_BYTES = 32;

/**
 * Hashes passwords with Argon2id (RFC 9106) into PHC strings. It takes passwords as they are: `normalisePassword` comes before it, both
 * when a hash is made and when it is checked.
 */
export class PasswordHasher {
  readonly #cost: PasswordCost;
  readonly #limit: ConcurrencyLimit;
  readonly #nobody: string;

  constructor(options: PasswordHasherOptions = {}) {
    this.#cost = options.cost ?? DEFAULT_PASSWORD_COST;
    this.#limit = new ConcurrencyLimit({
      running: options.running ?? 2,
      waiting: options.waiting ?? 64,
    });
    // No password has it, but with negligible probability: it is not a hash of anything.
    this.#nobody = encodePhcString(this.#cost, randomBytes(SALT_BYTES), randomBytes(HASH_BYTES));
  }

  /**
   * @returns a PHC string of a new random salt.
   * @throws AppError `rate_limited` when too many hashes wait already.
   */
  async hash(password: SecretString): Promise<string> {
    const salt = randomBytes(SALT_BYTES);
    const digest = await this.#limit.run(() =>
      deriveArgon2id(password.expose(), this.#cost, salt, HASH_BYTES),
    );
    return encodePhcString(this.#cost, salt, digest);
  }

  /**
   * Whether `password` is the one of `stored`. With `undefined`, for a name that nobody has, it does the same work and answers `false`, so
   * that the time of a refusal does not tell the two apart.
   *
   * @throws AppError `rate_limited` when too many hashes wait already; `internal` for a stored text that is no Argon2id hash.
   */
  async verify(stored: string | undefined, password: SecretString): Promise<boolean> {
    const phc = stored ?? this.#nobody;
    assertAffordable(phc);
    const right = await this.#limit.run(() => this.#compare(phc, password));
    return right && stored !== undefined;
  }

  /** Whether `stored` was made at another cost than today's and should be made anew at the next right password. */
  needsRehash(stored: string): boolean {
    return needsRehash(stored, packageCost(this.#cost));
  }

  async #compare(phc: string, password: SecretString): Promise<boolean> {
    try {
      return await verify(phc, password.expose());
    } catch (cause) {
      throw new AppError('internal', { cause });
    }
  }
}
