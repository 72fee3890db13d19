import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import type { ConfigProblem } from './config-error.js';

/** Bits that let others than the owner do more than the group's reading (which mounted secrets need). */
const LOOSE_RIGHTS = 0o027;

/**
 * Reads a file that holds a secret.
 *
 * @returns the bytes, owned by the caller, who overwrites them; or the problem.
 */
export function readSecretFile(file: string, name: string): Buffer | ConfigProblem {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, 'r');
    // Rights are read from the open file, so that the file that was looked at is the file that is read.
    const { mode } = fstatSync(descriptor);
    if (process.platform !== 'win32' && (mode & LOOSE_RIGHTS) !== 0) {
      const rule = 'the file must not be open to other users (chmod 600)';
      return { code: 'loose_rights', name, rule };
    }
    return readFileSync(descriptor);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    return { code: 'unreadable', name, rule: `the file cannot be read${reason}` };
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
