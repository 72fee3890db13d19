import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CoreApp, type Reply, type Sent } from '../../../../test/support/core-app.js';

type Person = Awaited<ReturnType<CoreApp['person']>>;

let core: CoreApp;
let owner: Person;
let caller: Person;
let accomplice: Person;
let tenantId: string;
let itemId: string;
let people = 0;

beforeAll(async () => {
  core = await CoreApp.start();
  owner = await core.person('the-owner');
  accomplice = await core.person('accomplice');
});

beforeEach(async () => {
  tenantId = await core.tenant(owner.token);
  people += 1;
  caller = await core.person(`caller-${people.toString()}`);
  await send(owner, 'POST', '/members', { body: { username: caller.username, role: 'owner' } });
  const stored = await send(owner, 'POST', '/vault', { body: { type: 'note', data: 'before' } });
  itemId = String(stored.json['id']);
});

afterAll(async () => {
  await core.stop();
});

function send(by: Person, method: string, path: string, sent: Sent = {}): Promise<Reply> {
  return core.send(method, `/tenants/${tenantId}${path}`, { token: by.token, ...sent });
}

/** Everything that the calls below could change, and the last version of the tenant's key. */
async function state(): Promise<unknown> {
  const [rows] = await core.test.asOwner(
    `select (select name from tenant where id = $1) as name,
            (select array_agg(user_id || role order by user_id) from membership
             where tenant_id = $1 and user_id <> $2) as members,
            (select array_agg(id || revision::text order by id) from vault_item where tenant_id = $1) as items`,
    [tenantId, caller.id],
  );
  const tenants = [...core.service.encryptions.values()];
  return [rows, tenants.find((entry) => entry.tenantId === tenantId)?.versions.length];
}

const note = { type: 'note', data: 'after' };
const CALLS: [string, string, () => string, Sent][] = [
  ['adds a member', 'POST', () => '/members', { body: { username: 'accomplice', role: 'owner' } }],
  ['removes a member', 'DELETE', () => `/members/${owner.id}`, {}],
  ['renames the tenant', 'PUT', () => '', { body: { name: 'Taken over' } }],
  ['stores an item', 'POST', () => '/vault', { body: note }],
  ['replaces an item', 'PUT', () => `/vault/${itemId}`, { body: note }],
  ['deletes an item', 'DELETE', () => `/vault/${itemId}`, {}],
  ['rotates the key', 'POST', () => '/rotate-keys', { body: {} }],
];

describe.each(CALLS)('whoever %s', (_, method, path, sent) => {
  const act = (): Promise<Reply> => send(caller, method, path(), sent);

  it('and was removed while the body was on its way changes nothing', async () => {
    const before = await state();
    core.meanwhile(() => send(owner, 'DELETE', `/members/${caller.id}`));
    expect((await act()).json).toMatchObject({ status: 404, code: 'not_found' });
    expect(await state()).toEqual(before);
  });

  it('and logged out meanwhile changes nothing', async () => {
    const before = await state();
    const { token, refreshToken } = caller;
    core.meanwhile(() => core.send('POST', '/auth/logout', { token, body: { refreshToken } }));
    expect((await act()).json).toMatchObject({ status: 401, code: 'unauthenticated' });
    expect(await state()).toEqual(before);
  });

  it('and was made an auditor meanwhile changes nothing', async () => {
    const before = await state();
    core.meanwhile(() =>
      core.test.asOwner("update membership set role = 'auditor' where user_id = $1", [caller.id]),
    );
    expect((await act()).json).toMatchObject({ status: 403, code: 'forbidden' });
    expect(await state()).toEqual(before);
  });
});

describe('whoever was an owner', () => {
  it('makes no owner once they are an admin', async () => {
    core.meanwhile(() =>
      core.test.asOwner("update membership set role = 'admin' where user_id = $1", [caller.id]),
    );
    const body = { username: accomplice.username, role: 'owner' };
    expect((await send(caller, 'POST', '/members', { body })).json).toMatchObject({
      status: 403,
      code: 'forbidden',
    });
  });
});

describe('an act and a removal at the same time', () => {
  it('leave no item of somebody whose removal was answered before', async () => {
    const storing = [1, 2, 3, 4].map(() => send(caller, 'POST', '/vault', { body: note }));
    const { status } = await send(owner, 'DELETE', `/members/${caller.id}`);
    expect(status).toBe(204);
    const [{ count } = { count: '' }] = await core.test.asOwner<{ count: string }>(
      'select count(*) from vault_item where tenant_id = $1',
      [tenantId],
    );
    await Promise.all(storing);
    const after = await core.test.asOwner('select from vault_item where tenant_id = $1', [
      tenantId,
    ]);
    expect(after).toHaveLength(Number(count));
  });
});
