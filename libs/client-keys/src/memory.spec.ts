import { describe, expect, it } from 'vitest';
import { clientRefusal } from '../../../test/support/client-refusal.js';
import { StoredMemory } from './memory.js';

class Store {
  readonly texts = new Map<string, string>();

  getItem(key: string): string | null {
    return this.texts.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.texts.set(key, value);
  }
}

const ACCOUNT = { origin: 'https://core.example', username: 'Alice' };
const COST = { iterations: 3, memoryKiB: 65_536, parallelism: 4 };
const TRUST = { origin: ACCOUNT.origin, trustedBy: 'a', userId: 'b' };
const FINGERPRINT = Array.from({ length: 16 }, () => '0af9').join(' ');

describe('what a client remembers', () => {
  it('is the cost of an account at one core, whatever the case of its name, and nothing secret', async () => {
    const store = new Store();
    const memory = new StoredMemory(store);
    expect(await memory.readCost(ACCOUNT)).toBeUndefined();
    await memory.writeCost(ACCOUNT, { ...COST, salt: new Uint8Array(16) } as typeof COST);
    expect(await memory.readCost({ ...ACCOUNT, username: 'alice' })).toEqual(COST);
    expect(await memory.readCost({ ...ACCOUNT, username: 'bob' })).toBeUndefined();
    expect(await memory.readCost({ ...ACCOUNT, origin: 'https://b.example' })).toBeUndefined();
    expect([...store.texts.values()]).toEqual([JSON.stringify(COST)]);
  });

  it('is a fingerprint for whoever confirmed it', async () => {
    const memory = new StoredMemory(new Store());
    await memory.writeFingerprint(TRUST, FINGERPRINT);
    expect(await memory.readFingerprint({ ...TRUST, userId: 'B' })).toBe(FINGERPRINT);
    expect(await memory.readFingerprint({ ...TRUST, trustedBy: 'c' })).toBeUndefined();
    expect(await memory.readFingerprint({ ...TRUST, userId: 'a' })).toBeUndefined();
  });

  it.each(['', 'null', '{}', '{"iterations":3}', '[3,65536,4]', '{"iterations":"3"'])(
    'is never taken for nothing where it was spoilt: %s',
    async (spoilt) => {
      const memory = new StoredMemory({ getItem: () => spoilt, setItem: () => undefined });
      const expected = ['memory_unreadable'];
      expect(await clientRefusal(() => memory.readCost(ACCOUNT))).toEqual(expected);
      expect(await clientRefusal(() => memory.readFingerprint(TRUST))).toEqual(expected);
    },
  );
});
