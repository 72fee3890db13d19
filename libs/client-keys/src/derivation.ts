import { argon2Sync, createHash, hkdfSync } from 'node:crypto';
import { encodeBase64Url, encodeMembers } from '@app/encoding';
import { invalidField } from '@app/errors';
import { SecretBytes, SecretString } from '@app/secret';

/** What the core answers to `POST /auth/key-derivation`, read: cost and salt of Argon2id (RFC 9106). */
export interface DerivationParameters {
  /** 16 to 64 bytes. */
  readonly salt: Buffer;
  /** t, 3 to 10. */
  readonly iterations: number;
  /** m, 65,536 to 1,048,576 KiB. */
  readonly memoryKiB: number;
  /** p, 1 to 4. */
  readonly parallelism: number;
}

/** Whose password it is, and for which core. */
export interface Account {
  /** The core's origin as it was configured and as a browser serialises it; never one that a server sends. */
  readonly origin: string;
  readonly username: string;
}

const ROOT_BYTES = 32;

const BOUNDS = {
  iterations: [3, 10],
  memoryKiB: [65_536, 1_048_576],
  parallelism: [1, 4],
} as const;

/**
 * Refuses what a hostile core would send to make a password cheap to guess, or a client work without an end.
 *
 * @throws AppError `invalid_request` naming the field.
 */
export function assertParameters(parameters: DerivationParameters): void {
  for (const name of ['iterations', 'memoryKiB', 'parallelism'] as const) {
    const [least, most] = BOUNDS[name];
    const value = parameters[name];
    if (!Number.isSafeInteger(value) || value < least || value > most)
      throw invalidField(name, `must be ${String(least)} to ${String(most)}`);
  }
  const { length } = parameters.salt;
  if (length < 16 || length > 64) throw invalidField('salt', 'must be 16 to 64 bytes');
}

/** A to Z alone are lowered: what else there is in a name is not taken by a core. */
function lowered(username: string): string {
  return username.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** salt' of `docs/spec/client-keys-v1.md`: one salt at two cores, or for two people, gives two roots. */
export function saltOf({ origin, username }: Account, salt: Buffer): Buffer {
  const bound = encodeMembers('keyward/v1/salt', origin, lowered(username), salt);
  return createHash('sha256').update(bound).digest();
}

function infoOf(label: string, parameters: DerivationParameters): Buffer {
  const { iterations, memoryKiB, parallelism } = parameters;
  return encodeMembers(label, iterations, memoryKiB, parallelism);
}

/** info of the login secret. */
export function loginInfo(parameters: DerivationParameters): Buffer {
  return infoOf('keyward login v1', parameters);
}

/** info of the member key. */
export function memberKeyInfo(parameters: DerivationParameters): Buffer {
  return infoOf('keyward master-key v1', parameters);
}

function expand(ikm: Buffer, info: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', ikm, Buffer.alloc(0), info, ROOT_BYTES));
}

/**
 * The root of all that is derived from a password; it leaves the client in no form. It takes a second, and `memoryKiB` of memory.
 *
 * @param password - taken as UTF-8 of its NFKC. Borrowed.
 * @returns 32 bytes, owned by the caller.
 * @throws AppError `invalid_request` for parameters out of their bounds.
 */
export function deriveRoot(
  password: SecretString,
  account: Account,
  parameters: DerivationParameters,
): SecretBytes {
  assertParameters(parameters);
  const root = argon2Sync('argon2id', {
    message: Buffer.from(password.expose().normalize('NFKC'), 'utf8'),
    nonce: saltOf(account, parameters.salt),
    passes: parameters.iterations,
    memory: parameters.memoryKiB,
    parallelism: parameters.parallelism,
    tagLength: ROOT_BYTES,
  });
  return new SecretBytes(root);
}

/** What a client sends as `password`: unpadded base64url of 32 bytes, from which the member key does not follow. @param root - borrowed. */
export function deriveLoginSecret(
  root: SecretBytes,
  parameters: DerivationParameters,
): SecretString {
  return new SecretString(encodeBase64Url(expand(root.expose(), loginInfo(parameters))));
}

/**
 * The member key, 32 bytes: the master key of a tenant of one, and what wraps a private key in a tenant of several.
 *
 * @param root - borrowed.
 * @param deviceSecret - 32 bytes that never leave the device, where there are some; borrowed.
 * @throws AppError `invalid_request` for a device secret of another length.
 */
export function deriveMemberKey(
  root: SecretBytes,
  parameters: DerivationParameters,
  deviceSecret?: SecretBytes,
): SecretBytes {
  if (deviceSecret !== undefined && deviceSecret.length !== 32)
    throw invalidField('deviceSecret', 'must be 32 bytes');
  const ikm = Buffer.concat([root.expose(), ...(deviceSecret ? [deviceSecret.expose()] : [])]);
  try {
    return new SecretBytes(expand(ikm, memberKeyInfo(parameters)));
  } finally {
    ikm.fill(0);
  }
}
