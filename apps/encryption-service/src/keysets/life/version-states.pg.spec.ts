import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf, KeysetCaller } from '../../../../../test/support/keyset-caller.js';
import { type Credentials, ServiceApp } from '../../../../../test/support/service-app.js';

const HERE = 0;
const THERE = 1;

let service: ServiceApp;
let admin: Credentials;

beforeAll(async () => {
  service = await ServiceApp.start(2);
  ({ admin } = await service.tenant());
});

afterAll(async () => {
  await service.stop();
});

/** An encryption whose first version has sealed a blob, and has been followed by another. */
async function rotated(): Promise<{
  keyset: KeysetCaller;
  old: string;
  blob: Record<string, unknown>;
}> {
  const keyset = await KeysetCaller.make(service, admin);
  const blob = await service.blob(admin, keyset.id);
  await keyset.rotate();
  return { keyset, old: String(blob['encryptionVersionId']), blob };
}

describe('a suspended version', () => {
  it('does nothing until it is resumed', async () => {
    const { keyset, old, blob } = await rotated();
    const suspended = await keyset.act(old, 'suspend');
    expect([suspended.status, suspended.json]).toMatchObject([
      200,
      { encryptionVersionId: old, state: 'suspended', messages: 1 },
    ]);
    expect(codeOf(await keyset.decrypt(blob))).toBe('version_not_usable');
    expect(codeOf(await keyset.encrypt({ encryptionVersionId: old }))).toBe('version_not_usable');
    expect(codeOf(await keyset.act(old, 'suspend'))).toBe('conflict');
    const resumed = await keyset.act(old, 'resume');
    expect(resumed.json['state']).toBe('deactivated');
    expect(codeOf(await keyset.decrypt(blob))).toBe(200);
  });

  it('is never the active one', async () => {
    const { keyset } = await rotated();
    const active = (await keyset.get()).json['activeVersionId'];
    expect(codeOf(await keyset.act(String(active), 'suspend'))).toBe('conflict');
    expect(await keyset.states()).toEqual(['deactivated', 'active']);
  });
});

describe('a compromised version', () => {
  it('stays that, and opens nothing for anybody outside', async () => {
    const { keyset, old, blob } = await rotated();
    expect((await keyset.act(old, 'compromise')).json['state']).toBe('compromised');
    expect(codeOf(await keyset.decrypt(blob))).toBe('version_not_usable');
    expect(codeOf(await keyset.encrypt({ encryptionVersionId: old }))).toBe('version_not_usable');
    expect(codeOf(await keyset.act(old, 'resume'))).toBe('conflict');
    expect(codeOf(await keyset.act(old, 'compromise'))).toBe('conflict');
  });

  it('that was active is followed by a new one in the same moment', async () => {
    const { keyset } = await rotated();
    const active = String((await keyset.get()).json['activeVersionId']);
    const { json } = await keyset.act(active, 'compromise');
    expect(json).toMatchObject({ encryptionVersionId: active, state: 'compromised' });
    expect(json['deactivatedAt']).toBeDefined();
    expect(await keyset.states()).toEqual(['deactivated', 'compromised', 'active']);
    const [record] = await service.test.asOwner<{ revisions: { table: string }[] }>(
      "select revisions from audit_record where encryption_id = $1 and operation = 'compromise-version'",
      [keyset.id],
    );
    expect(record?.revisions.map(({ table }) => table)).toEqual(['versions', 'versions']);
  });

  it('that was active is marked also while the encryption is disabled', async () => {
    const { keyset } = await rotated();
    await keyset.patch({ state: 'disabled' });
    const active = String((await keyset.get()).json['activeVersionId']);
    expect(codeOf(await keyset.act(active, 'compromise'))).toBe(200);
    expect(await keyset.states()).toEqual(['deactivated', 'compromised', 'active']);
    expect(codeOf(await keyset.encrypt())).toBe('encryption_disabled');
  });

  it('is one of exactly one active, however many mark it at once', async () => {
    const { keyset } = await rotated();
    const active = String((await keyset.get()).json['activeVersionId']);
    const replies = await Promise.all(
      [HERE, THERE, HERE, THERE].map((replica) =>
        keyset.act(active, 'compromise', undefined, { replica }),
      ),
    );
    expect(replies.map(codeOf).sort()).toEqual([200, 'conflict', 'conflict', 'conflict']);
    expect(await keyset.states()).toEqual(['deactivated', 'compromised', 'active']);
  });
});

describe('in client mode', () => {
  const key = (byte: number): object => ({
    headers: { 'x-master-key': Buffer.alloc(32, byte).toString('base64') },
  });

  async function clientMode(): Promise<{ keyset: KeysetCaller; active: string }> {
    const body = { masterKey: { mode: 'client' } };
    const { json } = await service.send('POST', '/v1/encryptions', { as: admin, body, ...key(1) });
    const keyset = new KeysetCaller(service, admin, String(json['encryptionId']));
    return { keyset, active: String(json['activeVersionId']) };
  }

  it('a compromise with the key makes the next version at once', async () => {
    const { keyset, active } = await clientMode();
    expect(codeOf(await keyset.act(active, 'compromise', undefined, key(1)))).toBe(200);
    expect(await keyset.states()).toEqual(['compromised', 'active']);
  });

  it('without the key it holds at once, and the next version comes with the key', async () => {
    const { keyset, active } = await clientMode();
    expect(codeOf(await keyset.act(active, 'compromise'))).toBe(200);
    expect(await keyset.states()).toEqual(['compromised']);
    expect(codeOf(await keyset.encrypt({}, key(2)))).toBe('master_key_mismatch');
    expect(codeOf(await keyset.encrypt({}, key(1)))).toBe(200);
    expect(await keyset.states()).toEqual(['compromised', 'active']);
  });

  it('a wrong key, or a key that does not belong there, changes nothing', async () => {
    const { keyset, active } = await clientMode();
    expect(codeOf(await keyset.act(active, 'compromise', undefined, key(2)))).toBe(
      'master_key_mismatch',
    );
    expect(await keyset.states()).toEqual(['active']);
    const platform = await rotated();
    const reply = await platform.keyset.act(platform.old, 'suspend', undefined, key(1));
    expect(codeOf(reply)).toBe('master_key_not_applicable');
    expect(await platform.keyset.states()).toEqual(['deactivated', 'active']);
  });
});

describe('an act', () => {
  it('on what is not there, or another tenant’s, or not of this encryption, finds nothing', async () => {
    const { keyset, old } = await rotated();
    const other = await rotated();
    const stranger = (await service.tenant()).admin;
    expect(codeOf(await keyset.act(other.old, 'suspend'))).toBe('not_found');
    expect(codeOf(await keyset.by(stranger).act(old, 'suspend'))).toBe('not_found');
    expect(codeOf(await keyset.act('00000000-0000-4000-8000-000000000000', 'restore'))).toBe(
      'not_found',
    );
    expect(codeOf(await keyset.act('x', 'suspend'))).toBe('invalid_request');
  });
});
