import { bindingOf, KeyServiceError } from '../remote/key-service.js';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Pkcs11KeyService } from './pkcs11-key-service.js';
import { TokenClient } from './token-client.js';

const { fork } = vi.hoisted(() => ({ fork: vi.fn() }));
vi.mock('node:child_process', () => ({ fork }));

const BINDING = bindingOf({ outerKeyId: '7ff3b602-997b-4510-a596-5db792f8e3a6' }, 'pkcs11:x');

afterEach(() => {
  fork.mockReset();
});

describe('a machine without room for another process', () => {
  it('makes a token unavailable, and is asked anew by each call', async () => {
    fork.mockImplementation(() => {
      throw Object.assign(new Error('spawn ENOMEM'), { code: 'ENOMEM' });
    });
    const settings = { module: '/m', token: {}, object: {}, pin: '1', oaepHash: 'sha256' } as const;
    const service = new Pkcs11KeyService(new TokenClient(settings, 1_000));
    for (let call = 1; call <= 2; call += 1) {
      const wrapped = service.wrapKey(BINDING, Buffer.alloc(32), AbortSignal.timeout(1_000));
      await expect(wrapped).rejects.toEqual(
        new KeyServiceError('unavailable', 'PKCS #11: no process for the token (ENOMEM)'),
      );
      expect(fork).toHaveBeenCalledTimes(call);
    }
  });
});
