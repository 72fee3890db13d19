import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));

/**
 * Key services that tests start on this machine, each of them packages of PyPI, pinned in the file of its name. `python` is the oldest
 * that it runs with.
 */
export const EMULATORS = [
  { name: 'moto', python: [3, 9] },
  { name: 'openbao', python: [3, 9] },
  { name: 'localstack', python: [3, 13] },
];

/** Where the packages of an emulator are named. */
export function requirementsOf(name) {
  return join(HERE, `${name}.txt`);
}

/** Where an emulator is installed: outside of the project, so that clones share it; another list of packages is another folder. */
export function folderOf(name) {
  const digest = createHash('sha256')
    .update(readFileSync(requirementsOf(name)))
    .digest('hex');
  return join(homedir(), '.cache', 'keyward-emulators', `${name}-${digest.slice(0, 16)}`);
}

/** Written last, so that an installation that was broken off is none. */
export function markOf(name) {
  return join(folderOf(name), 'installed');
}

/** A program of an emulator; undefined where it is not installed. */
export function findProgram(name, program) {
  return existsSync(markOf(name)) ? join(folderOf(name), 'bin', program) : undefined;
}
