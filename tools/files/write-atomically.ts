import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** A name beside `path` that nobody else uses. */
export function nameBeside(path: string): string {
  return `${path}.${randomBytes(6).toString('hex')}`;
}

function syncFolder(folder: string): void {
  // Windows can neither open nor sync a folder.
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Writes a file so that a reader, also one after a crash, sees either what was there before or all of `content`. The rights are
 * those of `mode` from the first byte on.
 */
export function writeAtomically(path: string, content: string | Uint8Array, mode: number): void {
  const draft = nameBeside(path);
  try {
    writeFileSync(draft, content, { mode, flag: 'wx', flush: true });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
  syncFolder(dirname(path));
}
