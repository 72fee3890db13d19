import { AppError } from '@app/errors';

/** The cost of one Argon2id hash (RFC 9106, section 3.1). */
export interface PasswordCost {
  /** Passes over the memory. */
  readonly timeCost: number;
  readonly memoryKiB: number;
  readonly parallelism: number;
}

const ARGON2ID =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=\d{1,2},p=\d{1,2}\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{22,86}$/;

const MAX_MEMORY_KIB = 1_048_576;

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}

/**
 * A hash as text, in the order of parameters of the PHC string format, so that other implementations read it: the package's own text has
 * them by the alphabet.
 */
export function encodePhcString(cost: PasswordCost, salt: Buffer, hash: Buffer): string {
  const { memoryKiB, timeCost, parallelism } = cost;
  const parameters = `m=${memoryKiB.toString()},t=${timeCost.toString()},p=${parallelism.toString()}`;
  return `$argon2id$v=19$${parameters}$${unpadded(salt)}$${unpadded(hash)}`;
}

/**
 * Refuses a stored hash whose cost would exhaust the process: the cost stands in the text, and whoever can write to the database could
 * set it.
 *
 * @throws AppError `internal`, with an alarm, for anything but an Argon2id string (version 19) of at most 1 GiB.
 */
export function assertAffordable(phc: string): void {
  const memoryKiB = Number(ARGON2ID.exec(phc)?.[1] ?? Number.NaN);
  if (!(memoryKiB <= MAX_MEMORY_KIB))
    throw new AppError('internal', { alarm: 'password_hash_integrity' });
}
