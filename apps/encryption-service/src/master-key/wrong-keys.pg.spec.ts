import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ClientKeyset, clientKey, outcomeOf, tally } from '../../../../test/support/client-keys.js';
import {
  type Credentials,
  ServiceApp,
  type ServiceReply,
} from '../../../../test/support/service-app.js';

const KEY = clientKey(1);
const NIL = '00000000-0000-0000-0000-000000000000';

let service: ServiceApp;
let tenantId: string;
let app: Credentials;
let admin: Credentials;
let keyset: ClientKeyset;
let nextGuess = 0;

beforeAll(async () => {
  service = await ServiceApp.start(2);
});

afterAll(async () => {
  await service.stop();
});

beforeEach(async () => {
  ({ tenantId, app, admin } = await service.tenant());
  keyset = await ClientKeyset.make(service, app, KEY);
});

/** A wrong key that was not tried before. */
function guess(): Buffer {
  const key = clientKey(7);
  key.writeUInt32BE((nextGuess += 1));
  return key;
}

/** Wrong keys, one after the other. */
async function wrong(count: number, at = keyset): Promise<ServiceReply[]> {
  const replies = [];
  for (let i = 0; i < count; i += 1) replies.push(await at.encrypt(guess(), i % 2));
  return replies;
}

/** As if time had passed: everything that was noted is so much older. */
async function pass(seconds: number): Promise<void> {
  await service.test.asOwner(
    `update master_key_failure set paused_until = paused_until - make_interval(secs => $2),
       recent = array(select tried - make_interval(secs => $2) from unnest(recent) tried)
     where tenant_id = $1`,
    [tenantId, seconds],
  );
}

const retryAfter = ({ headers }: ServiceReply): number => Number(headers['retry-after']);

describe('wrong master keys', () => {
  it('are told so 20 times a minute, across replicas; then all keys are refused alike', async () => {
    const blob = (await keyset.encrypt(KEY)).json;
    expect(tally(await wrong(20))).toEqual({ master_key_mismatch: 20 });
    const replies = [
      ...(await wrong(2)),
      await keyset.encrypt(KEY, 0),
      await keyset.decrypt(blob, KEY, 1),
    ];
    for (const reply of replies) {
      expect(reply.json).toEqual({ ...replies[0]?.json, requestId: reply.json['requestId'] });
      expect(reply).toMatchObject({ status: 429, json: { code: 'rate_limited', retryable: true } });
      expect(retryAfter(reply)).toBeGreaterThan(50);
      expect(retryAfter(reply)).toBeLessThanOrEqual(60);
    }
    await pass(61);
    expect(outcomeOf(await keyset.decrypt(blob, KEY))).toBe(200);
  });

  it('of a hundred at once teach twenty guessers, whichever replica they ask', async () => {
    const guesses = Array.from({ length: 100 }, (_, i) => keyset.encrypt(guess(), i % 2));
    expect(tally(await Promise.all(guesses))).toEqual({
      master_key_mismatch: 20,
      rate_limited: 80,
    });
    expect(outcomeOf(await keyset.encrypt(KEY))).toBe('rate_limited');
  });

  it('count in any minute, wherever it begins', async () => {
    await wrong(1);
    await pass(55);
    expect(tally(await wrong(19))).toEqual({ master_key_mismatch: 19 });
    await pass(10);
    // The first one is older than a minute now, the other 19 are not.
    expect(tally(await wrong(2))).toEqual({ master_key_mismatch: 1, rate_limited: 1 });
  });

  it('pause twice as long each time, up to an hour, and from the start after a quiet day', async () => {
    const pauses = [];
    for (let i = 0; i < 8; i += 1) {
      const last = (await wrong(21)).at(-1);
      pauses.push(last === undefined ? 0 : retryAfter(last));
      await pass(3601);
    }
    expect(pauses).toEqual([60, 120, 240, 480, 960, 1920, 3600, 3600]);
    await pass(24 * 3600);
    const last = (await wrong(21)).at(-1);
    expect(last && retryAfter(last)).toBe(60);
  });

  it('do not lengthen a pause that has begun', async () => {
    await wrong(21);
    await pass(30);
    const replies = await wrong(30);
    expect(tally(replies)).toEqual({ rate_limited: 30 });
    expect(Math.max(...replies.map(retryAfter))).toBeLessThanOrEqual(30);
  });

  it('slow their client at their encryption alone', async () => {
    const other = await ClientKeyset.make(service, app, KEY);
    await wrong(21);
    expect(outcomeOf(await keyset.encrypt(KEY))).toBe('rate_limited');
    expect(outcomeOf(await keyset.by(admin).encrypt(KEY))).toBe(200);
    expect(outcomeOf(await other.encrypt(KEY))).toBe(200);
    const platform = await service.encryption(app);
    expect(outcomeOf(await keyset.post('/v1/encrypt', { encryptionId: platform, data: '' }))).toBe(
      200,
    );
  });

  it('cannot be spread over encryptions: a hundred a minute at all of them together', async () => {
    const others = await Promise.all(
      Array.from({ length: 6 }, () => ClientKeyset.make(service, app, KEY)),
    );
    const replies = [];
    for (const other of others) replies.push(...(await wrong(20, other)));
    expect(tally(replies)).toEqual({ master_key_mismatch: 100, rate_limited: 20 });
    expect(outcomeOf(await keyset.encrypt(KEY))).toBe('rate_limited');
    const rows = await service.test.asOwner(
      'select from master_key_failure where tenant_id = $1 and encryption_id = $2',
      [tenantId, NIL],
    );
    expect(rows).toHaveLength(1);
  });

  it('cannot be spread over operations, nor over versions', async () => {
    const blobs = [(await keyset.encrypt(KEY)).json];
    await keyset.rotate(KEY);
    blobs.push((await keyset.encrypt(KEY)).json);
    const replies = [];
    for (let i = 0; i < 6; i += 1) {
      replies.push(await keyset.encrypt(guess()), await keyset.rotate(guess()));
      for (const blob of blobs) replies.push(await keyset.decrypt(blob, guess()));
      replies.push(await keyset.rewrap({ mode: 'client' }, guess(), KEY));
    }
    expect(tally(replies)).toEqual({ master_key_mismatch: 20, rate_limited: 10 });
  });

  it('are one trial for each call, however many versions it opens', async () => {
    for (let i = 0; i < 24; i += 1) await keyset.rotate(KEY);
    const bad = await keyset.rewrap({ mode: 'client' }, guess(), KEY);
    expect(outcomeOf(bad)).toBe('master_key_mismatch');
    const [row] = await service.test.asOwner<{ wrong: number }>(
      'select cardinality(recent) as wrong from master_key_failure where tenant_id = $1 and encryption_id = $2',
      [tenantId, keyset.id],
    );
    expect(row?.wrong).toBe(1);
  });

  it('make nobody wait for longer where the clock of the database is set back', async () => {
    await wrong(21);
    await pass(-24 * 3600);
    expect(outcomeOf(await keyset.encrypt(KEY))).toBe(200);
  });

  it('keep no key: what is noted is when', async () => {
    await wrong(3);
    const rows = await service.test.asOwner(
      'select * from master_key_failure where tenant_id = $1',
      [tenantId],
    );
    for (const row of rows)
      expect(Object.keys(row).sort()).toEqual([
        'client_id',
        'encryption_id',
        'pause_seconds',
        'paused_until',
        'recent',
        'tenant_id',
      ]);
    expect(rows).toHaveLength(2);
  });
});
