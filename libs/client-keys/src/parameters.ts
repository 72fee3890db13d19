import { decodeBase64 } from './bytes.js';
import { ClientKeysError } from './client-keys-error.js';

/** Cost and salt of Argon2id (RFC 9106), as a core answers them to `POST /auth/key-derivation`. */
export interface DerivationParameters {
  /** 16 to 64 bytes. */
  readonly salt: Uint8Array;
  /** t, 3 to 10. */
  readonly iterations: number;
  /** m, 65,536 to 1,048,576 KiB. */
  readonly memoryKiB: number;
  /** p, 1 to 4. */
  readonly parallelism: number;
}

/** What makes a guess dear; the salt does not. */
export const COSTS = ['iterations', 'memoryKiB', 'parallelism'] as const;

/** The costs alone, which a client remembers. */
export type DerivationCost = Pick<DerivationParameters, (typeof COSTS)[number]>;

const BOUNDS = {
  iterations: [3, 10],
  memoryKiB: [65_536, 1_048_576],
  parallelism: [1, 4],
} as const;
const SALT_BYTES = [16, 64] as const;

function isWithin(value: unknown, [least, most]: readonly [number, number]): value is number {
  return Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most;
}

function refuse(field: string, cause?: unknown): ClientKeysError {
  return new ClientKeysError('unacceptable_parameters', { field, cause });
}

/**
 * Refuses what a hostile core would send to make a password cheap to guess, or a client work without an end.
 *
 * @throws ClientKeysError `unacceptable_parameters` naming the field.
 */
export function assertParameters(parameters: DerivationParameters): void {
  for (const name of COSTS) if (!isWithin(parameters[name], BOUNDS[name])) throw refuse(name);
  if (!isWithin(parameters.salt.length, SALT_BYTES)) throw refuse('salt');
}

function readSalt(value: unknown): Uint8Array {
  if (typeof value !== 'string') throw refuse('salt');
  try {
    return decodeBase64(value, 'salt');
  } catch (cause) {
    throw refuse('salt', cause);
  }
}

/**
 * Reads the answer to `POST /auth/key-derivation`. A member that is not known is let be: a core may have learnt something since.
 *
 * @param answer - what was parsed of its JSON.
 * @throws ClientKeysError `unacceptable_parameters` naming the field.
 */
export function parseKeyDerivation(answer: unknown): DerivationParameters {
  if (typeof answer !== 'object' || answer === null) throw refuse('body');
  const { algorithm, salt, iterations, memoryKiB, parallelism } = answer as Record<string, unknown>;
  if (algorithm !== 'argon2id') throw refuse('algorithm');
  const parameters = { salt: readSalt(salt), iterations, memoryKiB, parallelism };
  // Types and bounds at once: what is no safe integer is out of bounds.
  assertParameters(parameters as DerivationParameters);
  return parameters as DerivationParameters;
}

/**
 * Refuses parameters that cost an attacker less than those that the account had before: whoever controls a core, or the way to it, would
 * otherwise lower them for one login and guess at its leisure.
 *
 * @param remembered - absent where this client meets the account for the first time.
 * @throws ClientKeysError `weaker_parameters` naming the field.
 */
export function assertNotWeaker(found: DerivationCost, remembered?: DerivationCost): void {
  if (remembered === undefined) return;
  const weaker = COSTS.find((name) => found[name] < remembered[name]);
  if (weaker !== undefined) throw new ClientKeysError('weaker_parameters', { field: weaker });
}
