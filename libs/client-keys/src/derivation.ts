import { encodeBase64Url, encodeMembers, joinBytes, utf8Of } from './bytes.js';
import { assertParameters, type DerivationParameters } from './parameters.js';
import { SecretKey } from './secret-key.js';
import { hkdf, sha256 } from './web-crypto.js';

/** Whose password it is, and for which core. */
export interface Account {
  /** The core's origin as it was configured and as a browser serialises it; never one that a server sends. */
  readonly origin: string;
  readonly username: string;
}

/** What {@link Argon2id} computes of. Bytes are borrowed. */
export interface Argon2idInput extends Omit<DerivationParameters, 'salt'> {
  readonly password: Uint8Array;
  /** 32 bytes. */
  readonly salt: Uint8Array;
}

/**
 * Argon2id version 0x13 (RFC 9106) without secret or associated data. It is a port, since no Argon2id is in Web Crypto: `node.ts` has the one
 * of Node.js, `browser.ts` one for browsers. An implementation keeps nothing of its input.
 *
 * @returns 32 bytes, owned by the caller.
 */
export type Argon2id = (input: Argon2idInput) => Promise<Uint8Array>;

/** A to Z alone are lowered: what else there is in a name is not taken by a core. */
export function lowered(username: string): string {
  return username.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** salt' of `docs/spec/client-keys-v1.md`: one salt at two cores, or for two people, gives two roots. */
export async function saltOf({ origin, username }: Account, salt: Uint8Array): Promise<Uint8Array> {
  return await sha256(encodeMembers('keyward/v1/salt', origin, lowered(username), salt));
}

function infoOf(label: string, parameters: DerivationParameters): Uint8Array {
  const { iterations, memoryKiB, parallelism } = parameters;
  return encodeMembers(label, iterations, memoryKiB, parallelism);
}

/** info of the login secret. */
export function loginInfo(parameters: DerivationParameters): Uint8Array {
  return infoOf('keyward login v1', parameters);
}

/** info of the member key. */
export function memberKeyInfo(parameters: DerivationParameters): Uint8Array {
  return infoOf('keyward master-key v1', parameters);
}

/**
 * The root of all that is derived from a password; it leaves the client in no form. It takes a good part of a second, and `memoryKiB` of
 * memory.
 *
 * @param password - taken as UTF-8 of its NFKC.
 * @returns owned by the caller.
 * @throws ClientKeysError `unacceptable_parameters`; AppError `invalid_request` for a password with a lone surrogate.
 */
export async function deriveRoot(
  argon2id: Argon2id,
  password: string,
  account: Account,
  parameters: DerivationParameters,
): Promise<SecretKey> {
  assertParameters(parameters);
  const { salt, ...cost } = parameters;
  const bytes = utf8Of(password.normalize('NFKC'), 'password');
  try {
    const input = { ...cost, password: bytes, salt: await saltOf(account, salt) };
    return new SecretKey(await argon2id(input), 'root');
  } finally {
    bytes.fill(0);
  }
}

/**
 * What a client sends as `password`: unpadded base64url of 32 bytes, from which the member key does not follow.
 *
 * @param root - borrowed.
 */
export async function deriveLoginSecret(
  root: SecretKey,
  parameters: DerivationParameters,
): Promise<string> {
  return encodeBase64Url(await hkdf(root.expose(), loginInfo(parameters)));
}

/**
 * The member key: the master key of a tenant of one, and what wraps a private key in a tenant of several.
 *
 * @param root - borrowed.
 * @param deviceSecret - never leaves the device, where there is one; borrowed.
 * @returns owned by the caller.
 */
export async function deriveMemberKey(
  root: SecretKey,
  parameters: DerivationParameters,
  deviceSecret?: SecretKey,
): Promise<SecretKey> {
  const ikm = joinBytes(root.expose(), deviceSecret?.expose() ?? new Uint8Array());
  try {
    return new SecretKey(await hkdf(ikm, memberKeyInfo(parameters)));
  } finally {
    ikm.fill(0);
  }
}

/** Both keys of one password. */
export interface DerivedKeys {
  /** Sent as `password`. */
  readonly loginSecret: string;
  /** Owned by the caller. */
  readonly memberKey: SecretKey;
}

/** Derives both keys; the root is overwritten. @throws as {@link deriveRoot} does. */
export async function deriveKeys(
  argon2id: Argon2id,
  password: string,
  account: Account,
  parameters: DerivationParameters,
  deviceSecret?: SecretKey,
): Promise<DerivedKeys> {
  const root = await deriveRoot(argon2id, password, account, parameters);
  try {
    return {
      loginSecret: await deriveLoginSecret(root, parameters),
      memberKey: await deriveMemberKey(root, parameters, deviceSecret),
    };
  } finally {
    root.dispose();
  }
}
