import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '@app/errors';
import { KekProviders, openKekProvider } from '@app/kek';
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

describe('checkMasterKeys', () => {
  it('is content with the key that wrapped what is stored', async () => {
    const { masterKeyByte } = ServiceApp;
    const providers = await providersOf('default', masterKeyByte);
    await expect(checkMasterKeys(service.test.connection, providers)).resolves.toBeUndefined();
  });

  it('refuses another key under the same name', async () => {
    const check = checkMasterKeys(service.test.connection, await providersOf('default', 1));
    const error = await check.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).detail).toContain('a new key needs a new name');
  });

  it('has nothing against a new key under a new name', async () => {
    const providers = await providersOf('second', 1);
    await expect(checkMasterKeys(service.test.connection, providers)).resolves.toBeUndefined();
  });
});
