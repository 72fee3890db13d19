import { describe, expect, it } from 'vitest';
import { AppError } from '@app/errors';
import { clientRefusal } from '../../../test/support/client-refusal.js';
import { FakeCore } from '../../../test/support/fake-core.js';
import { CoreLink, type FetchAnswer } from './core-link.js';
import { SecretKey } from './secret-key.js';

const ORIGIN = 'https://core.example';

function answering(status: number, text: string): CoreLink {
  const answer: FetchAnswer = {
    status,
    headers: { get: () => '12' },
    arrayBuffer: () => Promise.resolve(new TextEncoder().encode(text).buffer),
  };
  return new CoreLink(ORIGIN, () => Promise.resolve(answer));
}

describe('a call to a core', () => {
  it('goes to the configured origin, follows no redirect and carries no cookie', async () => {
    const core = new FakeCore();
    const key = new SecretKey(new Uint8Array(32).fill(1));
    const link = new CoreLink(ORIGIN, core.fetch);
    await link.call('POST', '/auth/key-derivation', { body: {}, accessToken: 't', masterKey: key });
    expect(core.calls[0]?.url).toBe('https://core.example/api/v1/auth/key-derivation');
    expect(core.calls[0]?.init).toEqual({
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: 'Bearer t',
        'x-master-key': Buffer.alloc(32, 1).toString('base64'),
      },
      body: '{}',
      redirect: 'error',
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
    });
  });

  it('is refused with the code of the core, its fields and its time', async () => {
    const problem = { code: 'locked', errors: [{ field: 'username', message: 'must wait' }] };
    const call = answering(429, JSON.stringify(problem)).call('GET', '/users/me');
    const error = await call.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ ...problem, retryAfterSeconds: 12 });
  });

  it.each([
    [500, '{"code":"no such code"}'],
    [502, '<html>'],
    [200, '{"a":1,"a":2}'],
    [302, ''],
    [404, 'null'],
  ])('is not understood where it is answered %d %s', async (status, text) => {
    const [code] = await clientRefusal(() => answering(status, text).call('GET', '/users/me'));
    expect(code).toBe('malformed_answer');
  });

  it('fails where the core cannot be reached, or breaks off', async () => {
    const broken = (): Promise<never> => Promise.reject(new TypeError('fetch failed'));
    const cut = new CoreLink(ORIGIN, () =>
      Promise.resolve({ status: 200, headers: { get: () => null }, arrayBuffer: broken }),
    );
    for (const link of [new CoreLink(ORIGIN, broken), cut])
      expect(await clientRefusal(() => link.call('GET', '/users/me'))).toEqual([
        'core_unreachable',
      ]);
  });
});
