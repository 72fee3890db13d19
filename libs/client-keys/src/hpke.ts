import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core';
import { AppError } from '@app/errors';
import { joinBytes } from './bytes.js';
import type { SecretKey } from './secret-key.js';
import { importKeyPair, importPublicKey, X25519_BYTES } from './x25519.js';

/** RFC 9180, section 7: DHKEM(X25519, HKDF-SHA256) 0x0020, HKDF-SHA256 0x0001, AES-256-GCM 0x0002; base mode. */
const suite = new CipherSuite({
  kem: new DhkemX25519HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
});

/** What one message is for, and who reads it. */
export interface HpkeMessage {
  readonly info: Uint8Array;
  readonly aad: Uint8Array;
}

/**
 * Seals one message in base mode (RFC 9180, section 6.1).
 *
 * @param publicKey - the recipient's, 32 bytes.
 * @param ephemeral - given for vectors alone; absent, a new key pair is made. Borrowed.
 * @returns enc and ciphertext.
 * @throws AppError `invalid_request`; `decryption_failed` for a public key of small order (section 7.1.4).
 */
export async function sealHpke(
  publicKey: Uint8Array,
  { info, aad }: HpkeMessage,
  message: Uint8Array,
  ephemeral?: SecretKey,
): Promise<Uint8Array> {
  const recipientPublicKey = await importPublicKey(publicKey);
  const ekm = ephemeral === undefined ? {} : { ekm: await importKeyPair(ephemeral) };
  try {
    const { enc, ct } = await suite.seal({ recipientPublicKey, info, ...ekm }, message, aad);
    return joinBytes(new Uint8Array(enc), new Uint8Array(ct));
  } catch (cause) {
    throw new AppError('decryption_failed', { cause });
  }
}

/**
 * Opens one message in base mode with sequence number 0 (RFC 9180, section 6.1).
 *
 * @param privateKey - the recipient's. Borrowed.
 * @param sealed - enc and ciphertext.
 * @returns the message, owned by the caller.
 * @throws AppError `decryption_failed`, without saying why.
 */
export async function openHpke(
  privateKey: SecretKey,
  { info, aad }: HpkeMessage,
  sealed: Uint8Array,
): Promise<Uint8Array> {
  if (sealed.length < X25519_BYTES) throw new AppError('decryption_failed');
  const recipientKey = await importKeyPair(privateKey);
  const [enc, ct] = [sealed.slice(0, X25519_BYTES), sealed.slice(X25519_BYTES)];
  try {
    return new Uint8Array(await suite.open({ recipientKey, enc, info }, ct, aad));
  } catch (cause) {
    throw new AppError('decryption_failed', { cause });
  }
}
