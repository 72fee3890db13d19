import { hash, type KeyObject } from 'node:crypto';
import { encodeBase64Url, encodeMembers, uuidBytes } from '@app/encoding';
import { SecretString } from '@app/secret';
import { equalInConstantTime, hmacSha256 } from '../hazmat/hmac.js';
import { randomSecret } from '../hazmat/random.js';

const RANDOM_BYTES = 32;
const CHECKSUM_CHARACTERS = 6;
const FORM = /^kw_[A-Za-z0-9_-]{49}$/;

/** Who presents an API secret. */
export interface ApiSecretOwner {
  /** Absent for an operator. */
  readonly tenantId?: string | undefined;
  /** The client's id, not its API key. */
  readonly clientId: string;
}

function checksum(head: string): string {
  return hash('sha256', head, 'base64url').slice(0, CHECKSUM_CHARACTERS);
}

/** The API secret of 32 random bytes: `kw_`, their unpadded base64url, and a checksum of both, 52 characters. */
export function formApiSecret(random: Buffer): SecretString {
  const head = `kw_${encodeBase64Url(random)}`;
  return new SecretString(head + checksum(head));
}

/** A new API secret of 256 random bits, which is why a fast keyed hash is right for it. It is shown once and stored nowhere. */
export function generateApiSecret(): SecretString {
  const random = randomSecret(RANDOM_BYTES);
  const secret = formApiSecret(random);
  random.fill(0);
  return secret;
}

/** Whether a text has the form and the checksum of an API secret; a typing error is found without the database. No proof of anything. */
export function isWellFormedApiSecret(text: string): boolean {
  return (
    FORM.test(text) &&
    checksum(text.slice(0, -CHECKSUM_CHARACTERS)) === text.slice(-CHECKSUM_CHARACTERS)
  );
}

/** What the stored hash covers; it holds the secret, so the caller overwrites it. */
export function encodeApiSecret(owner: ApiSecretOwner, secret: SecretString): Buffer {
  const tenant = owner.tenantId === undefined ? undefined : uuidBytes(owner.tenantId);
  return encodeMembers('keyward/v1/api-secret', tenant, uuidBytes(owner.clientId), secret.expose());
}

/**
 * What is stored of an API secret, 32 bytes (`docs/spec/rows-and-secrets-v1.md`). Bound to tenant and client, so that a hash moved to
 * another row fits nobody.
 *
 * @param key - the `api-secret` key of the service.
 * @param secret - the whole text as it was sent.
 */
export function hashApiSecret(key: KeyObject, owner: ApiSecretOwner, secret: SecretString): Buffer {
  const message = encodeApiSecret(owner, secret);
  const digest = hmacSha256(key, message);
  message.fill(0);
  return digest;
}

/** Compares an API secret with a stored hash in constant time. */
export function isApiSecret(
  key: KeyObject,
  owner: ApiSecretOwner,
  secret: SecretString,
  stored: Buffer,
): boolean {
  return equalInConstantTime(hashApiSecret(key, owner, secret), stored);
}
