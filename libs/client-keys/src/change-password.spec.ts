import { beforeEach, describe, expect, it } from 'vitest';
import { clientRefusal } from '../../../test/support/client-refusal.js';
import { CLIENT_PASSWORD, ClientDevice, tenantOfOne } from '../../../test/support/core-client.js';
import { FakeCore } from '../../../test/support/fake-core.js';
import type { LoggedIn } from './core-accounts.js';
import type { PasswordChange } from './change-password.js';

const NEXT = 'staple battery horse correct';
const CHANGE = { currentPassword: CLIENT_PASSWORD, newPassword: NEXT };
const PASSWORD_ROUTE = 'POST /users/me/password';

let core: FakeCore;
let device: ClientDevice;
let alice: LoggedIn;
let tenant: string;
let publicKey: Uint8Array;

function change(more: Partial<PasswordChange> = {}): Promise<void> {
  return device.accounts().changePassword(alice.session, { ...CHANGE, ...more });
}

async function opens(password: string): Promise<boolean> {
  const { session } = await device.logIn('alice', password);
  const key = Buffer.from(session.memberKey.expose()).toString('base64');
  const pair = await session.keyPair();
  return core.tenants.get(tenant) === key && Buffer.from(pair.publicKey).equals(publicKey);
}

beforeEach(async () => {
  core = new FakeCore();
  device = new ClientDevice(core);
  alice = await device.person('alice');
  tenant = tenantOfOne(core, alice);
  ({ publicKey } = await alice.session.keyPair());
});

describe('a change of the password', () => {
  it('wraps the private key anew and rewraps the tenant of one, and tells the password last', async () => {
    const from = core.calls.length;
    const copies = new Map(core.copies);
    await change({ tenantsOfOne: [tenant] });
    expect(core.routes(from)).toEqual([
      'POST /auth/key-derivation',
      'GET /users/me/key-pair',
      `POST /tenants/${tenant}/rewrap`,
      'PUT /users/me/key-pair',
      PASSWORD_ROUTE,
    ]);
    expect(await opens(NEXT)).toBe(true);
    expect(await clientRefusal(() => device.logIn('alice'))).toEqual(['unauthenticated']);
    expect(core.copies).toEqual(copies);
    expect(core.sent).not.toContain(NEXT);
    expect(() => alice.session.memberKey.expose()).toThrow('disposed');
  });

  it('wraps nothing where the person has no key pair', async () => {
    core.keyPairs.clear();
    await change();
    expect(core.keyPairs.size).toBe(0);
    expect(await clientRefusal(() => device.logIn('alice', NEXT))).toBe('done');
  });

  it('is refused here for a wrong current password and for a new one that will not do', async () => {
    const from = core.calls.length;
    const wrong = { currentPassword: NEXT };
    expect(await clientRefusal(() => change(wrong))).toEqual(['unauthenticated']);
    expect(await clientRefusal(() => change({ newPassword: 'short' }))).toEqual([
      'invalid_request',
      'newPassword',
    ]);
    expect(core.routes(from)).toEqual(['POST /auth/key-derivation']);
    expect(await clientRefusal(() => change())).toBe('done');
  });

  it('is taken back where the core refuses it', async () => {
    core.instead = ({ route }) =>
      route === PASSWORD_ROUTE ? { status: 401, json: { code: 'totp_invalid' } } : undefined;
    expect(await clientRefusal(() => change({ tenantsOfOne: [tenant] }))).toEqual(['totp_invalid']);
    core.instead = () => undefined;
    expect(await opens(CLIENT_PASSWORD)).toBe(true);
    await change({ tenantsOfOne: [tenant] });
    expect(await opens(NEXT)).toBe(true);
  });

  it.each([
    ['before the core heard of it', false, CLIENT_PASSWORD, NEXT],
    ['after the core did it', true, NEXT, CLIENT_PASSWORD],
  ])('that breaks off %s is put right with both passwords', async (_, isDone, works, other) => {
    core.instead = (call) => {
      if (call.route !== PASSWORD_ROUTE) return undefined;
      const account = core.accounts.get('alice');
      if (isDone && account !== undefined) account.password = String(call.body['newPassword']);
      throw new TypeError('fetch failed');
    };
    expect(await clientRefusal(() => change({ tenantsOfOne: [tenant] }))).toEqual([
      'password_change_unsettled',
    ]);
    core.instead = () => undefined;
    const { session } = await device.logIn('alice', works);
    for (let times = 0; times < 2; times += 1)
      await device.accounts().takeOver(session, { otherPassword: other, tenantsOfOne: [tenant] });
    expect(await opens(works)).toBe(true);
  });

  it('that could not be taken back is told as one that broke off', async () => {
    core.instead = ({ route }) => {
      const isRefused = core.routes().includes(PASSWORD_ROUTE);
      if (isRefused && route.startsWith('PUT')) throw new TypeError('fetch failed');
      return route === PASSWORD_ROUTE ? { status: 429, json: { code: 'locked' } } : undefined;
    };
    expect(await clientRefusal(() => change())).toEqual(['password_change_unsettled']);
  });

  it('is not put right with a password that is neither', async () => {
    const pair = { ...core.keyPairs.get(alice.session.user.id) };
    await change();
    core.keyPairs.set(alice.session.user.id, pair);
    const { session } = await device.logIn('alice', NEXT);
    const wrong = { otherPassword: 'neither the one nor the other' };
    expect(await clientRefusal(() => device.accounts().takeOver(session, wrong))).toEqual([
      'decryption_failed',
    ]);
  });
});
