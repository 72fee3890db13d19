import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SystemClock } from '@app/ambient';
import { deriveCoreKeys, SecretSealer } from '@app/credentials';
import { SecretBytes } from '@app/secret';
import { openTestDatabase, type TestDatabase } from '../../../../test/support/test-database.js';
import { SCHEMA } from '../schema.js';
import { TypeormSigningKeyRepository } from './signing-key.repository.typeorm.js';
import { SigningKeys } from './signing-keys.js';

let test: TestDatabase;

beforeAll(async () => {
  test = await openTestDatabase(SCHEMA);
});

afterEach(async () => {
  await test.asOwner('delete from signing_key');
});

afterAll(async () => {
  await test.stop();
});

function replica(secret = 7): SigningKeys {
  const { sealing } = deriveCoreKeys(new SecretBytes(Buffer.alloc(32, secret)));
  const repository = new TypeormSigningKeyRepository(test.database);
  return new SigningKeys(repository, new SecretSealer(sealing), new SystemClock());
}

describe('SigningKeys', () => {
  it('makes one key where many replicas start at once on an empty database', async () => {
    const replicas = Array.from({ length: 5 }, () => replica());
    await Promise.all(replicas.map((keys) => keys.load()));
    expect(new Set(replicas.map((keys) => keys.active.kid)).size).toBe(1);
    expect(await test.asOwner('select from signing_key')).toHaveLength(1);
  });

  it('finds the same key again at the next start', async () => {
    const [before, after] = [replica(), replica()];
    await before.load();
    await after.load();
    expect(after.publicKeys()).toEqual(before.publicKeys());
    expect(await after.findPublicKey(before.active.kid)).toBeDefined();
  });

  it('knows no other key', async () => {
    const keys = replica();
    await keys.load();
    await expect(keys.findPublicKey('a'.repeat(43))).resolves.toBeUndefined();
  });

  it('goes on verifying under a key that no longer signs', async () => {
    const before = replica();
    await before.load();
    await test.asOwner("update signing_key set state = 'deactivated'");
    const after = replica();
    await expect(after.load()).rejects.toMatchObject({ code: 'internal' });
    expect(await after.findPublicKey(before.active.kid)).toBeDefined();
  });

  it.each([
    ['under the secret of another core', 'select 1', 8],
    ['under another name', "update signing_key set kid = repeat('a', 43)", 7],
    ['changed', "update signing_key set private_key = private_key || 'A'", 7],
  ])('raises an alarm at a key that was put there %s', async (_, text, secret) => {
    await replica().load();
    await test.asOwner(text);
    await expect(replica(secret).load()).rejects.toMatchObject({
      code: 'internal',
      alarm: 'sealed_secret_integrity',
    });
  });

  it('gives no key before it has been loaded', () => {
    expect(() => replica().active).toThrow(expect.objectContaining({ code: 'internal' }));
  });
});
