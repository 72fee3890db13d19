import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FolderInUseError, FolderLock } from './folder-lock.js';

let folder: string;
let lockFile: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'));
  lockFile = join(folder, 'lock');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('FolderLock', () => {
  it('lets one holder in at a time', () => {
    const lock = FolderLock.take(lockFile);
    expect(() => FolderLock.take(lockFile)).toThrow(FolderInUseError);
    lock.release();
    FolderLock.take(lockFile).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('names the process that holds it', () => {
    FolderLock.take(lockFile);
    expect(() => FolderLock.take(lockFile)).toThrow(
      expect.objectContaining({ code: 'folder_in_use', pid: process.pid, lockFile }),
    );
  });

  it('is taken over from a dead process', () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    writeFileSync(lockFile, JSON.stringify({ pid }));
    FolderLock.take(lockFile);
    expect(existsSync(lockFile)).toBe(true);
  });

  it.runIf(process.platform === 'linux')(
    'is taken over when another process has the number of the dead one',
    () => {
      writeFileSync(lockFile, JSON.stringify({ pid: process.pid, began: '1' }));
      FolderLock.take(lockFile).release();
      expect(existsSync(lockFile)).toBe(false);
    },
  );
});
