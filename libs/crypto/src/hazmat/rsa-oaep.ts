import {
  constants,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  privateDecrypt,
  publicEncrypt,
  type KeyObject,
  type RSAKeyPairOptions,
} from 'node:crypto';

/** An RSA key pair of {@link MODULUS_BITS}. */
export interface RsaKeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const MODULUS_BITS = 3072;
const PUBLIC_EXPONENT = 65_537;
/** Bytes of what {@link sealOaep} makes. */
export const OAEP_BYTES = MODULUS_BITS / 8;

/** PKCS#8 of RFC 5958 up to the version of RSAPrivateKey, with lengths of two bytes: RSA, parameters NULL, two primes (RFC 8017, A.1.2). */
const PKCS8_FORM = /^3082....020100300d06092a864886f70d01010105000482....3082....0201000282/;
const PKCS8_FORM_BYTES = 35;

// Node's one hash for both: RFC 8017, section 7.1, allows another for MGF1, and we use SHA-256 for either.
const PADDING = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' } as const;

const NEW_KEY_PAIR: RSAKeyPairOptions<'der', 'der'> = {
  modulusLength: MODULUS_BITS,
  publicExponent: PUBLIC_EXPONENT,
  publicKeyEncoding: { format: 'der', type: 'spki' },
  privateKeyEncoding: { format: 'der', type: 'pkcs8' },
};

/** A new private key in unencrypted PKCS#8, owned by the caller, who overwrites it. Made in another thread: it may take seconds. */
export function generateRsaPrivateKey(): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    generateKeyPair('rsa', NEW_KEY_PAIR, (error, _publicKey, privateKey) => {
      if (error === null) resolve(privateKey);
      else reject(error);
    });
  });
}

function isOfOurSize({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  return (
    asymmetricKeyType === 'rsa' &&
    asymmetricKeyDetails?.modulusLength === MODULUS_BITS &&
    asymmetricKeyDetails.publicExponent === BigInt(PUBLIC_EXPONENT)
  );
}

function parsePrivateKey(pkcs8: Buffer): KeyObject | undefined {
  try {
    return createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  } catch {
    // OpenSSL's reasons tell nothing that the caller could use, and may quote the key.
    return undefined;
  }
}

/** Whether these bytes are the one encoding of this key: OpenSSL passes over attributes and what lies behind the structure. */
function isCanonical(privateKey: KeyObject, pkcs8: Buffer): boolean {
  const encoded = privateKey.export({ format: 'der', type: 'pkcs8' });
  const isSame = encoded.equals(pkcs8);
  encoded.fill(0);
  return isSame && PKCS8_FORM.test(pkcs8.toString('hex', 0, PKCS8_FORM_BYTES));
}

/**
 * Reads a private key: unencrypted PKCS#8 in DER of two primes, 3,072 bits, exponent 65,537, no attributes, nothing behind.
 *
 * @param pkcs8 - borrowed. Whether its numbers belong together {@link isRsaPrivateKey} tries, before it is wrapped and after it was unwrapped.
 * @returns undefined for anything else.
 */
export function importRsaKeyPair(pkcs8: Buffer): RsaKeyPair | undefined {
  const privateKey = parsePrivateKey(pkcs8);
  if (privateKey === undefined || !isOfOurSize(privateKey)) return undefined;
  if (!isCanonical(privateKey, pkcs8)) return undefined;
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

const TRIAL_LABEL = Buffer.alloc(0);
const TRIAL_MESSAGE = Buffer.alloc(32);

/**
 * Whether these bytes are a private key as {@link importRsaKeyPair} takes it, and its halves belong together: OpenSSL reads a modulus and
 * an exponent that have nothing to do with each other, and what is sealed to such a key never opens. Two milliseconds, most of them for a
 * message that is sealed and opened.
 *
 * @param pkcs8 - borrowed.
 */
export function isRsaPrivateKey(pkcs8: Buffer): boolean {
  const pair = importRsaKeyPair(pkcs8);
  if (pair === undefined) return false;
  const sealed = sealOaep(pair.publicKey, TRIAL_LABEL, TRIAL_MESSAGE);
  return openOaep(pair.privateKey, TRIAL_LABEL, sealed)?.equals(TRIAL_MESSAGE) === true;
}

/**
 * RSAES-OAEP with SHA-256 for the hash and for MGF1 (RFC 8017, section 7.1.1), 384 bytes.
 *
 * @param message - at most 318 bytes. Borrowed.
 */
export function sealOaep(publicKey: KeyObject, label: Buffer, message: Buffer): Buffer {
  return publicEncrypt({ key: publicKey, oaepLabel: label, ...PADDING }, message);
}

/**
 * Opens what {@link sealOaep} made (RFC 8017, section 7.1.2). Callers authenticate `sealed` before: an answer about a ciphertext that
 * anybody may choose is what Manger's attack needs.
 *
 * @returns the message, new bytes owned by the caller; undefined for another length, another label or anything changed.
 */
export function openOaep(privateKey: KeyObject, label: Buffer, sealed: Buffer): Buffer | undefined {
  if (sealed.length !== OAEP_BYTES) return undefined;
  try {
    return privateDecrypt({ key: privateKey, oaepLabel: label, ...PADDING }, sealed);
  } catch {
    // One answer for every cause.
    return undefined;
  }
}
