import { encodeBase64, encodeContext, encodeMembers, splitMembers } from '@app/encoding';
import { AppError } from '@app/errors';
import { SecretBytes } from '@app/secret';
import { describe, expect, it } from 'vitest';
import { encodeRsaDek, parseDek } from '../dek/dek-form.js';
import { generateDek } from '../dek/generate-dek.js';
import { AES_256_GCM } from '../hazmat/aes-256-gcm.js';
import { importRsaKeyPair, OAEP_BYTES, sealOaep } from '../hazmat/rsa-oaep.js';
import { takeKey } from '../hazmat/secret-key.js';
import { encodePlace, type KeyPlace } from '../key-place.js';
import { encodeAssociatedData } from './associated-data.js';
import { messageKeyCipher } from './message-cipher.js';
import { openBlob } from './open-blob.js';
import { formBlob, sealBlob, type SealedBlob, type SealInput } from './seal-blob.js';
import { deriveVersionKeys } from './version-keys.js';

const PLACE: KeyPlace = {
  tenantId: '7ff3b602-997b-4510-a596-5db792f8e3a6',
  encryptionId: '4d617a21-7574-4cc9-8392-8eeaad156a57',
  encryptionVersionId: '5c9bc386-82c7-4b60-b8cb-4425ea0e160b',
  suite: 'RSA-OAEP-3072-SHA256+AES-256-GCM',
};
const INPUT: SealInput = { kind: 'data', encoding: 'utf8', data: Buffer.from('attack at dawn') };
const DEK = await generateDek(PLACE.suite);
const KEYS = deriveVersionKeys(DEK, PLACE);
const LABEL = encodeMembers('keyward/v1/rsa', encodePlace(PLACE));
const { secret: SECRET, pkcs8: PKCS8 } = partsOf();
const PAIR = importRsaKeyPair(PKCS8);

function partsOf(): { secret: Buffer; pkcs8: Buffer } {
  const { secret, pkcs8 } = parseDek(PLACE.suite, DEK.expose()) ?? {};
  if (secret === undefined || pkcs8 === undefined) throw new TypeError('no key of the suite');
  return { secret, pkcs8 };
}

function codeOf(blob: SealedBlob): string | undefined {
  try {
    openBlob(KEYS, blob);
    return undefined;
  } catch (error) {
    return error instanceof AppError ? error.code : 'not an AppError';
  }
}

function bodyOf(blob: SealedBlob): [Buffer, Buffer] {
  const [sealedKey, ciphertext] = splitMembers(Buffer.from(blob.cipherText, 'base64'), 2) ?? [];
  if (sealedKey === undefined || ciphertext === undefined) throw new TypeError('no such body');
  return [sealedKey, ciphertext];
}

/** A blob with the right commitment, made by who has the version's secret, around any sealed key. */
function committedBlob(sealedKey: Buffer, key: Buffer): SealedBlob {
  const nonce = Buffer.alloc(12, 1);
  const sealing = { nonce, aad: encodeAssociatedData(KEYS, INPUT, encodeContext({})) };
  const message = AES_256_GCM.seal(takeKey(key), sealing, INPUT.data);
  return formBlob(KEYS, INPUT, sealing, { ...message, sealedKey });
}

function seal(label: Buffer, key: Buffer): Buffer {
  if (PAIR === undefined) throw new TypeError('no such key');
  return sealOaep(PAIR.publicKey, label, key);
}

describe('a blob whose message has a key of its own', () => {
  it('holds the sealed key and the ciphertext, and nothing else', () => {
    const [sealedKey, ciphertext] = bodyOf(sealBlob(KEYS, INPUT));
    expect(sealedKey).toHaveLength(OAEP_BYTES);
    expect(ciphertext).toHaveLength(INPUT.data.length);
  });

  it('has another key each time', () => {
    const [one, other] = [sealBlob(KEYS, INPUT), sealBlob(KEYS, INPUT)].map((blob) =>
      bodyOf(blob)[0].toString('hex'),
    );
    expect(one).not.toBe(other);
  });

  it('does not open with the sealed key of another blob of the same version', () => {
    const [one, other] = [sealBlob(KEYS, INPUT), sealBlob(KEYS, INPUT)];
    const body = encodeMembers(bodyOf(other)[0], bodyOf(one)[1]);
    expect(codeOf({ ...one, cipherText: encodeBase64(body) })).toBe('decryption_failed');
  });

  it('opens where all of it fits', () => {
    const key = Buffer.alloc(32, 5);
    expect(codeOf(committedBlob(seal(LABEL, key), key))).toBeUndefined();
  });

  it.each<[string, (key: Buffer) => Buffer]>([
    ['another label', (key) => seal(Buffer.from('other'), key)],
    ['a short key', (key) => seal(LABEL, key.subarray(1))],
    ['a long key', (key) => seal(LABEL, Buffer.concat([key, key]))],
    ['random bytes', () => Buffer.alloc(OAEP_BYTES, 0x55)],
    ['383 bytes', (key) => seal(LABEL, key).subarray(1)],
    ['385 bytes', (key) => Buffer.concat([seal(LABEL, key), Buffer.alloc(1)])],
    ['nothing', () => Buffer.alloc(0)],
  ])('does not open with %s sealed, although the commitment fits', (_, sealedKey) => {
    const key = Buffer.alloc(32, 5);
    expect(codeOf(committedBlob(sealedKey(key), key))).toBe('decryption_failed');
  });

  it('opens nothing without a sealed key', () => {
    if (PAIR === undefined) throw new TypeError('no such key');
    const cipher = messageKeyCipher(PAIR, LABEL);
    const sealing = { nonce: Buffer.alloc(12), aad: Buffer.alloc(0) };
    const { ciphertext, tag } = cipher.seal(sealing, INPUT.data);
    expect(cipher.open(sealing, { ciphertext, tag })).toBeUndefined();
  });
});

describe('the keys of such a version', () => {
  it.each<[string, Buffer]>([
    ['a private key that is none', encodeRsaDek(SECRET, Buffer.alloc(1790, 1))],
    [
      'a private key with a byte behind',
      encodeRsaDek(SECRET, Buffer.concat([PKCS8, Buffer.alloc(1)])),
    ],
    ['the secret alone', SECRET],
  ])('are not derived from %s', (_, dek) => {
    const derive = (): unknown => deriveVersionKeys(SecretBytes.copyOf(dek), PLACE);
    expect(derive).toThrow(AppError);
    expect(derive).toThrow('internal');
  });
});
