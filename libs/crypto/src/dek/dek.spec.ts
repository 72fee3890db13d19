import { encodeMembers } from '@app/encoding';
import { describe, expect, it } from 'vitest';
import { importRsaKeyPair } from '../hazmat/rsa-oaep.js';
import { SUITES, type SuiteName } from '../suites.js';
import { generateDataKey } from './data-key.js';
import { encodeRsaDek, parseDek } from './dek-form.js';
import { generateDek } from './generate-dek.js';

const RSA: SuiteName = 'RSA-OAEP-3072-SHA256+AES-256-GCM';
const SYMMETRIC = Object.values(SUITES)
  .filter(({ hasMessageKeys }) => !hasMessageKeys)
  .map(({ name }) => name);
const SECRET = Buffer.alloc(32, 1);

describe('a new key of a version', () => {
  it.each(SYMMETRIC)('has 32 bytes, each another: %s', async (suite) => {
    const [one, other] = [await generateDek(suite), await generateDek(suite)];
    expect(one).toHaveLength(32);
    expect(one.equals(other)).toBe(false);
    expect(parseDek(suite, one.expose())).toEqual({ secret: one.expose(), pkcs8: undefined });
  });

  it('has 32 bytes and a private key where messages have keys of their own', async () => {
    const dek = await generateDek(RSA);
    const { secret, pkcs8 } = parseDek(RSA, dek.expose()) ?? {};
    expect(secret).toHaveLength(32);
    expect(secret?.equals(Buffer.alloc(32))).toBe(false);
    expect(importRsaKeyPair(pkcs8 ?? Buffer.alloc(0))).toBeDefined();
  });
});

describe('a data key', () => {
  it('has 32 bytes, each another', () => {
    const [one, other] = [generateDataKey(), generateDataKey()];
    expect(one).toHaveLength(32);
    expect(one.equals(other)).toBe(false);
  });
});

describe('the form of a key', () => {
  it.each([0, 16, 31, 33, 64])('is not %i bytes', (length) => {
    for (const suite of SYMMETRIC) expect(parseDek(suite, Buffer.alloc(length))).toBeUndefined();
  });

  it.each<[string, Buffer]>([
    ['the secret alone', SECRET],
    ['one member', encodeMembers(SECRET)],
    ['three members', encodeMembers(SECRET, 'key', '')],
    ['a short secret', encodeRsaDek(Buffer.alloc(31), Buffer.alloc(1790))],
    ['a long secret', encodeRsaDek(Buffer.alloc(33), Buffer.alloc(1790))],
    ['no private key', encodeRsaDek(SECRET, Buffer.alloc(0))],
    ['a private key that is too long', encodeRsaDek(SECRET, Buffer.alloc(2049))],
    ['a byte behind', Buffer.concat([encodeRsaDek(SECRET, Buffer.alloc(9)), Buffer.alloc(1)])],
  ])('is, with a private key, not %s', (_, dek) => {
    expect(parseDek(RSA, dek)).toBeUndefined();
  });

  it('is not that of another suite', () => {
    for (const suite of SYMMETRIC) {
      expect(parseDek(suite, encodeRsaDek(SECRET, Buffer.alloc(1790)))).toBeUndefined();
    }
  });
});
