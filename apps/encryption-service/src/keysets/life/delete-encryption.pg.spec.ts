import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf, KeysetCaller } from '../../../../../test/support/keyset-caller.js';
import { clientKey, ClientKeyset } from '../../../../../test/support/client-keys.js';
import { type Credentials, ServiceApp } from '../../../../../test/support/service-app.js';

let service: ServiceApp;
let admin: Credentials;
let app: Credentials;

beforeAll(async () => {
  service = await ServiceApp.start();
  ({ admin, app } = await service.tenant());
});

afterAll(async () => {
  await service.stop();
});

async function rotated(): Promise<{ keyset: KeysetCaller; blob: Record<string, unknown> }> {
  const keyset = await KeysetCaller.make(service, admin);
  const blob = await service.blob(admin, keyset.id);
  await keyset.rotate();
  return { keyset, blob };
}

async function stateOf(keyset: KeysetCaller): Promise<unknown> {
  return (await keyset.get()).json['state'];
}

describe('an encryption that is deleted', () => {
  it('has every version scheduled, and does nothing', async () => {
    const { keyset, blob } = await rotated();
    expect(codeOf(await keyset.delete())).toBe(204);
    expect(await stateOf(keyset)).toBe('destroyScheduled');
    expect((await keyset.get()).json['activeVersionId']).toBeUndefined();
    expect(await keyset.states()).toEqual(['destroyScheduled', 'destroyScheduled']);
    expect(codeOf(await keyset.encrypt())).toBe('version_not_usable');
    expect(codeOf(await keyset.decrypt(blob))).toBe('version_not_usable');
    expect(codeOf(await keyset.send('POST', '/v1/rotate', { encryptionId: keyset.id }))).toBe(
      'version_not_usable',
    );
    expect(codeOf(await keyset.patch({ state: 'enabled' }))).toBe('conflict');
    expect(codeOf(await keyset.delete())).toBe('conflict');
  });

  it('comes back with any of its versions, and with its active one', async () => {
    const { keyset, blob } = await rotated();
    await keyset.rotate();
    await keyset.delete();
    const [first, second] = await keyset.versions();
    expect(codeOf(await keyset.act(String(first?.encryptionVersionId), 'restore'))).toBe(200);
    expect(await stateOf(keyset)).toBe('enabled');
    expect(await keyset.states()).toEqual(['deactivated', 'destroyScheduled', 'active']);
    expect(codeOf(await keyset.decrypt(blob))).toBe(200);
    expect(codeOf(await keyset.encrypt())).toBe(200);
    expect(codeOf(await keyset.act(String(second?.encryptionVersionId), 'restore'))).toBe(200);
  });

  it('comes back disabled where it was disabled', async () => {
    const { keyset } = await rotated();
    await keyset.patch({ state: 'disabled' });
    await keyset.delete();
    const [first] = await keyset.versions();
    await keyset.act(String(first?.encryptionVersionId), 'restore');
    expect(await stateOf(keyset)).toBe('disabled');
  });

  it('is destroyed once all of its versions are, and keeps their receipts', async () => {
    const { keyset, blob } = await rotated();
    expect(codeOf(await keyset.delete({ afterDays: 0 }))).toBe(204);
    await expect.poll(() => stateOf(keyset)).toBe('destroyed');
    expect(await keyset.states()).toEqual(['destroyed', 'destroyed']);
    expect((await keyset.versions()).every(({ receipt }) => receipt !== undefined)).toBe(true);
    expect(codeOf(await keyset.decrypt(blob))).toBe('version_destroyed');
    expect(codeOf(await keyset.encrypt())).toBe('version_destroyed');
    expect(codeOf(await keyset.delete())).toBe('version_destroyed');
    expect(codeOf(await keyset.patch({ state: 'enabled' }))).toBe('conflict');
  });

  it('brings forward what was to be destroyed later, and nothing back', async () => {
    const { keyset, blob } = await rotated();
    const old = String(blob['encryptionVersionId']);
    await keyset.act(old, 'destroy', { afterDays: 120 });
    await keyset.delete({ afterDays: 10 });
    const [first, second] = await keyset.versions();
    expect(first?.destroyAt).toBe(second?.destroyAt);
    const other = await rotated();
    const early = String(other.blob['encryptionVersionId']);
    const { json } = await other.keyset.act(early, 'destroy', { afterDays: 8 });
    await other.keyset.delete({ afterDays: 10 });
    expect((await other.keyset.version(early)).destroyAt).toBe(json['destroyAt']);
  });

  it('keeps its name', async () => {
    const { keyset } = await rotated();
    await keyset.patch({ name: 'kept' });
    await keyset.delete();
    const body = { name: 'kept', masterKey: { mode: 'platform' } };
    expect(codeOf(await keyset.send('POST', '/v1/encryptions', body))).toBe('already_exists');
  });

  it('comes back by whoever deleted it, also where it had no active version', async () => {
    const { id } = await ClientKeyset.make(service, admin, clientKey(1));
    const keyset = new KeysetCaller(service, admin, id);
    const headers = { 'x-master-key': clientKey(1).toString('base64') };
    await keyset.send('POST', '/v1/rotate', { encryptionId: id }, { headers });
    const [first = '', second = ''] = (await keyset.versions()).map((v) => v.encryptionVersionId);
    await keyset.act(second, 'compromise');
    await keyset.by(app).act(first, 'destroy', { afterDays: 10 });
    await keyset.delete({ afterDays: 8 });
    expect(codeOf(await keyset.by(app).act(first, 'restore'))).toBe('forbidden');
    expect(await stateOf(keyset)).toBe('destroyScheduled');
    expect(codeOf(await keyset.act(first, 'restore'))).toBe(200);
    expect(await keyset.states()).toEqual(['deactivated', 'destroyScheduled']);
  });
});
