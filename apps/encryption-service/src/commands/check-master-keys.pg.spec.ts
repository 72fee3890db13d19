import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEntries } from '@app/config';
import { AppError } from '@app/errors';
import { KEK_SETTINGS, type KekProvider, KekProviders, openKekProvider } from '@app/kek';
import { SecretBytes } from '@app/secret';
import { ServiceApp } from '../../../../test/support/service-app.js';
import { checkMasterKeys } from './check-master-keys.js';

let service: ServiceApp;

beforeAll(async () => {
  service = await ServiceApp.start();
  const { admin } = await service.tenant();
  await service.encryption(admin);
});

afterAll(async () => {
  await service.stop();
});

async function providersOf(name: string, fill: number): Promise<KekProviders> {
  const key = SecretBytes.copyOf(Buffer.alloc(32, fill));
  return new KekProviders([await openKekProvider('local', { name, key })], name);
}

const unusable: string[] = [];

function check(providers: KekProviders): Promise<void> {
  unusable.length = 0;
  return checkMasterKeys(service.test.connection, providers, (name) => unusable.push(name));
}

/** Master keys that nobody can use: no tries are needed to know it, since the credential is not there. */
function vault(name: string): Promise<KekProvider> {
  const entry = { kind: 'vault-transit', name, key: name, url: 'http://127.0.0.1:9' };
  const [read] = readEntries(KEK_SETTINGS, [{ ...entry, tokenFile: '/nowhere' }], '.');
  return openKekProvider('vault-transit', read as never);
}

describe('checkMasterKeys', () => {
  it('tells of those that cannot be used now, also where nothing is under them', async () => {
    const { masterKeyByte } = ServiceApp;
    const own = (await providersOf('default', masterKeyByte)).default;
    await check(new KekProviders([await vault('a'), own, await vault('b')], 'default'));
    expect(unusable.toSorted()).toEqual(['a', 'b']);
  });

  it('is content with the key that wrapped what is stored', async () => {
    const { masterKeyByte } = ServiceApp;
    const providers = await providersOf('default', masterKeyByte);
    await expect(check(providers)).resolves.toBeUndefined();
  });

  it('refuses another key under the same name', async () => {
    const refused = check(await providersOf('default', 1));
    const error = await refused.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).detail).toContain('a new key needs a new name');
  });

  it('starts over a single row that was changed, whose use will raise the alarm', async () => {
    const { admin } = await service.tenant();
    const changed = await service.encryption(admin);
    await service.test.asOwner(
      "update encryption_key_version set record = record || jsonb_build_object('com', repeat('A', 43) || '=') where encryption_id = $1",
      [changed],
    );
    const { masterKeyByte } = ServiceApp;
    const providers = await providersOf('default', masterKeyByte);
    await expect(check(providers)).resolves.toBeUndefined();
  });

  it('has nothing against a new key under a new name', async () => {
    const providers = await providersOf('second', 1);
    await expect(check(providers)).resolves.toBeUndefined();
  });
});
