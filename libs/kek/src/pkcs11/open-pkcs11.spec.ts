import { AppError } from '@app/errors';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openPkcs11 } from './open-pkcs11.js';
import type { Pkcs11Options } from './settings.js';

let resolve: (name: string) => string = (name) => name;
vi.mock('node:module', () => ({
  createRequire: () => ({ resolve: (name: string) => resolve(name) }),
}));

const OPTIONS: Pkcs11Options = {
  name: 'hsm',
  module: '/usr/lib/hsm.so',
  uri: 'pkcs11:token=a;object=b',
  pin: undefined,
  oaepHash: 'sha256',
  startTimeout: 1_000,
  resilience: {
    tryTimeout: 1_000,
    tries: 1,
    breakerFailures: 1,
    breakerPause: 1_000,
    callsAtOnce: 1,
    healthMemory: 1_000,
  },
};

async function errorOf(options: Pkcs11Options): Promise<AppError | undefined> {
  try {
    await (await openPkcs11(options)).close();
    return undefined;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

describe('opening a master key of a token', () => {
  afterEach(() => {
    resolve = (name) => name;
  });

  it('starts nothing yet', async () => {
    const provider = await openPkcs11(OPTIONS);
    expect([provider.kind, provider.uri]).toEqual(['pkcs11', OPTIONS.uri]);
    await provider.close();
  });

  it('names the package that is missing', async () => {
    resolve = () => {
      throw Object.assign(new Error('gone'), { code: 'MODULE_NOT_FOUND' });
    };
    const error = await errorOf(OPTIONS);
    expect(error?.code).toBe('invalid_request');
    expect(error?.errors?.[0]?.message).toContain('pkcs11js');
  });

  it('wants a URI of a key', async () => {
    const error = await errorOf({ ...OPTIONS, uri: 'pkcs11:token=a' });
    expect([error?.code, error?.errors?.[0]?.field]).toEqual(['invalid_request', 'uri']);
  });
});
