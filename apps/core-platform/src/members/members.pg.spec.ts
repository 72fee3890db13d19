import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CoreApp } from '../../../../test/support/core-app.js';
import { type Role, ROLES } from '../access/policy.js';

type Person = Awaited<ReturnType<CoreApp['person']>>;

let core: CoreApp;
let tenantId: string;
const people = {} as Record<Role | 'stranger', Person>;

beforeAll(async () => {
  core = await CoreApp.start();
  for (const name of [...ROLES, 'stranger'] as const)
    people[name] = await core.person(`the-${name}`);
});

beforeEach(async () => {
  tenantId = await core.tenant(people.owner.token);
  for (const role of ['admin', 'member', 'auditor'] as const)
    await add(people.owner, people[role], role);
});

afterAll(async () => {
  await core.stop();
});

const add = (by: Person, who: { username: string }, role: string) =>
  core.send('POST', `/tenants/${tenantId}/members`, {
    token: by.token,
    body: { username: who.username, role },
  });
const remove = (by: Person, who: { id: string }) =>
  core.send('DELETE', `/tenants/${tenantId}/members/${who.id}`, { token: by.token });
const list = (by: Person) => core.send('GET', `/tenants/${tenantId}/members`, { token: by.token });
const rolesNow = async (): Promise<unknown> => {
  const { json } = await list(people.owner);
  const items = json['items'] as { username: string; role: string }[];
  return Object.fromEntries(items.map(({ username, role }) => [username, role]));
};

describe('adding a member', () => {
  it('answers the member, who is let in at once', async () => {
    const { status, json } = await add(people.owner, people.stranger, 'member');
    expect(status).toBe(201);
    expect(json).toEqual({
      userId: people.stranger.id,
      username: 'the-stranger',
      role: 'member',
      state: 'active',
      createdAt: expect.any(String) as string,
    });
    const reply = await core.send('GET', `/tenants/${tenantId}`, { token: people.stranger.token });
    expect(reply.json).toMatchObject({ id: tenantId, role: 'member' });
  });

  it.each<[Role, Role, number]>([
    ['owner', 'owner', 201],
    ['admin', 'owner', 403],
    ['admin', 'admin', 201],
    ['admin', 'auditor', 201],
    ['member', 'member', 403],
    ['auditor', 'auditor', 403],
  ])('by the %s, as %s: %i', async (by, role, status) => {
    expect((await add(people[by], people.stranger, role)).status).toBe(status);
  });

  it.each([
    ['somebody who is one', 'the-member', 'member', 409],
    ['a name that nobody has', 'nobody-at-all', 'member', 404],
    ['a role that there is not', 'the-stranger', 'root', 400],
  ])('refuses %s', async (_, username, role, status) => {
    expect((await add(people.owner, { username }, role)).status).toBe(status);
  });

  it('refuses a state, which comes later', async () => {
    const body = { username: 'the-stranger', role: 'member', state: 'pending' };
    const { token } = people.owner;
    const reply = await core.send('POST', `/tenants/${tenantId}/members`, { token, body });
    expect(reply.json).toMatchObject({ status: 400, errors: [{ field: 'state' }] });
  });

  it('gives one answer of success to several at once', async () => {
    const replies = await Promise.all(
      [1, 2, 3].map(() => add(people.owner, people.stranger, 'member')),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
  });
});

describe('the list of members', () => {
  it.each<[Role, number]>([
    ['owner', 200],
    ['admin', 200],
    ['auditor', 200],
    ['member', 403],
  ])('is read by the %s: %i', async (role, status) => {
    expect((await list(people[role])).status).toBe(status);
  });

  it('has everybody with their role', async () => {
    expect(await rolesNow()).toEqual({
      'the-owner': 'owner',
      'the-admin': 'admin',
      'the-member': 'member',
      'the-auditor': 'auditor',
    });
  });
});

describe('removing a member', () => {
  it('shuts them out at once', async () => {
    expect((await remove(people.owner, people.member)).status).toBe(204);
    const reply = await core.send('GET', `/tenants/${tenantId}`, { token: people.member.token });
    expect(reply.status).toBe(404);
  });

  it.each<[Role, Role, number]>([
    ['admin', 'member', 204],
    ['admin', 'admin', 204],
    ['admin', 'owner', 403],
    ['member', 'auditor', 403],
    ['auditor', 'member', 403],
  ])('by the %s, of the %s: %i', async (by, who, status) => {
    expect((await remove(people[by], people[who])).status).toBe(status);
  });

  it('refuses the last owner, and lets one of two go', async () => {
    expect((await remove(people.owner, people.owner)).json).toMatchObject({
      status: 409,
      code: 'conflict',
    });
    await add(people.owner, people.stranger, 'owner');
    expect((await remove(people.owner, people.owner)).status).toBe(204);
    expect((await remove(people.stranger, people.stranger)).status).toBe(409);
  });

  it('leaves one owner where two remove each other at the same time', async () => {
    await add(people.owner, people.stranger, 'owner');
    const replies = await Promise.all([
      remove(people.owner, people.stranger),
      remove(people.stranger, people.owner),
    ]);
    expect(replies.filter(({ status }) => status === 204)).toHaveLength(1);
    const owners = await core.test.asOwner(
      "select from membership where tenant_id = $1 and role = 'owner'",
      [tenantId],
    );
    expect(owners).toHaveLength(1);
  });

  it('says of somebody outside that there is no such member', async () => {
    expect((await remove(people.owner, people.stranger)).status).toBe(404);
  });

  it('is nothing that another tenant’s owner can do', async () => {
    await core.tenant(people.stranger.token);
    expect((await remove(people.stranger, people.member)).status).toBe(404);
    expect(await rolesNow()).toHaveProperty('the-member');
  });
});

describe('a member who is not active', () => {
  it.each(['suspended', 'pending'])('is outside while %s', async (state) => {
    await core.test.asOwner('update membership set state = $1 where user_id = $2', [
      state,
      people.member.id,
    ]);
    const reply = await core.send('GET', `/tenants/${tenantId}`, { token: people.member.token });
    expect(reply.status).toBe(404);
    const { json } = await core.send('GET', '/tenants', { token: people.member.token });
    expect(json).toEqual({ items: [] });
    await core.test.asOwner("update membership set state = 'active'");
  });
});
