import {
  ed25519PublicBytes,
  signEd25519,
  takeEd25519Seed,
  verifyEd25519,
  ed25519PublicKey,
} from '../hazmat/ed25519.js';
import { hkdf } from '../hazmat/hkdf.js';
import { equalInConstantTime, hmacSha256 } from '../hazmat/hmac.js';
import { randomNonce, randomSecret } from '../hazmat/random.js';
import { takeKey } from '../hazmat/secret-key.js';
import { flipBit, hex } from './flip-bit.js';
import type { KnownAnswers } from './known-answers.js';

const RANDOM_BYTES = 32;

/** No proof of randomness: it finds a source that gives nothing, or the same again. */
export function checkRandom(): boolean {
  const zero = Buffer.alloc(RANDOM_BYTES);
  const drawn = [randomSecret, randomSecret, randomNonce, randomNonce].map((draw) =>
    draw(RANDOM_BYTES).toString('hex'),
  );
  return new Set([...drawn, zero.toString('hex')]).size === drawn.length + 1;
}

export function checkHmac({ key, message, mac }: KnownAnswers['hmac']): boolean {
  const computed = hmacSha256(takeKey(hex(key)), hex(message));
  return (
    equalInConstantTime(computed, hex(mac)) && !equalInConstantTime(computed, flipBit(hex(mac)))
  );
}

export function checkHkdf({ ikm, salt, info, okm }: KnownAnswers['hkdf']): boolean {
  const expected = hex(okm);
  const [hash, bytes] = ['sha256', expected.length] as const;
  return hkdf({ hash, ikm: hex(ikm), salt: hex(salt), info: hex(info), bytes }).equals(expected);
}

export function checkSignature(known: KnownAnswers['signature']): boolean {
  const [message, signature] = [hex(known.message), hex(known.signature)];
  const privateKey = takeEd25519Seed(hex(known.seed));
  const publicKey = ed25519PublicKey(hex(known.publicKey));
  return (
    ed25519PublicBytes(privateKey).equals(hex(known.publicKey)) &&
    signEd25519(privateKey, message).equals(signature) &&
    verifyEd25519(publicKey, message, signature) &&
    !verifyEd25519(publicKey, flipBit(message), signature)
  );
}
