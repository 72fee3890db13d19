import { describe, expect, it } from 'vitest';
import { SecretString } from '@app/secret';
import { DEFAULT_PASSWORD_COST, PasswordHasher } from './password-hasher.js';

const cheap = { timeCost: 2, memoryKiB: 1_024, parallelism: 1 };
const password = new SecretString('Grüße aus 東京 an alle');

describe('PasswordHasher', () => {
  it('writes a PHC string with the cost of the design by default', async () => {
    const phc = await new PasswordHasher().hash(password);
    expect(phc).toMatch(/^\$argon2id\$v=19\$m=65536,t=3,p=4\$/);
    expect(DEFAULT_PASSWORD_COST).toEqual({ timeCost: 3, memoryKiB: 65_536, parallelism: 4 });
  });

  it('salts: the same password twice gives two hashes, and both verify', async () => {
    const hasher = new PasswordHasher({ cost: cheap });
    const [one, two] = await Promise.all([hasher.hash(password), hasher.hash(password)]);
    expect(one).not.toBe(two);
    await expect(hasher.verify(one, password)).resolves.toBe(true);
    await expect(hasher.verify(two, password)).resolves.toBe(true);
  });

  it('refuses another password', async () => {
    const hasher = new PasswordHasher({ cost: cheap });
    const stored = await hasher.hash(password);
    await expect(hasher.verify(stored, new SecretString('another one'))).resolves.toBe(false);
  });

  it('reads what the reference implementation wrote', async () => {
    // test.c of the reference implementation: "password", salt "somesalt", t=2, m=2^16, p=1.
    const stored =
      '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
    await expect(new PasswordHasher().verify(stored, new SecretString('password'))).resolves.toBe(
      true,
    );
  });

  it('works as long for a name that nobody has, and answers false', async () => {
    const hasher = new PasswordHasher({ cost: { ...cheap, memoryKiB: 32_768 } });
    const stored = await hasher.hash(password);
    const millis = async (phc: string | undefined): Promise<number> => {
      const started = performance.now();
      expect(await hasher.verify(phc, new SecretString('wrong'))).toBe(false);
      return performance.now() - started;
    };
    await millis(stored);
    const known = await millis(stored);
    const unknown = await millis(undefined);
    expect(unknown).toBeGreaterThan(known / 4);
  });

  it('tells a hash of an older cost from one of today', async () => {
    const older = await new PasswordHasher({ cost: { ...cheap, timeCost: 1 } }).hash(password);
    const hasher = new PasswordHasher({ cost: cheap });
    expect(hasher.needsRehash(older)).toBe(true);
    expect(hasher.needsRehash(await hasher.hash(password))).toBe(false);
  });

  it.each([
    [
      'a hash that would take 10 GiB',
      '$argon2id$v=19$m=9999999,t=3,p=4$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
    ],
    [
      'another algorithm',
      '$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
    ],
    ['an empty text', ''],
  ])('raises an alarm at %s', async (_, stored) => {
    await expect(new PasswordHasher().verify(stored, password)).rejects.toMatchObject({
      code: 'internal',
      alarm: 'password_hash_integrity',
    });
  });

  it('refuses what would have to wait behind too many others', async () => {
    const hasher = new PasswordHasher({ cost: cheap, running: 1, waiting: 0 });
    const first = hasher.hash(password);
    await expect(hasher.hash(password)).rejects.toMatchObject({ code: 'rate_limited' });
    await expect(first).resolves.toContain('$argon2id$');
  });
});
