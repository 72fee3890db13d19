import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../launcher/project-root.js';
import { answerCase } from './answer-case.js';

type Case = Readonly<Record<string, unknown>>;

interface WycheproofGroup {
  readonly tests: readonly Case[];
  readonly publicKeyDer?: string;
  readonly privateKeyPkcs8?: string;
  readonly tagSize?: number;
}

function groupsOf(name: string): WycheproofGroup[] {
  const path = join(PROJECT_ROOT, 'test/vectors/wycheproof', `${name}_test.json`);
  return (JSON.parse(readFileSync(path, 'utf8')) as { testGroups: WycheproofGroup[] }).testGroups;
}

function answer(input: Case): Promise<unknown> {
  return answerCase(Buffer.from(JSON.stringify(input)));
}

/** For cases of a file: what is asked, and what a right implementation answers. */
interface Asked {
  readonly input: Case;
  readonly result: unknown;
  readonly right: Case;
}

const FILES: readonly [string, (group: WycheproofGroup, test: Case) => Asked[]][] = [
  [
    'aes_gcm',
    (_, { key, iv, aad, msg, ct, tag, result }) => [
      { input: { op: 'open', alg: 'AES-256-GCM', key, iv, aad, ct, tag }, result, right: { msg } },
      ...(result === 'valid'
        ? [
            {
              input: { op: 'seal', alg: 'AES-256-GCM', key, iv, aad, msg },
              result,
              right: { ct, tag },
            },
          ]
        : []),
    ],
  ],
  [
    'chacha20_poly1305',
    (_, { key, iv, aad, msg, ct, tag, result }) => [
      {
        input: { op: 'open', alg: 'ChaCha20-Poly1305', key, iv, aad, ct, tag },
        result,
        right: { msg },
      },
    ],
  ],
  [
    'hkdf_sha256',
    (_, { ikm, salt, info, size, okm, result }) => [
      { input: { op: 'hkdf', hash: 'SHA-256', ikm, salt, info, size }, result, right: { okm } },
    ],
  ],
  [
    'rsa_oaep_3072_sha256_mgf1sha256',
    ({ privateKeyPkcs8: privateKey }, { ct, label, msg, result }) => [
      {
        input: { op: 'rsa-oaep-open', hash: 'SHA-256', privateKey, ct, label },
        result,
        right: { msg },
      },
    ],
  ],
  [
    'ed25519',
    ({ publicKeyDer: publicKey }, { msg, sig, result }) => [
      { input: { op: 'verify', alg: 'EdDSA', publicKey, msg, sig }, result, right: {} },
    ],
  ],
];

function hasOurSizes({ key, iv }: Case): boolean {
  return (key === undefined || hexOfBytes(key, 32)) && (iv === undefined || hexOfBytes(iv, 12));
}

function hexOfBytes(hex: unknown, bytes: number): boolean {
  return typeof hex === 'string' && hex.length === 2 * bytes;
}

describe('a known-answer test', () => {
  it.each(FILES)('is right or refused, and never wrong, in all of %s', async (name, ask) => {
    let met = 0;
    for (const group of groupsOf(name)) {
      for (const { input, result, right } of group.tests.flatMap((test) => ask(group, test))) {
        const got = (await answer({ id: 1, ...input })) as Case;
        if (got['ok'] === true) {
          expect(result).not.toBe('invalid');
          expect(got).toEqual({ id: 1, ok: true, ...right });
          met += 1;
        } else {
          expect(Object.keys(got)).toEqual(['id', 'ok', 'code']);
          expect(got['code']).not.toBe('internal');
          // Keys and nonces of other sizes alone are beyond what the library takes.
          if (result === 'valid') expect(hasOurSizes(input)).toBe(false);
        }
      }
    }
    expect(met).toBeGreaterThan(15);
  });

  it('of HMAC answers the beginning of the tag that is asked for', async () => {
    for (const { tests, tagSize = 0 } of groupsOf('hmac_sha256')) {
      for (const { key, msg, tag, result } of tests) {
        const input = { op: 'hmac', hash: 'SHA-256', key, msg, size: tagSize / 8 };
        const got = (await answer(input)) as Case;
        expect(got['tag'] === tag).toBe(result === 'valid');
      }
    }
  });

  it('opens chunked encryption whole, or not at all', async () => {
    for (const { key, ctx, ct, result, msgLength } of groupsOf(
      'c2sp_chunked_encryption_aes_256_gcm',
    ).flatMap(({ tests }) => tests)) {
      const sealed = inflateSync(Buffer.from(ct as string, 'hex')).toString('hex');
      const got = (await answer({ op: 'chunked-open', key, context: ctx, ct: sealed })) as Case;
      expect(got['ok']).toBe(result === 'valid');
      if (result === 'valid') expect((got['msg'] as string).length / 2).toBe(msgLength);
    }
  });

  it('of XAES-256-GCM is that of C2SP', async () => {
    // c2sp.org/XAES-256-GCM, the second of its test vectors.
    const common = {
      alg: 'XAES-256-GCM',
      key: '03'.repeat(32),
      iv: Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWX').toString('hex'),
      aad: Buffer.from('c2sp.org/XAES-256-GCM').toString('hex'),
    };
    const msg = Buffer.from('XAES-256-GCM').toString('hex');
    const [ct, tag] = ['986ec1832593df5443a17943', '7fd083bf3fdb41abd740a21f71eb769d'];
    expect(await answer({ op: 'seal', ...common, msg })).toEqual({ ok: true, ct, tag });
    expect(await answer({ op: 'open', ...common, ct, tag })).toEqual({ ok: true, msg });
  });

  it('of HKDF with SHA-512 and of Argon2id are there', async () => {
    // RFC 5869 has no vectors for SHA-512: those of github.com/brycx/Test-Vector-Generation, case 1.
    const hkdf = {
      op: 'hkdf',
      hash: 'SHA-512',
      ikm: '0b'.repeat(22),
      salt: '000102030405060708090a0b0c',
      info: 'f0f1f2f3f4f5f6f7f8f9',
      size: 42,
    };
    const okm =
      '832390086cda71fb47625bb5ceb168e4c8e26a1a16ed34d9fc7fe92c1481579338da362cb8d9f925d7cb';
    expect(await answer(hkdf)).toEqual({ ok: true, okm });

    const argon2id = {
      op: 'argon2id',
      password: '70617373776f7264',
      salt: '736f6d6573616c74',
      t: 2,
      m: 65_536,
      p: 1,
      size: 32,
    };
    // Of the reference implementation, test.c, version 0x13.
    const hash = '09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7';
    expect(await answer(argon2id)).toEqual({ ok: true, hash });
  });

  it('of HPKE opens a sealed copy of the vectors, and no other', async () => {
    const path = join(PROJECT_ROOT, 'test/vectors/keyward-v1.json');
    const { vectors } = JSON.parse(readFileSync(path, 'utf8')) as {
      vectors: { group: string; in: Case; mid: Case; out: Case }[];
    };
    const seals = vectors.filter(({ group }) => group === 'member-seal');
    expect(seals).toHaveLength(3);
    for (const { in: input, mid, out } of seals) {
      const sealed = String(out['sealed']);
      const asked = {
        op: 'hpke-open',
        privateKey: input['privateKey'],
        enc: sealed.slice(0, 64),
        info: mid['info'],
        aad: '',
        ct: sealed.slice(64),
      };
      expect(await answer(asked)).toEqual({ ok: true, msg: input['tenantKey'] });
      const refused = { ok: false, code: 'decryption_failed' };
      expect(await answer({ ...asked, aad: '00' })).toEqual(refused);
      const short = { ok: false, code: 'invalid_request' };
      expect(await answer({ ...asked, enc: '00' })).toEqual(short);
    }
  });
});

describe('totp', () => {
  // RFC 6238, appendix B: the seeds are the digits 1 to 0, repeated to the length of the hash.
  const SEEDS = { 'SHA-1': 20, 'SHA-256': 32, 'SHA-512': 64 } as const;

  it.each([
    ['SHA-1', 59, '94287082'],
    ['SHA-256', 59, '46119246'],
    ['SHA-512', 59, '90693936'],
    ['SHA-1', 1_111_111_109, '07081804'],
    ['SHA-256', 1_234_567_890, '91819424'],
    ['SHA-512', 20_000_000_000, '47863826'],
  ] as const)('answers as RFC 6238 has it: %s at %i', async (hash, time, code) => {
    const secret = Buffer.from('1234567890'.repeat(7)).toString('hex', 0, SEEDS[hash]);
    const result = await answer({ id: 1, op: 'totp', secret, time, digits: 8, hash });
    expect(result).toEqual({ id: 1, ok: true, code });
  });

  it.each([
    [{ digits: 5 }, 'unsupported'],
    [{ hash: 'MD5' }, 'unsupported'],
    [{ secret: '00' }, 'invalid_request'],
    [{ time: -1 }, 'invalid_request'],
  ])('refuses %j', async (wrong, code) => {
    const secret = Buffer.alloc(20, 1).toString('hex');
    const right = { id: 1, op: 'totp', secret, time: 59, digits: 6, hash: 'SHA-1' };
    expect(await answer({ ...right, ...wrong })).toEqual({ id: 1, ok: false, code });
  });
});
