import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { answerCase } from './answer-case.js';

function answer(input: unknown): Promise<unknown> {
  return answerCase(Buffer.from(typeof input === 'string' ? input : JSON.stringify(input)));
}

const REFUSALS: readonly [string, unknown, unknown][] = [
  ['no JSON', '{', { ok: false, code: 'invalid_request' }],
  ['no line at all', '', { ok: false, code: 'invalid_request' }],
  ['no object', '[1]', { ok: false, code: 'invalid_request' }],
  ['a key given twice', '{"id":1,"id":2,"op":"hmac"}', { ok: false, code: 'invalid_request' }],
  ['no op', { id: 'x' }, { id: 'x', ok: false, code: 'invalid_request' }],
  ['an unknown op', { id: 0, op: 'constructor' }, { id: 0, ok: false, code: 'unsupported' }],
  ['AES-KWP', { id: 1, op: 'wrap', alg: 'AES-KWP' }, { id: 1, ok: false, code: 'unsupported' }],
  ['another cipher', { op: 'seal', alg: 'AES-128-GCM' }, { ok: false, code: 'unsupported' }],
  [
    'another hash',
    { op: 'hmac', hash: 'SHA-1', key: '', msg: '', size: 20 },
    { ok: false, code: 'unsupported' },
  ],
  ['another signature', { op: 'verify', alg: 'ES256' }, { ok: false, code: 'unsupported' }],
  [
    'no key',
    { op: 'hmac', hash: 'SHA-256', msg: '', size: 32 },
    { ok: false, code: 'invalid_request' },
  ],
  [
    'hex in capitals',
    { op: 'hmac', hash: 'SHA-256', key: 'AA', msg: '', size: 32 },
    { ok: false, code: 'invalid_request' },
  ],
  [
    'half a byte',
    { op: 'hmac', hash: 'SHA-256', key: 'aaa', msg: '', size: 32 },
    { ok: false, code: 'invalid_request' },
  ],
  [
    'a tag of 33 bytes',
    { op: 'hmac', hash: 'SHA-256', key: 'aa', msg: '', size: 33 },
    { ok: false, code: 'invalid_request' },
  ],
  [
    'a tag of no bytes',
    { op: 'hmac', hash: 'SHA-256', key: 'aa', msg: '', size: 0 },
    { ok: false, code: 'invalid_request' },
  ],
  [
    'a number that is text',
    { op: 'hmac', hash: 'SHA-256', key: 'aa', msg: '', size: '32' },
    { ok: false, code: 'invalid_request' },
  ],
  [
    'half a byte of a tag',
    { op: 'hmac', hash: 'SHA-256', key: 'aa', msg: '', size: 1.5 },
    { ok: false, code: 'invalid_request' },
  ],
  [
    'an info beyond the limit of Node.js',
    { op: 'hkdf', hash: 'SHA-256', ikm: '', salt: '', info: '00'.repeat(1025), size: 32 },
    { ok: false, code: 'invalid_request' },
  ],
  [
    'chunked encryption under a short key',
    { op: 'chunked-open', key: '00', context: '', ct: '00'.repeat(100) },
    { ok: false, code: 'invalid_request' },
  ],
  [
    'chunked encryption of nothing',
    { op: 'chunked-open', key: '00'.repeat(32), context: '', ct: '' },
    { ok: false, code: 'decryption_failed' },
  ],
  [
    'nothing to derive',
    { op: 'hkdf', hash: 'SHA-256', ikm: '', salt: '', info: '', size: 0 },
    { ok: false, code: 'invalid_request' },
  ],
  [
    'too much to derive',
    { op: 'hkdf', hash: 'SHA-256', ikm: '', salt: '', info: '', size: 8161 },
    { ok: false, code: 'invalid_request' },
  ],
  [
    'a short nonce',
    { op: 'seal', alg: 'AES-256-GCM', key: '00'.repeat(32), iv: '00', aad: '', msg: '' },
    { ok: false, code: 'invalid_request' },
  ],
  [
    'a key of no bytes',
    { op: 'seal', alg: 'AES-256-GCM', key: '', iv: '00'.repeat(12), aad: '', msg: '' },
    { ok: false, code: 'invalid_request' },
  ],
  [
    'a key that is no key',
    { op: 'rsa-oaep-open', hash: 'SHA-256', privateKey: '00', ct: '', label: '' },
    { ok: false, code: 'decryption_failed' },
  ],
  [
    'a terabyte of memory',
    { op: 'argon2id', password: '', salt: '00'.repeat(8), t: 2, m: 2 ** 30, p: 1, size: 32 },
    { ok: false, code: 'invalid_request' },
  ],
  [
    'less than 8 KiB for each lane',
    { op: 'argon2id', password: '', salt: '00'.repeat(8), t: 1, m: 15, p: 2, size: 32 },
    { ok: false, code: 'invalid_request' },
  ],
  [
    'a hash too short',
    { op: 'argon2id', password: '', salt: '00'.repeat(8), t: 1, m: 8, p: 1, size: 3 },
    { ok: false, code: 'invalid_request' },
  ],
  [
    'a salt too short',
    { op: 'argon2id', password: '', salt: '', t: 2, m: 1024, p: 1, size: 32 },
    { ok: false, code: 'invalid_request' },
  ],
];

describe('a case that is refused', () => {
  it.each(REFUSALS)('is answered: %s', async (_what, input, expected) => {
    expect(await answer(input)).toEqual(expected);
  });

  it('is answered for a signature by another kind of key', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed448');
    const message = Buffer.from('x');
    const spki = publicKey.export({ format: 'der', type: 'spki' }).toString('hex');
    const sig = sign(null, message, privateKey).toString('hex');
    const input = { op: 'verify', alg: 'EdDSA', publicKey: spki, msg: '78', sig };
    expect(await answer(input)).toEqual({ ok: false, code: 'invalid_request' });
  });
});
