import { AppError } from '@app/errors';
import { type KekProvider, KekProviders, openKekProvider } from '@app/kek';
import { SecretBytes } from '@app/secret';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ListKekProviders } from './list-kek-providers.js';

async function local(name: string, checkHealth?: () => Promise<void>): Promise<KekProvider> {
  const key = SecretBytes.copyOf(Buffer.alloc(32, 1));
  const provider = await openKekProvider('local', { name, key });
  return checkHealth === undefined ? provider : Object.assign(provider, { checkHealth });
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the list of master keys', () => {
  it('says of each its name, kind and URI, whether it is the default, and whether it is healthy', async () => {
    const down = () => Promise.reject(new AppError('kms_unavailable'));
    const all = [await local('two', down), await local('one')];
    const { items } = await new ListKekProviders(new KekProviders(all, 'two')).run({});
    expect(items).toEqual([
      { provider: 'one', kind: 'local', uri: 'local:one', default: false, healthy: true },
      { provider: 'two', kind: 'local', uri: 'local:two', default: true, healthy: false },
    ]);
  });

  it('waits three seconds for a key service that does not answer', async () => {
    const hangs = await local('one', () => new Promise(() => undefined));
    const list = new ListKekProviders(new KekProviders([hangs], 'one')).run({});
    await vi.advanceTimersByTimeAsync(3_000);
    expect((await list).items[0]?.healthy).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('comes in pages', async () => {
    const all = await Promise.all(['a', 'b', 'c'].map((name) => local(name)));
    const list = new ListKekProviders(new KekProviders(all, 'a'));
    const first = await list.run({ limit: '2' });
    const second = await list.run({ limit: '2', cursor: first.nextCursor ?? '' });
    expect([first, second].map(({ items }) => items.map(({ provider }) => provider))).toEqual([
      ['a', 'b'],
      ['c'],
    ]);
    expect(second.nextCursor).toBeUndefined();
  });
});
