import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CoreApp } from '../../../../test/support/core-app.js';

type Person = Awaited<ReturnType<CoreApp['person']>>;
type Record_ = Record<string, unknown>;

let core: CoreApp;
let owner: Person;
let auditor: Person;
let member: Person;
let stranger: Person;
let tenantId: string;
let otherTenant: string;

beforeAll(async () => {
  core = await CoreApp.start();
  owner = await core.person('owner');
  auditor = await core.person('auditor');
  member = await core.person('member');
  stranger = await core.person('stranger');
  tenantId = await core.tenant(owner.token);
  otherTenant = await core.tenant(stranger.token);
  for (const person of [auditor, member]) {
    const body = { username: person.username, role: person.username };
    await core.send('POST', `/tenants/${tenantId}/members`, { token: owner.token, body });
  }
  const headers = { 'x-request-id': 'request-7', 'x-access-reason': '=cmd|calc, "ticket 7"' };
  const body = { type: 'note', data: 'x' };
  await core.send('POST', `/tenants/${tenantId}/vault`, { token: owner.token, body, headers });
});

afterAll(async () => {
  await core.stop();
});

const read = async (person: Person, query = ''): Promise<Record_[]> => {
  const { status, json } = await core.send('GET', `/audit${query}`, { token: person.token });
  expect(status).toBe(200);
  return json['items'] as Record_[];
};
const actions = (records: Record_[]): unknown[] => records.map(({ action }) => action);

describe('the records of a tenant', () => {
  it('tell who did what to which thing, why and at which request', async () => {
    const [newest] = await read(owner, `?tenantId=${tenantId}`);
    expect(newest).toEqual({
      id: expect.stringMatching(/^\d+$/) as string,
      at: expect.any(String) as string,
      tenantId,
      userId: owner.id,
      action: 'item.create',
      outcome: 'success',
      subject: { kind: 'item', id: expect.any(String) as string },
      items: 1,
      requestId: 'request-7',
      accessReason: '=cmd|calc, "ticket 7"',
    });
  });

  it('are one for each act, the newest first', async () => {
    expect(actions(await read(owner, `?tenantId=${tenantId}`))).toEqual([
      'item.create',
      'member.add',
      'member.add',
      'connection.ready',
      'tenant.create',
    ]);
  });

  it('are read by owner, admin and auditor, and by nobody else', async () => {
    expect(await read(auditor, `?tenantId=${tenantId}`)).toHaveLength(5);
    const byMember = await core.send('GET', `/audit?tenantId=${tenantId}`, { token: member.token });
    expect(byMember.json).toMatchObject({ status: 403, code: 'forbidden' });
    const byStranger = await core.send('GET', `/audit?tenantId=${tenantId}`, {
      token: stranger.token,
    });
    expect(byStranger.json).toMatchObject({ status: 404, code: 'not_found' });
  });

  it.each([
    ['action=member.add', 2],
    ['action=item.delete', 0],
    ['dateFrom=2000-01-01T00:00:00Z', 5],
    ['dateTo=2000-01-01T00:00:00Z', 0],
    ['dateFrom=2999-01-01T00:00:00Z', 0],
  ])('are narrowed by %s', async (query, count) => {
    expect(await read(owner, `?tenantId=${tenantId}&${query}`)).toHaveLength(count);
  });

  it('are narrowed by person', async () => {
    expect(await read(owner, `?tenantId=${tenantId}&userId=${owner.id}`)).toHaveLength(4);
    expect(await read(owner, `?tenantId=${tenantId}&userId=${member.id}`)).toHaveLength(0);
  });

  it('come page by page', async () => {
    const seen: Record_[] = [];
    let cursor = '';
    for (;;) {
      const path = `/audit?tenantId=${tenantId}&limit=2${cursor}`;
      const { json } = await core.send('GET', path, { token: owner.token });
      seen.push(...(json['items'] as Record_[]));
      if (json['nextCursor'] === undefined) break;
      cursor = `&cursor=${json['nextCursor'] as string}`;
    }
    expect(seen).toEqual(await read(owner, `?tenantId=${tenantId}`));
  });
});

describe('a record of words that this version does not know', () => {
  it('is passed on as it is', async () => {
    const { token } = await core.person('of-the-future');
    const id = await core.tenant(token);
    await core.test.asOwner(
      `insert into audit_event (at, tenant_id, action, outcome, items, request_id)
       values (now(), $1, 'item.teleport', 'lost_in_transit', 1, 'r')`,
      [id],
    );
    const list = await core.send('GET', `/audit?tenantId=${id}&limit=1`, { token });
    expect(list.json['items']).toMatchObject([
      { action: 'item.teleport', outcome: 'lost_in_transit' },
    ]);
    const path = `/audit/export?format=csv&tenantId=${id}`;
    expect((await core.send('GET', path, { token })).text).toContain('"item.teleport"');
  });
});

describe('the records without a tenant named', () => {
  it("are those of all tenants that the person oversees, and the person's own", async () => {
    const records = await read(owner);
    expect(new Set(records.map((record) => record['tenantId']))).toEqual(
      new Set([tenantId, undefined]),
    );
    expect(actions(records)).toEqual([
      'item.create',
      'member.add',
      'member.add',
      'connection.ready',
      'tenant.create',
      'session.start',
      'user.register',
    ]);
  });

  it("are a member's own alone", async () => {
    expect(actions(await read(member))).toEqual(['session.start', 'user.register']);
  });
});

describe('the file', () => {
  const file = (person: Person, query = `?format=csv&tenantId=${tenantId}`) =>
    core.send('GET', `/audit/export${query}`, { token: person.token });

  it('has the same records as CSV, and no cell that a spreadsheet would run', async () => {
    const expected = await read(owner, `?tenantId=${tenantId}`);
    const { status, headers, text } = await file(owner);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(headers['content-disposition']).toBe('attachment; filename="audit.csv"');
    const [head, ...lines] = text.trimEnd().split('\r\n');
    expect(head).toBe(
      '"id","at","tenantId","userId","action","outcome","subjectKind","subjectId","items","requestId","accessReason","details"',
    );
    // The export is itself on record by the time that the file is read.
    expect(lines).toHaveLength(expected.length + 1);
    expect(text).toContain(`"'=cmd|calc, ""ticket 7"""`);
    expect(text).toContain('"{""role"":""auditor""}"');
  });

  it('is itself on record', async () => {
    const [newest] = await read(owner, `?tenantId=${tenantId}&limit=1`);
    expect(newest).toMatchObject({ action: 'audit.export', userId: owner.id });
  });

  it('is on record in each tenant whose records it holds, and with the person', async () => {
    const second = await core.tenant(owner.token);
    const count = async (): Promise<unknown> => {
      const rows = await core.test.asOwner(
        `select tenant_id, count(*)::int from audit_event where action = 'audit.export' and user_id = $1
         group by tenant_id`,
        [owner.id],
      );
      return Object.fromEntries(
        rows.map((row) => [String(row['tenant_id']), row['count'] as number]),
      );
    };
    const before = (await count()) as Record<string, number>;
    expect((await file(owner, '?format=csv')).status).toBe(200);
    expect(await count()).toEqual({
      [tenantId]: (before[tenantId] ?? 0) + 1,
      [second]: 1,
      null: (before['null'] ?? 0) + 1,
    });
  });

  it('is not handed out where one of its records cannot be written', async () => {
    const recordsOf = () =>
      core.test.asOwner("select from audit_event where action = 'audit.export'");
    const before = await recordsOf();
    await core.test.asOwner(
      `create function refuse_record() returns trigger language plpgsql as
       $$ begin if new.tenant_id = '${tenantId}' then raise 'no more room'; end if; return new; end $$`,
    );
    await core.test.asOwner(
      'create trigger refuse_record before insert on audit_event for each row execute function refuse_record()',
    );
    const reply = await file(owner, '?format=csv');
    await core.test.asOwner('drop function refuse_record cascade');
    expect(reply.json).toMatchObject({ status: 503, code: 'audit_unavailable' });
    expect(reply.headers['retry-after']).toBe('1');
    expect(await recordsOf()).toHaveLength(before.length);
  });

  it('goes on over many records', async () => {
    await core.test.asOwner(
      `insert into audit_event (at, tenant_id, user_id, action, outcome, items, request_id)
       select now(), $1, $2, 'item.read', 'success', 1, n::text from generate_series(1, 2500) n`,
      [otherTenant, stranger.id],
    );
    const { text } = await file(stranger, `?format=csv&tenantId=${otherTenant}&action=item.read`);
    const requests = text
      .split('\r\n')
      .slice(1, -1)
      .map((line) => line.split(',')[9]);
    expect(requests).toEqual(Array.from({ length: 2500 }, (_, n) => `"${String(2500 - n)}"`));
  });

  it.each([
    ['no form', ''],
    ['another form', '?format=xlsx'],
    ['a limit', '?format=csv&limit=1'],
    ['a time that is none', '?format=csv&dateFrom=yesterday'],
    ['an action that there is not', '?format=csv&action=item.steal'],
  ])('is refused for %s', async (_, query) => {
    expect((await file(owner, query)).json).toMatchObject({ status: 400, code: 'invalid_request' });
  });

  it('is refused to whoever may not read the records', async () => {
    expect((await file(member)).status).toBe(403);
    expect((await file(stranger)).status).toBe(404);
  });
});
