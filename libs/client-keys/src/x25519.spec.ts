import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { clientRefusal } from '../../../test/support/client-refusal.js';
import { CLIENT_PASSWORD, ClientDevice } from '../../../test/support/core-client.js';
import { FakeCore } from '../../../test/support/fake-core.js';
import { assertSupported } from './x25519.js';

const { subtle } = globalThis.crypto;

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('a runtime', () => {
  let core: FakeCore;

  beforeEach(() => {
    core = new FakeCore();
  });

  it.each([
    ['Web Crypto, as in a page without HTTPS', {}],
    ['any crypto', undefined],
    [
      'X25519',
      { subtle: { importKey: () => Promise.reject(new DOMException('', 'NotSupportedError')) } },
    ],
  ])('without %s is told before anything is sent', async (_, crypto) => {
    vi.stubGlobal('crypto', crypto);
    const expected = ['unsupported_runtime'];
    expect(await clientRefusal(assertSupported)).toEqual(expected);
    const logIn = (): unknown =>
      new ClientDevice(core).accounts().logIn({ username: 'a', password: CLIENT_PASSWORD });
    expect(await clientRefusal(logIn)).toEqual(expected);
    expect(core.calls).toEqual([]);
  });

  it('of this test has all that it takes', async () => {
    expect(globalThis.crypto.subtle).toBe(subtle);
    expect(await clientRefusal(assertSupported)).toBe('done');
  });
});
