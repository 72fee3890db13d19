import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SecretBytes, SecretString } from '@app/secret';
import {
  apiKeyOf,
  ApiSecretHasher,
  generateApiSecret,
  idOfApiKey,
  isApiSecret,
} from './api-keys.js';
import { deriveCoreKeys } from './core-keys.js';

const ID = '01234567-89ab-4cde-8f01-23456789abcd';
const OTHER = '11234567-89ab-4cde-8f01-23456789abcd';
const keyOf = (byte: number) => deriveCoreKeys(new SecretBytes(Buffer.alloc(32, byte))).apiSecret;

describe('API keys', () => {
  it('name their id, and nothing else has their form', () => {
    expect(apiKeyOf(ID)).toBe('kwk_0123456789ab4cde8f0123456789abcd');
    expect(idOfApiKey(apiKeyOf(ID))).toBe(ID);
  });

  it.each([
    '',
    'kwk_',
    ID,
    `kwk_${ID}`,
    'kwc_0123456789ab4cde8f0123456789abcd',
    'kwk_0123456789ab4cde8f0123456789abcde',
    'kwk_0123456789AB4CDE8F0123456789ABCD',
    'kwk_0123456789ab4cde8f0123456789abcd, kwk_0123456789ab4cde8f0123456789abcd',
  ])('are told from %j', (text) => {
    expect(idOfApiKey(text)).toBeUndefined();
  });
});

describe('API secrets', () => {
  it('are 256 random bits behind a prefix', () => {
    const secrets = new Set(Array.from({ length: 100 }, () => generateApiSecret().expose()));
    expect(secrets.size).toBe(100);
    for (const secret of secrets) expect(secret).toMatch(/^kwm_[A-Za-z0-9_-]{43}$/);
  });

  it.each(['', 'kwm_', `kwm_${'a'.repeat(42)}`, `kwr_${'a'.repeat(43)}`, `kwm_${'+'.repeat(43)}`])(
    'have one form only: not %j',
    (text) => {
      expect(isApiSecret(text)).toBe(false);
    },
  );

  it('are stored as a keyed hash that fits one key of one core', () => {
    const secret = generateApiSecret();
    const stored = new ApiSecretHasher(keyOf(1)).hash(ID, secret);
    expect(stored).toHaveLength(32);
    expect(stored).toEqual(new ApiSecretHasher(keyOf(1)).hash(ID, secret));
    expect(stored).not.toEqual(new ApiSecretHasher(keyOf(1)).hash(OTHER, secret));
    expect(stored).not.toEqual(new ApiSecretHasher(keyOf(2)).hash(ID, secret));
  });

  it('hash as the specification says', () => {
    const key = keyOf(1);
    const message = Buffer.concat([
      Buffer.from([0, 0, 0, 25]),
      Buffer.from('keyward/v1/machine-secret'),
      Buffer.from([0, 0, 0, 16]),
      Buffer.from('0123456789ab4cde8f0123456789abcd', 'hex'),
      Buffer.from([0, 0, 0, 6]),
      Buffer.from('secret'),
    ]);
    expect(new ApiSecretHasher(key).hash(ID, new SecretString('secret'))).toEqual(
      createHmac('sha256', key).update(message).digest(),
    );
  });
});
