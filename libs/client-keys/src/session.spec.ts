import { beforeEach, describe, expect, it } from 'vitest';
import { clientRefusal } from '../../../test/support/client-refusal.js';
import { ClientDevice } from '../../../test/support/core-client.js';
import { FakeCore } from '../../../test/support/fake-core.js';
import type { LoggedIn } from './core-accounts.js';

let core: FakeCore;
let device: ClientDevice;
let alice: LoggedIn;

beforeEach(async () => {
  core = new FakeCore();
  device = new ClientDevice(core);
  alice = await device.person('alice');
});

describe('a session', () => {
  it('makes one key pair, and opens it at every later login', async () => {
    const made = await alice.session.keyPair();
    expect(await alice.session.keyPair()).toBe(made);
    const again = await (await device.logIn('alice')).session.keyPair();
    expect(again.publicKey).toEqual(made.publicKey);
    expect(again.privateKey.equals(made.privateKey)).toBe(true);
    expect(core.routes().filter((route) => route.startsWith('PUT'))).toHaveLength(1);
    expect(core.sent).not.toContain(Buffer.from(made.privateKey.expose()).toString('base64'));
  });

  it('makes no second one where the first does not open: copies sealed to it would be lost', async () => {
    await alice.session.keyPair();
    const { id } = alice.session.user;
    const { session } = await device.logIn('alice');
    core.keyPairs.set(id, {
      ...core.keyPairs.get(id),
      publicKey: Buffer.alloc(32, 9).toString('base64'),
    });
    expect(await clientRefusal(() => session.keyPair())).toEqual(['decryption_failed']);
    core.keyPairs.set(id, { publicKey: 'AA==', wrappedPrivateKey: 7 });
    expect(await clientRefusal(() => session.keyPair())).toEqual([
      'malformed_answer',
      'wrappedPrivateKey',
    ]);
    core.instead = () => ({ status: 503, json: { code: 'database_unavailable' } });
    expect(await clientRefusal(() => session.keyPair())).toEqual(['database_unavailable']);
    expect(core.routes().filter((route) => route.startsWith('PUT'))).toHaveLength(1);
  });

  it('goes on with new tokens', async () => {
    core.instead = ({ route, body }) =>
      route === 'POST /auth/refresh'
        ? {
            status: 200,
            json: {
              accessToken: 'alice',
              refreshToken: `${String(body['refreshToken'])}-2`,
              expiresIn: 60,
              user: alice.session.user,
            },
          }
        : undefined;
    await alice.session.refresh();
    expect(alice.session.expiresIn).toBe(60);
    await alice.session.refresh();
    expect(core.calls.at(-1)?.body).toEqual({ refreshToken: 'refresh-2' });
  });

  it('is of one person: tokens of another one are not taken', async () => {
    const user = { id: 'f0000000-0000-4000-8000-000000000000', username: 'alice' };
    const json = { accessToken: 'a', refreshToken: 'r', expiresIn: 60, user };
    core.instead = () => ({ status: 200, json });
    expect(await clientRefusal(() => alice.session.refresh())).toEqual([
      'malformed_answer',
      'user',
    ]);
    expect(alice.session.accessToken).toBe('alice');
  });

  it('overwrites its keys at the end, also where the core cannot be reached', async () => {
    const { privateKey } = await alice.session.keyPair();
    const { memberKey } = alice.session;
    core.instead = () => {
      throw new TypeError('fetch failed');
    };
    expect(await clientRefusal(() => alice.session.logOut())).toEqual(['core_unreachable']);
    expect(core.calls.at(-1)?.body).toEqual({ refreshToken: 'refresh' });
    expect(core.calls.at(-1)?.init.headers['authorization']).toBe('Bearer alice');
    for (const key of [privateKey, memberKey]) expect(() => key.expose()).toThrow('disposed');
  });
});
