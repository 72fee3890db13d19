import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FolderInUseError, FolderLock, hasNumber, isAlive } from './folder-lock.js';

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

  it('leaves the lock of another process alone when it is released', () => {
    const lock = FolderLock.take(lockFile);
    rmSync(lockFile);
    writeFileSync(lockFile, JSON.stringify({ pid: 1 }));
    lock.release();
    expect(existsSync(lockFile)).toBe(true);
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

describe('isAlive', () => {
  it.runIf(process.platform === 'linux')(
    'does not take a zombie for a running process',
    async () => {
      // The shell turns into a program that never asks how its child ended.
      const parent = spawn('/bin/sh', ['-c', 'sleep 60 & echo $!; exec sleep 60']);
      const [line] = (await once(parent.stdout, 'data')) as [Buffer];
      const pid = Number(line.toString());
      expect(isAlive(pid)).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, 100));
      process.kill(pid, 'SIGKILL');
      await vi.waitFor(() => {
        expect(isAlive(pid)).toBe(false);
      });
      expect(hasNumber(pid)).toBe(true);
      parent.kill();
    },
  );
});
