import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateDek, type WrappedKeyRecord } from '@app/crypto';
import type { KekProvider } from '@app/kek';
import { refusal } from '../../support/refusal.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProgram } from '../../../tools/emulators/emulators.mjs';
import type { Emulator } from '../../support/key-services/emulator-process.js';
import { startOpenBao } from '../../support/key-services/emulators.js';
import { OpenBaoAdmin, policyFor } from '../../support/key-services/open-bao-admin.js';
import { openEntry } from './backend.js';
import { PLACE, UNAVAILABLE } from './refusal.js';

/** What a real server does that is Vault's alone. */
describe.runIf(findProgram('openbao', 'bao') !== undefined)('a key of a real OpenBao', () => {
  let server: Emulator;
  let admin: OpenBaoAdmin;
  let folder: string;

  beforeAll(async () => {
    server = await startOpenBao();
    admin = new OpenBaoAdmin(server.url);
    await admin.mountTransit();
    await admin.createKey('keyward');
    folder = mkdtempSync(join(tmpdir(), 'keyward-openbao-'));
  });

  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await server.stop();
  });

  function file(name: string, content: string): string {
    const path = join(folder, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  }

  function open(key: string, more: object): Promise<KekProvider> {
    return openEntry({ kind: 'vault-transit', name: 'v', url: server.url, key, ...more });
  }

  async function wrap(provider: KekProvider): Promise<WrappedKeyRecord> {
    using dek = await generateDek(PLACE.suite);
    return await provider.wrap(PLACE, dek);
  }

  it('is never made by accident, whatever the token may do', async () => {
    const root = file('root', await admin.createRootToken());
    const provider = await open('mistyped', { tokenFile: root });
    expect(await refusal(wrap(provider))).toEqual(UNAVAILABLE);
    expect(await refusal(provider.checkHealth())).toEqual(UNAVAILABLE);
    expect(await admin.hasKey('mistyped')).toBe(false);
    await provider.close();
  });

  it('is used under the policy of the documents, which lets nobody make, change or delete one', async () => {
    const token = await admin.createToken(['keyward']);
    const provider = await open('keyward', { tokenFile: file('token', token) });
    expect((await wrap(provider)).kekUri).toBe('vault-transit:transit/keyward');
    await provider.close();
    const may = (path: string) => admin.capabilities(token, path);
    expect(await may('transit/keys/keyward')).toEqual(['read']);
    expect(await may('transit/encrypt/keyward')).toEqual(['update']);
    expect(await may('transit/keys/keyward/config')).toEqual(['deny']);
    expect(await may('transit/export/encryption-key/keyward')).toEqual(['deny']);
  });

  it('opens old records after it was rotated, and none that are older than it may open', async () => {
    const provider = await open('keyward', {
      tokenFile: file('token', await admin.createToken(['keyward'])),
    });
    const record = await wrap(provider);
    await admin.call('POST', 'transit/keys/keyward/rotate', {});
    (await provider.unwrap(PLACE, record)).dispose();
    await admin.call('POST', 'transit/keys/keyward/config', { min_decryption_version: 2 });
    expect(await refusal(provider.unwrap(PLACE, record))).toEqual(UNAVAILABLE);
    await admin.call('POST', 'transit/keys/keyward/config', { min_decryption_version: 1 });
    await provider.close();
  });

  it('is reached with a login by AppRole', async () => {
    await admin.call('POST', 'sys/auth/approle', { type: 'approle' });
    await admin.call('PUT', 'sys/policies/acl/role', { policy: policyFor('keyward') });
    const role = 'auth/approle/role/keyward';
    await admin.call('POST', role, { token_policies: ['role'] });
    const { data } = await admin.call('GET', `${role}/role-id`);
    const { role_id: roleId } = data as { role_id: string };
    const made = await admin.call('POST', `${role}/secret-id`, {});
    const { secret_id: secretId } = made['data'] as { secret_id: string };
    const provider = await open('keyward', {
      appRole: { roleId, secretIdFile: file('secret-id', secretId) },
    });
    expect(await refusal(provider.checkHealth())).toBeUndefined();
    await provider.close();
  });

  it('is unavailable while the server is sealed', async () => {
    const provider = await open('keyward', {
      tokenFile: file('token', await admin.createToken(['keyward'])),
      resilience: { breakerFailures: 100 },
    });
    const record = await wrap(provider);
    await admin.call('PUT', 'sys/seal');
    expect(await refusal(provider.unwrap(PLACE, record))).toEqual(UNAVAILABLE);
    await provider.close();
  });
});
