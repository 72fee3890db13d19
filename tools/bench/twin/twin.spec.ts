import { generateKeySync, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { TwinCipher } from './twin-cipher.js';
import { parseDecrypt, parseEncrypt } from './twin-requests.js';

const cipher = new TwinCipher(generateKeySync('aes', { length: 256 }), randomUUID());
const request = { encryptionId: randomUUID(), data: 'Grüße 👋' };

describe('TwinCipher', () => {
  it('opens what it sealed', () => {
    expect(cipher.open(cipher.seal(request)).data).toBe(request.data);
  });

  it('does not open what belongs to another encryption', () => {
    const moved = { ...cipher.seal(request), encryptionId: randomUUID() };
    expect(() => cipher.open(moved)).toThrow();
  });
});

describe('requests of the twin', () => {
  it('takes the twin’s own answer back whole', () => {
    const sealed = cipher.seal(request);
    expect(parseEncrypt(request)).toEqual(request);
    expect(parseDecrypt(JSON.parse(JSON.stringify(sealed)))).toEqual(sealed);
  });

  it.each([null, [], 'text', {}, { data: 'x' }, { ...request, more: 1 }, { ...request, data: 1 }])(
    'does not encrypt %j',
    (body) => {
      expect(parseEncrypt(body)).toBeUndefined();
    },
  );

  it('decrypts nothing with another form of metadata', () => {
    const sealed = cipher.seal(request);
    expect(parseDecrypt({ ...sealed, metadata: null })).toBeUndefined();
    expect(parseDecrypt({ ...sealed, metadata: { iv: 'x' } })).toBeUndefined();
  });
});
