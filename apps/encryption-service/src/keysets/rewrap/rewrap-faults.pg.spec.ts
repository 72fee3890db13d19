import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ClientKeyset, clientKey, outcomeOf } from '../../../../../test/support/client-keys.js';
import { type Credentials, ServiceApp } from '../../../../../test/support/service-app.js';

const KEY = clientKey(1);
const NEXT = clientKey(2);
const CLIENT = { mode: 'client' };

/** Where a connection is cut in the middle of what a rewrap writes: its table, and after how many rows of it. */
const STEPS: readonly [string, number][] = [
  ['encryption', 1],
  ['encryption_key_version', 1],
  ['encryption_key_version', 2],
  ['encryption_key_version', 3],
  ['audit_record', 1],
];

let service: ServiceApp;
let admin: Credentials;
let keyset: ClientKeyset;
let blobs: Record<string, unknown>[];

beforeAll(async () => {
  service = await ServiceApp.start();
  await service.test.asOwner('create sequence cut_here');
  await service.test.asOwner(
    `create function cut() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
     begin
       if nextval('cut_here') = tg_argv[0]::bigint then perform pg_terminate_backend(pg_backend_pid()); end if;
       return null;
     end $$`,
  );
});

afterAll(async () => {
  await service.stop();
});

beforeEach(async () => {
  ({ admin } = await service.tenant());
  keyset = await ClientKeyset.make(service, admin, KEY);
  blobs = [];
  for (let i = 0; i < 3; i += 1) {
    if (i > 0) await keyset.rotate(KEY);
    blobs.push((await keyset.encrypt(KEY)).json);
  }
});

/** Runs `work` while the connection that writes the nth row of a table is ended: then, or (deferred) when its transaction commits. */
async function whileCutting<T>(
  [table, row]: readonly [string, number],
  isDeferred: boolean,
  work: () => Promise<T>,
): Promise<T> {
  const when = isDeferred ? 'deferrable initially deferred' : '';
  await service.test.asOwner('alter sequence cut_here restart');
  await service.test.asOwner(
    `create constraint trigger cutting after insert or update on ${table} ${when}
     for each row execute function cut(${row.toString()})`,
  );
  try {
    return await work();
  } finally {
    await service.test.asOwner(`drop trigger cutting on ${table}`);
  }
}

async function outcomes(key?: Buffer): Promise<unknown[]> {
  const replies = [];
  for (const blob of blobs) replies.push(outcomeOf(await keyset.decrypt(blob, key)));
  return [...new Set(replies)];
}

describe('a rewrap whose connection is cut', () => {
  it.each(STEPS)(
    'while it writes %s, row %i, changes nothing and can be repeated',
    async (...step) => {
      const cut = await whileCutting(step, false, () => keyset.rewrap(CLIENT, KEY, NEXT));
      expect(outcomeOf(cut)).toBe('database_unavailable');
      expect(await outcomes(KEY)).toEqual([200]);
      expect(await outcomes(NEXT)).toEqual(['master_key_mismatch']);
      expect((await keyset.rewrap(CLIENT, KEY, NEXT)).status).toBe(200);
      expect(await outcomes(NEXT)).toEqual([200]);
      expect(await outcomes(KEY)).toEqual(['master_key_mismatch']);
    },
  );

  it.each([
    ['to a client', CLIENT, NEXT],
    ['to the platform', { mode: 'platform' }, undefined],
  ] as const)('at its commit, %s, changes nothing', async (_, body, next) => {
    const cut = await whileCutting(['audit_record', 1], true, () => keyset.rewrap(body, KEY, next));
    expect(outcomeOf(cut)).toBe('database_unavailable');
    expect(await outcomes(KEY)).toEqual([200]);
    expect(await outcomes()).toEqual(['master_key_required']);
    expect((await keyset.rotate(KEY)).status).toBe(200);
  });

  it('leaves exactly one active version', async () => {
    const [step] = STEPS.slice(2);
    if (step !== undefined) await whileCutting(step, false, () => keyset.rewrap(CLIENT, KEY, NEXT));
    const states = (await keyset.versions()).map(({ state }) => state);
    expect(states).toEqual(['deactivated', 'deactivated', 'active']);
  });
});
