import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf, KeysetCaller } from '../../../../../test/support/keyset-caller.js';
import { type Credentials, ServiceApp, shape } from '../../../../../test/support/service-app.js';
import { markCountsUncertain } from '../../commands/distrust-counts.js';
import { MessageCounter } from './message-counter.js';

let service: ServiceApp;
let admin: Credentials;

beforeAll(async () => {
  service = await ServiceApp.start(2);
  ({ admin } = await service.tenant());
});

afterAll(async () => {
  await service.stop();
});

/** Encrypts on both replicas at once. Answers how many messages each version sealed, the first version first. */
async function encryptMany(keyset: KeysetCaller, messages: number): Promise<number[]> {
  const sealed = new Map<unknown, number>();
  let left = messages;
  const worker = async (replica: number): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const { json } = await keyset.encrypt({}, { replica });
      const id = json['encryptionVersionId'];
      sealed.set(id, (sealed.get(id) ?? 0) + 1);
    }
  };
  await Promise.all([0, 1, 0, 1, 0, 1, 0, 1].map(worker));
  const versions = await keyset.versions();
  return versions.map(({ encryptionVersionId }) => sealed.get(encryptionVersionId) ?? 0);
}

describe('an encryption with a limit of messages', () => {
  it.each([
    [20, 20, 130],
    [200, 202, 700],
  ])('of %i rotates then, on two replicas together', async (limit, most, messages) => {
    const keyset = await KeysetCaller.make(service, admin, { rotation: { afterMessages: limit } });
    const sealed = await encryptMany(keyset, messages);
    expect(sealed.reduce((sum, one) => sum + one)).toBe(messages);
    const full = sealed.slice(0, -1);
    expect(full.length).toBeGreaterThanOrEqual(Math.floor(messages / most));
    expect(Math.min(...full)).toBeGreaterThanOrEqual(limit);
    expect(Math.max(...full)).toBeLessThanOrEqual(most);
    const states = await keyset.states();
    expect(states.filter((state) => state === 'active')).toHaveLength(1);
  });

  it('of one has a version for each message', async () => {
    const keyset = await KeysetCaller.make(service, admin, { rotation: { afterMessages: 1 } });
    const ids = [];
    for (let i = 0; i < 4; i += 1) ids.push((await keyset.encrypt()).json['encryptionVersionId']);
    expect(new Set(ids).size).toBe(4);
  });
});

describe('the rules of rotation', () => {
  it('are shown as they were set, in place of those before', async () => {
    const rotation = { everyDays: 90, afterMessages: 2 ** 32 };
    const keyset = await KeysetCaller.make(service, admin, { rotation });
    expect((await keyset.get()).json['rotation']).toEqual(rotation);
    const { json } = await keyset.patch({ rotation: { everyDays: 1 } });
    expect(json['rotation']).toEqual({ everyDays: 1 });
    expect((await keyset.patch({ name: 'rotated' })).json['rotation']).toEqual({ everyDays: 1 });
    expect((await keyset.patch({ rotation: {} })).json['rotation']).toBeUndefined();
  });

  it.each([
    [{ everyDays: 0 }, 'rotation.everyDays'],
    [{ everyDays: 3651 }, 'rotation.everyDays'],
    [{ afterMessages: 0 }, 'rotation.afterMessages'],
    [{ afterMessages: 2 ** 32 + 1 }, 'rotation.afterMessages'],
    [{ afterMessages: 1.5 }, 'rotation.afterMessages'],
    [{ sometimes: true }, 'rotation.sometimes'],
    [null, 'rotation'],
  ])('are within their bounds: %j is refused', async (rotation, field) => {
    const keyset = await KeysetCaller.make(service, admin);
    expect(shape(await keyset.patch({ rotation }))).toEqual([400, 'invalid_request', field]);
    const body = { masterKey: { mode: 'platform' }, rotation };
    expect(shape(await keyset.send('POST', '/v1/encryptions', body))).toEqual([
      400,
      'invalid_request',
      field,
    ]);
  });

  it('hold for a version that has seen enough already', async () => {
    const keyset = await KeysetCaller.make(service, admin);
    for (let i = 0; i < 5; i += 1) await keyset.encrypt();
    await keyset.patch({ rotation: { afterMessages: 3 } });
    await keyset.encrypt();
    await expect.poll(() => keyset.states()).toEqual(['deactivated', 'active']);
  });
});

describe('counts that are not trusted any more', () => {
  it('make every encryption rotate before its next message', async () => {
    const used = await KeysetCaller.make(service, admin);
    const unused = await KeysetCaller.make(service, admin);
    const blob = await service.blob(admin, used.id);
    for (const { nest } of service.replicas) {
      await nest.get(MessageCounter).settleAll();
    }
    expect(await markCountsUncertain(service.test.connection)).toBeGreaterThanOrEqual(2);
    for (const keyset of [used, unused]) {
      const { json } = await keyset.encrypt();
      const [old, next] = await keyset.versions();
      expect([old?.state, next?.encryptionVersionId]).toEqual([
        'deactivated',
        json['encryptionVersionId'],
      ]);
      await keyset.encrypt();
      expect(await keyset.versions()).toHaveLength(2);
    }
    expect(codeOf(await used.decrypt(blob))).toBe(200);
  });
});
