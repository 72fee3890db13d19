import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { argon2id as argon2idOfBrowsers } from './browser.js';
import { argon2id } from './node.js';
import { clientRefusal } from '../../../test/support/client-refusal.js';
import { encodeHex } from './bytes.js';
import { deriveKeys, deriveLoginSecret, deriveMemberKey, deriveRoot } from './derivation.js';
import { SecretKey } from './secret-key.js';

const PARAMETERS = {
  salt: new Uint8Array(16).fill(1),
  iterations: 3,
  memoryKiB: 65_536,
  parallelism: 1,
};
const ACCOUNT = { origin: 'https://core.example', username: 'Alice' };
const PASSWORD = 'correct horse battery';

describe('a password', () => {
  it('gives another root at another core, for another person, and with another salt', async () => {
    const salted = { ...PARAMETERS, salt: new Uint8Array(16).fill(2) };
    const roots = [
      await deriveRoot(argon2id, PASSWORD, ACCOUNT, PARAMETERS),
      await deriveRoot(argon2id, PASSWORD, { ...ACCOUNT, username: 'alice' }, PARAMETERS),
      await deriveRoot(argon2id, PASSWORD, { ...ACCOUNT, username: 'bob' }, PARAMETERS),
      await deriveRoot(
        argon2id,
        PASSWORD,
        { ...ACCOUNT, origin: 'https://evil.example' },
        PARAMETERS,
      ),
      await deriveRoot(argon2id, PASSWORD, ACCOUNT, salted),
    ].map((root) => encodeHex(root.expose()));
    expect(roots[0]).toBe(roots[1]);
    expect(new Set(roots).size).toBe(4);
  });

  it('is the same however it was typed: NFKC', async () => {
    const [composed, apart] = ['correct horse caf\u00e9', 'correct horse cafe\u0301'];
    const one = await deriveRoot(argon2id, composed, ACCOUNT, PARAMETERS);
    const other = await deriveRoot(argon2id, apart, ACCOUNT, PARAMETERS);
    expect(one.equals(other)).toBe(true);
  });

  it('gives a login secret that is not its member key, which a device secret changes', async () => {
    const root = SecretKey.random();
    const login = await deriveLoginSecret(root, PARAMETERS);
    const key = await deriveMemberKey(root, PARAMETERS);
    const ofDevice = await deriveMemberKey(root, PARAMETERS, SecretKey.random());
    expect(login).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(Buffer.from(key.expose()).toString('base64url')).not.toBe(login);
    expect(key.equals(ofDevice)).toBe(false);
  });

  it('gives the same in the Argon2id of browsers, also with four lanes and memory that they do not divide', async () => {
    for (const cost of [{}, { parallelism: 4 }, { parallelism: 3, memoryKiB: 65_537 }]) {
      const input = { ...PARAMETERS, ...cost };
      const here = await deriveKeys(argon2id, PASSWORD, ACCOUNT, input);
      const there = await deriveKeys(argon2idOfBrowsers, PASSWORD, ACCOUNT, input);
      expect(there.loginSecret).toBe(here.loginSecret);
      expect(there.memberKey.equals(here.memberKey)).toBe(true);
    }
  });

  it('is not derived from with parameters out of bounds, not even by those who skip their check', async () => {
    let isCalled = false;
    const spy: typeof argon2id = (input) => {
      isCalled = true;
      return argon2id(input);
    };
    const weak = { ...PARAMETERS, iterations: 1 };
    expect(await clientRefusal(() => deriveRoot(spy, PASSWORD, ACCOUNT, weak))).toEqual([
      'unacceptable_parameters',
      'iterations',
    ]);
    expect(isCalled).toBe(false);
  });

  it('may not have a lone surrogate, which would be another password', async () => {
    const work = (): unknown => deriveRoot(argon2id, 'a\ud800', ACCOUNT, PARAMETERS);
    expect(await clientRefusal(work)).toEqual(['invalid_request', 'password']);
  });
});

describe('a secret key', () => {
  it('does not print', () => {
    const key = new SecretKey(new Uint8Array(32).fill(65));
    const shown = [inspect({ key }), JSON.stringify({ key }), String(key)].join();
    expect(shown).not.toMatch(/AAAA|65/);
    expect(shown).toContain('[secret]');
  });

  it('has 32 bytes, and is of no use once it was overwritten', async () => {
    const bytes = new Uint8Array(32).fill(7);
    const key = new SecretKey(bytes);
    key.dispose();
    key.dispose();
    expect(bytes).toEqual(new Uint8Array(32));
    expect(() => key.expose()).toThrow('disposed');
    expect(await clientRefusal(() => new SecretKey(new Uint8Array(31), 'deviceSecret'))).toEqual([
      'invalid_request',
      'deviceSecret',
    ]);
  });
});
