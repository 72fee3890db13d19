import { createHmac, type KeyObject } from 'node:crypto';
import { AppError } from '@app/errors';
import { isLengthOfHkdf } from './hkdf-length.js';

const HASH_BYTES = 64;

/**
 * HKDF-Expand with SHA-512, without the step of extraction (RFC 5869, section 2.3).
 *
 * @param prk - uniformly random, as the output of a derivation is. Borrowed.
 * @param info - of any length.
 * @param bytes - 1 to 16,320.
 * @returns new bytes, owned by the caller, who overwrites them.
 * @throws AppError `internal` for another number of bytes.
 */
export function hkdfExpandSha512(prk: KeyObject, info: Buffer, bytes: number): Buffer {
  if (!isLengthOfHkdf(bytes, HASH_BYTES))
    throw new AppError('internal', { cause: new RangeError('beyond the limits of HKDF') });
  const blocks = Math.ceil(bytes / HASH_BYTES);
  const output = Buffer.alloc(blocks * HASH_BYTES);
  let previous = Buffer.alloc(0);
  for (let block = 1; block <= blocks; block += 1) {
    const next = createHmac('sha512', prk).update(previous).update(info);
    // Each block is part of the output, or all of it.
    previous.fill(0);
    previous = next.update(Buffer.from([block])).digest();
    previous.copy(output, (block - 1) * HASH_BYTES);
  }
  previous.fill(0);
  const derived = Buffer.from(output.subarray(0, bytes));
  output.fill(0);
  return derived;
}
