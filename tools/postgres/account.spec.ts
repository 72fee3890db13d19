import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseAccount, closedFolder } from './account.js';
import { findBinaries } from './binaries.js';
import { EmbeddedPostgres } from './embedded-postgres.js';
import { openBinaries } from './open-copy.js';

const isRoot = process.getuid?.() === 0;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'account-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('closedFolder', () => {
  it('names the outermost folder that others may not enter', () => {
    const inner = join(folder, 'inner');
    mkdirSync(inner, { mode: 0o700 });
    expect(closedFolder(inner)).toBe(folder);
    chmodSync(folder, 0o711);
    expect(closedFolder(inner)).toBe(inner);
    chmodSync(inner, 0o711);
    expect(closedFolder(inner)).toBeUndefined();
  });
});

describe('chooseAccount', () => {
  it.skipIf(isRoot)('is the own account of a plain user', () => {
    expect(chooseAccount(folder)).toBe('own');
  });

  it.runIf(isRoot)('is nobody for root, where nobody may pass', () => {
    chmodSync(folder, 0o711);
    expect(chooseAccount(folder)).toBe('nobody');
  });

  it.runIf(isRoot)('lets root keep data below a closed folder, or names it', async () => {
    const dataDirectory = join(folder, 'database');
    const outcome = await EmbeddedPostgres.start({ dataDirectory }).catch(
      (error: unknown) => error,
    );
    if (outcome instanceof EmbeddedPostgres) {
      const client = new pg.Client({ connectionString: outcome.superuserUrl });
      await client.connect();
      const { rows } = await client.query('select 1 as one');
      await client.end();
      await outcome.stop();
      expect(rows).toEqual([{ one: 1 }]);
    } else {
      expect(outcome).toMatchObject({
        code: 'folder_closed',
        message: expect.stringContaining(folder) as string,
      });
    }
  });
});

describe('openBinaries', () => {
  it.runIf(isRoot)('copies programs that lie below a closed folder, once', () => {
    const binaries = findBinaries();
    const hidden = join(folder, 'native');
    mkdirSync(join(hidden, 'bin'), { recursive: true, mode: 0o700 });
    const version = `test-${process.pid.toString()}`;
    const copy = openBinaries({ native: hidden, version });
    try {
      expect(copy).not.toBe(hidden);
      expect(closedFolder(join(copy, 'bin'))).toBeUndefined();
      expect(openBinaries({ native: hidden, version })).toBe(copy);
    } finally {
      rmSync(copy, { recursive: true });
    }
    expect(binaries.version).toMatch(/^\d+\./);
  });
});
