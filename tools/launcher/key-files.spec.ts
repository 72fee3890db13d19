import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RandomIdentifiers } from '@app/ambient';
import { readKeyFile } from '@app/kek';
import { readCredentials, writeCredentials } from './credentials.js';
import { DataFolder } from './data-folder.js';
import { ensureKeyFiles } from './key-files.js';

let path: string;
let folder: DataFolder;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'keys-'));
  folder = new DataFolder(path);
});
afterEach(() => {
  rmSync(path, { recursive: true });
});

describe('ensureKeyFiles', () => {
  it('makes three different keys of 32 bytes, once', async () => {
    const first = await ensureKeyFiles(folder);
    expect(first.isNew).toBe(true);
    const files = [first.masterKey, first.serviceSecret, first.coreSecret];
    const read = async () => {
      const keys = await Promise.all(files.map((file) => readKeyFile(file)));
      return keys.map((key) => key.expose().toString('hex'));
    };
    const keys = await read();
    expect(new Set(keys).size).toBe(3);
    expect((await ensureKeyFiles(folder)).isNew).toBe(false);
    expect(await read()).toEqual(keys);
  });

  it.skipIf(process.platform === 'win32')('keeps them from other users', async () => {
    const { masterKey, serviceSecret, coreSecret } = await ensureKeyFiles(folder);
    for (const file of [masterKey, serviceSecret, coreSecret]) {
      expect(statSync(file).mode & 0o777).toBe(0o600);
    }
  });

  it('does not put a new key in place of a lost one', async () => {
    const { masterKey } = await ensureKeyFiles(folder);
    readCredentials(folder, new RandomIdentifiers());
    rmSync(masterKey);
    await expect(ensureKeyFiles(folder)).rejects.toMatchObject({ code: 'key_missing' });
  });
});

describe('readCredentials', () => {
  it('makes ids and passwords once, in a file of its owner', () => {
    const first = readCredentials(folder, new RandomIdentifiers());
    expect(readCredentials(folder, new RandomIdentifiers())).toEqual(first);
    expect(first.tenant.hasEncryption).toBe(false);
    expect(statSync(join(path, 'credentials.json')).mode & 0o077).toBe(0);
  });

  it('gives back what was written', () => {
    const made = readCredentials(folder, new RandomIdentifiers());
    const changed = { ...made, tenant: { ...made.tenant, hasEncryption: true } };
    writeCredentials(folder, changed);
    expect(readCredentials(folder, new RandomIdentifiers())).toEqual(changed);
  });
});
