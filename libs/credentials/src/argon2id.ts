import { argon2id, hash } from 'argon2';
import type { PasswordCost } from './phc-string.js';

/** The cost as the package calls it. */
export interface PackageCost {
  readonly timeCost: number;
  readonly memoryCost: number;
  readonly parallelism: number;
}

export function packageCost({ timeCost, memoryKiB, parallelism }: PasswordCost): PackageCost {
  return { timeCost, memoryCost: memoryKiB, parallelism };
}

/**
 * Argon2id, version 0x13 (RFC 9106, section 3), without secret and associated data. Works in a thread of libuv's pool and holds
 * `memoryKiB` meanwhile: whoever calls it bounds both.
 *
 * @param password - text stands for its UTF-8. Borrowed.
 * @param salt - at least 8 bytes.
 * @param bytes - length of the hash, at least 4.
 * @returns new bytes, owned by the caller.
 */
export function deriveArgon2id(
  password: string | Buffer,
  cost: PasswordCost,
  salt: Buffer,
  bytes: number,
): Promise<Buffer> {
  return hash(password, {
    ...packageCost(cost),
    type: argon2id,
    hashLength: bytes,
    salt,
    raw: true,
  });
}
