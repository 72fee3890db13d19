import type * as NodeCrypto from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { generateRsaPrivateKey } from './rsa-oaep.js';

const FAILURE = new Error('no entropy');

vi.mock('node:crypto', async (importOriginal) => ({
  ...(await importOriginal<typeof NodeCrypto>()),
  generateKeyPair: (_type: string, _options: object, done: (error: Error) => void) => {
    done(FAILURE);
  },
}));

describe('making a private key', () => {
  it('fails where OpenSSL finds none', async () => {
    await expect(generateRsaPrivateKey()).rejects.toBe(FAILURE);
  });
});
