import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { AppError } from '@app/errors';
import { SecretBytes, SecretString } from '@app/secret';
import {
  assertParameters,
  deriveLoginSecret,
  deriveMemberKey,
  deriveRoot,
  openHpke,
  openMasterKey,
  privateKeyOf,
  publicBytesOf,
  sealMasterKey,
  unwrapPrivateKey,
  wrapPrivateKey,
} from './index.js';

const PARAMETERS = {
  salt: Buffer.alloc(16, 1),
  iterations: 3,
  memoryKiB: 65_536,
  parallelism: 1,
};

function shapeOf(work: () => unknown): unknown {
  try {
    work();
    return 'done';
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return [error.code, ...(error.errors ?? []).map(({ field }) => field)];
  }
}

function member(): { privateKey: SecretBytes; publicKey: Buffer } {
  const bytes = randomBytes(32);
  return {
    privateKey: new SecretBytes(bytes),
    publicKey: publicBytesOf(privateKeyOf(bytes)),
  };
}

function flipped(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

describe('a password', () => {
  const account = { origin: 'https://core.example', username: 'Alice' };
  const password = new SecretString('correct horse battery');

  it('gives another root at another core, for another person, and with another salt', () => {
    const roots = [
      deriveRoot(password, account, PARAMETERS),
      deriveRoot(password, { ...account, username: 'alice' }, PARAMETERS),
      deriveRoot(password, { ...account, username: 'bob' }, PARAMETERS),
      deriveRoot(password, { ...account, origin: 'https://evil.example' }, PARAMETERS),
      deriveRoot(password, account, { ...PARAMETERS, salt: Buffer.alloc(16, 2) }),
    ].map((root) => root.expose().toString('hex'));
    expect(roots[0]).toBe(roots[1]);
    expect(new Set(roots).size).toBe(4);
  });

  it('gives a login secret that is not its member key, which a device secret changes', () => {
    const root = new SecretBytes(randomBytes(32));
    const login = deriveLoginSecret(root, PARAMETERS).expose();
    const key = deriveMemberKey(root, PARAMETERS);
    const ofDevice = deriveMemberKey(root, PARAMETERS, new SecretBytes(randomBytes(32)));
    expect(login).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(key.expose().toString('base64url')).not.toBe(login);
    expect(key.equals(ofDevice)).toBe(false);
  });

  it.each([
    [{ iterations: 2 }, 'iterations'],
    [{ iterations: 11 }, 'iterations'],
    [{ iterations: 3.5 }, 'iterations'],
    [{ memoryKiB: 65_535 }, 'memoryKiB'],
    [{ memoryKiB: 1_048_577 }, 'memoryKiB'],
    [{ parallelism: 0 }, 'parallelism'],
    [{ parallelism: 5 }, 'parallelism'],
    [{ salt: Buffer.alloc(15) }, 'salt'],
    [{ salt: Buffer.alloc(65) }, 'salt'],
  ])('is not derived from with %j', (weak, field) => {
    const parameters = { ...PARAMETERS, ...weak };
    expect(shapeOf(() => deriveRoot(password, account, parameters))).toEqual([
      'invalid_request',
      field,
    ]);
    const good = (): unknown => {
      assertParameters(PARAMETERS);
      return undefined;
    };
    expect(shapeOf(good)).toBe('done');
  });

  it('takes a device secret of 32 bytes only', () => {
    const root = new SecretBytes(randomBytes(32));
    const short = new SecretBytes(randomBytes(31));
    expect(shapeOf(() => deriveMemberKey(root, PARAMETERS, short))).toEqual([
      'invalid_request',
      'deviceSecret',
    ]);
  });
});

describe('a sealed copy of a master key', () => {
  const place = { tenantId: randomUUID(), userId: randomUUID() };
  const masterKey = new SecretBytes(randomBytes(32));

  it('opens for its member, in 80 bytes, each time others', () => {
    const { privateKey, publicKey } = member();
    const copies = [0, 1].map(() => sealMasterKey(publicKey, place, masterKey));
    for (const copy of copies) {
      expect(copy).toHaveLength(80);
      expect(openMasterKey(privateKey, place, copy).equals(masterKey)).toBe(true);
    }
    expect(copies[0]?.equals(copies[1] as Buffer)).toBe(false);
  });

  it('opens for nobody else, in no other place, and with no bit changed', () => {
    const { privateKey, publicKey } = member();
    const sealed = sealMasterKey(publicKey, place, masterKey);
    const refused = ['decryption_failed'];
    const open = (key: SecretBytes, at: typeof place, bytes: Buffer): unknown =>
      shapeOf(() => openMasterKey(key, at, bytes));
    expect(open(member().privateKey, place, sealed)).toEqual(refused);
    expect(open(privateKey, { ...place, userId: randomUUID() }, sealed)).toEqual(refused);
    expect(open(privateKey, { ...place, tenantId: randomUUID() }, sealed)).toEqual(refused);
    for (let bit = 0; bit < sealed.length * 8; bit += 1)
      expect(open(privateKey, place, flipped(sealed, bit))).toEqual(refused);
    for (const length of [0, 31, 32, 47, 79])
      expect(open(privateKey, place, sealed.subarray(0, length))).toEqual(refused);
  });

  it('is not made for, and not opened with, a point of small order', () => {
    const none = Buffer.alloc(32);
    expect(shapeOf(() => sealMasterKey(none, place, masterKey))).toEqual(['decryption_failed']);
    const sealed = Buffer.concat([none, Buffer.alloc(48)]);
    const { privateKey } = member();
    expect(shapeOf(() => openMasterKey(privateKey, place, sealed))).toEqual(['decryption_failed']);
  });

  it('takes keys of 32 bytes only', () => {
    expect(shapeOf(() => sealMasterKey(Buffer.alloc(31), place, masterKey))).toEqual([
      'invalid_request',
      'publicKey',
    ]);
    expect(shapeOf(() => privateKeyOf(Buffer.alloc(33)))).toEqual([
      'invalid_request',
      'privateKey',
    ]);
  });
});

describe('a wrapped private key', () => {
  const userId = randomUUID();
  const memberKey = new SecretBytes(randomBytes(32));

  it('opens under its member key, for its member and beside its public key alone', () => {
    const { privateKey, publicKey } = member();
    const wrapped = wrapPrivateKey(memberKey, userId, privateKey);
    expect(wrapped).toHaveLength(60);
    expect(unwrapPrivateKey(memberKey, userId, publicKey, wrapped).equals(privateKey)).toBe(true);
    const other = new SecretBytes(randomBytes(32));
    const refused = ['decryption_failed'];
    const open = (...args: Parameters<typeof unwrapPrivateKey>): unknown =>
      shapeOf(() => unwrapPrivateKey(...args));
    expect(open(other, userId, publicKey, wrapped)).toEqual(refused);
    expect(open(memberKey, randomUUID(), publicKey, wrapped)).toEqual(refused);
    expect(open(memberKey, userId, member().publicKey, wrapped)).toEqual(refused);
    for (let bit = 0; bit < wrapped.length * 8; bit += 1)
      expect(open(memberKey, userId, publicKey, flipped(wrapped, bit))).toEqual(refused);
    for (const length of [0, 11, 12, 27, 59])
      expect(open(memberKey, userId, publicKey, wrapped.subarray(0, length))).toEqual(refused);
  });
});

describe('HPKE', () => {
  it('refuses an enc of another length, and a message without room for a tag', () => {
    const { privateKey } = member();
    const recipient = privateKeyOf(privateKey.expose());
    const none = Buffer.alloc(0);
    expect(shapeOf(() => openHpke(recipient, Buffer.alloc(31), none, none, none))).toEqual([
      'invalid_request',
      'publicKey',
    ]);
    const enc = member().publicKey;
    expect(shapeOf(() => openHpke(recipient, enc, none, none, Buffer.alloc(15)))).toEqual([
      'decryption_failed',
    ]);
  });
});
