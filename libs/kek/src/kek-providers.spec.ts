import { AppError } from '@app/errors';
import { SecretBytes } from '@app/secret';
import { describe, expect, it } from 'vitest';
import type { KekProvider } from './kek-provider.js';
import { KekProviders } from './kek-providers.js';
import { openKekProvider } from './registry.js';

function local(name: string): Promise<KekProvider> {
  return openKekProvider('local', { name, key: SecretBytes.copyOf(Buffer.alloc(32, 1)) });
}

function codeOf(action: () => unknown): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return error instanceof AppError ? error.code : 'not an AppError';
  }
}

describe('the master keys of a process', () => {
  it('are found by name, by URI and as the default', async () => {
    const [one, other] = [await local('one'), await local('other')];
    const providers = new KekProviders([one, other], 'other');
    expect(providers.default).toBe(other);
    expect(providers.findByName('one')).toBe(one);
    expect(providers.getByUri('local:one')).toBe(one);
    expect(providers.all).toEqual([one, other]);
  });

  it('do not have what is not configured', async () => {
    const providers = new KekProviders([await local('one')], 'one');
    expect(providers.findByName('__proto__')).toBeUndefined();
    expect(codeOf(() => providers.getByUri('local:gone'))).toBe('kms_unavailable');
  });

  it('may not share a name or a URI, and the default is one of them', async () => {
    const one = await local('one');
    const renamed = Object.create(one, { name: { value: 'two' } }) as KekProvider;
    expect(codeOf(() => new KekProviders([one, one], 'one'))).toBe('invalid_request');
    expect(codeOf(() => new KekProviders([one, renamed], 'one'))).toBe('invalid_request');
    expect(codeOf(() => new KekProviders([one], 'two'))).toBe('invalid_request');
    expect(codeOf(() => new KekProviders([], 'one'))).toBe('invalid_request');
  });
});
