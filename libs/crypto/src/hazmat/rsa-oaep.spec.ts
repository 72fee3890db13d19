import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  generateRsaPrivateKey,
  importRsaKeyPair,
  isRsaPrivateKey,
  OAEP_BYTES,
  openOaep,
  sealOaep,
  type RsaKeyPair,
} from './rsa-oaep.js';

const PKCS8 = await generateRsaPrivateKey();
const LABEL = Buffer.from('label');
const MESSAGE = Buffer.alloc(32, 7);

function pair(): RsaKeyPair {
  const imported = importRsaKeyPair(PKCS8);
  if (imported === undefined) throw new TypeError('the key of this test was not taken');
  return imported;
}

function der(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'pkcs8' });
}

const PRIVATE_KEY = createPrivateKey({ key: PKCS8, format: 'der', type: 'pkcs8' });

/** The same PKCS#8 with a member more behind the key: an empty set of attributes, [0] of RFC 5958. */
function withAttributes(): Buffer {
  const content = Buffer.concat([PKCS8.subarray(4), Buffer.from('a000', 'hex')]);
  const head = Buffer.from('30820000', 'hex');
  head.writeUInt16BE(content.length, 2);
  return Buffer.concat([head, content]);
}

function flip(bytes: Buffer, bit: number): Buffer {
  const flipped = Buffer.from(bytes);
  flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  return flipped;
}

describe('a private key', () => {
  it('is made as PKCS#8 of 3,072 bits with the exponent 65,537, and another each time', async () => {
    expect(PRIVATE_KEY.asymmetricKeyDetails).toEqual({
      modulusLength: 3072,
      publicExponent: 65_537n,
    });
    expect((await generateRsaPrivateKey()).equals(PKCS8)).toBe(false);
  });

  it.each<[string, () => Buffer]>([
    ['nothing', () => Buffer.alloc(0)],
    ['no DER', () => Buffer.alloc(1790, 0x30)],
    ['a byte missing', () => PKCS8.subarray(0, -1)],
    ['a byte behind', () => Buffer.concat([PKCS8, Buffer.alloc(1)])],
    ['attributes', withAttributes],
    ['PKCS#1', () => PRIVATE_KEY.export({ format: 'der', type: 'pkcs1' })],
    ['PEM', () => Buffer.from(PRIVATE_KEY.export({ format: 'pem', type: 'pkcs8' }))],
    [
      'encryption',
      () =>
        PRIVATE_KEY.export({
          format: 'der',
          type: 'pkcs8',
          cipher: 'aes-256-cbc',
          passphrase: 'x',
        }),
    ],
    ['2,048 bits', () => der(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)],
    [
      'the exponent 3',
      () => der(generateKeyPairSync('rsa', { modulusLength: 3072, publicExponent: 3 }).privateKey),
    ],
    ['RSA-PSS', () => der(generateKeyPairSync('rsa-pss', { modulusLength: 3072 }).privateKey)],
    ['another algorithm', () => der(generateKeyPairSync('ed25519').privateKey)],
  ])('is refused: %s', (_, key) => {
    expect(importRsaKeyPair(key())).toBeUndefined();
  });
});

/** The same PKCS#8 with the modulus of another key, which has the same length: right in its form, and of no use. */
function withOtherModulus(other: Buffer): Buffer {
  const [start, length] = [37, 384];
  const mixed = Buffer.from(PKCS8);
  other.copy(mixed, start, start, start + length);
  return mixed;
}

describe('the halves of a private key', () => {
  it('belong together in one that was made', () => {
    expect(isRsaPrivateKey(PKCS8)).toBe(true);
  });

  it('are found not to, though the form is right', async () => {
    const mixed = withOtherModulus(await generateRsaPrivateKey());
    expect(importRsaKeyPair(mixed)).toBeDefined();
    expect(isRsaPrivateKey(mixed)).toBe(false);
    expect(isRsaPrivateKey(PKCS8.subarray(1))).toBe(false);
  });
});

describe('RSA-OAEP', () => {
  const { publicKey, privateKey } = pair();
  const sealed = sealOaep(publicKey, LABEL, MESSAGE);

  it('opens to what was sealed, 384 bytes, another each time', () => {
    expect(sealed).toHaveLength(OAEP_BYTES);
    expect(openOaep(privateKey, LABEL, sealed)).toEqual(MESSAGE);
    expect(sealOaep(publicKey, LABEL, MESSAGE).equals(sealed)).toBe(false);
  });

  it('does not open with another label, another key or a flipped bit', () => {
    const other = generateKeyPairSync('rsa', { modulusLength: 3072 }).privateKey;
    expect(openOaep(privateKey, Buffer.from('Label'), sealed)).toBeUndefined();
    expect(openOaep(privateKey, Buffer.alloc(0), sealed)).toBeUndefined();
    expect(openOaep(other, LABEL, sealed)).toBeUndefined();
    for (const bit of [0, 7, 8, 1000, OAEP_BYTES * 8 - 1]) {
      expect(openOaep(privateKey, LABEL, flip(sealed, bit))).toBeUndefined();
    }
  });

  it.each([0, 1, 383, 385, 768])('does not open %i bytes', (length) => {
    const other = Buffer.concat([sealed, sealed]).subarray(0, length);
    expect(openOaep(privateKey, LABEL, other)).toBeUndefined();
  });
});
