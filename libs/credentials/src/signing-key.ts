import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { AppError } from '@app/errors';
import { SecretString } from '@app/secret';

/** An Ed25519 public key as a JSON Web Key (RFC 8037, section 2), as it stands in the key set that a core serves. */
export interface PublicJwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
  readonly kid: string;
  readonly use: 'sig';
  readonly alg: 'EdDSA';
}

/** A signing key ready for use. */
export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly publicJwk: PublicJwk;
}

/** Makes an Ed25519 key pair (RFC 8032). Its `kid` is the thumbprint of the public key (RFC 7638), so no two keys share one. */
export async function generateSigningKey(): Promise<SigningKey> {
  return describe(generateKeyPairSync('ed25519').privateKey);
}

/** The private half as PKCS#8 in PEM, to be sealed before it is stored. */
export function exportSigningKey(key: SigningKey): SecretString {
  // eslint-disable-next-line bans/export-key -- a stored key has to leave its KeyObject; it goes into a wrapper at once
  return new SecretString(key.privateKey.export({ format: 'pem', type: 'pkcs8' }) as string);
}

/**
 * A key out of what {@link exportSigningKey} gave.
 *
 * @throws AppError `internal`, with an alarm, unless it is an Ed25519 key whose `kid` is `expectedKid`.
 */
export async function importSigningKey(
  pem: SecretString,
  expectedKid: string,
): Promise<SigningKey> {
  const key = await describe(createPrivateKey(pem.expose()));
  if (key.privateKey.asymmetricKeyType !== 'ed25519' || key.kid !== expectedKid)
    throw new AppError('internal', { alarm: 'signing_key_integrity' });
  return key;
}

async function describe(privateKey: KeyObject): Promise<SigningKey> {
  const publicKey = createPublicKey(privateKey);
  // eslint-disable-next-line bans/export-key -- the public half
  const { x = '' } = publicKey.export({ format: 'jwk' });
  const kid = await calculateJwkThumbprint({ kty: 'OKP', crv: 'Ed25519', x });
  const publicJwk = { kty: 'OKP', crv: 'Ed25519', x, kid, use: 'sig', alg: 'EdDSA' } as const;
  return { kid, privateKey, publicKey, publicJwk };
}
