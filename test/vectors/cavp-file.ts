import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where Debian's python3-cryptography-vectors puts the files of NIST's CAVP, and others of the same form. */
const FOLDER = '/usr/lib/python3/dist-packages/cryptography_vectors';

/** Whether the files are at hand. */
export const HAS_CAVP = existsSync(FOLDER);

/** One case: its names in lower case, with their values as they stand, and `fail` where the file says so. */
export type CavpCase = ReadonlyMap<string, string>;

const VALUE = /^([A-Za-z]+)\s*=\s*(.*)$/;

function parseCase(block: string): CavpCase {
  const values = new Map<string, string>();
  for (const line of block.split('\n')) {
    const [, name, value] = VALUE.exec(line) ?? [];
    if (name !== undefined && value !== undefined) values.set(name.toLowerCase(), value.trim());
    else if (line === 'FAIL') values.set('fail', '');
  }
  return values;
}

/** A file of the collection, as text. */
export function readCavp(path: string): string {
  return readFileSync(join(FOLDER, path), 'utf8').replaceAll('\r\n', '\n');
}

/**
 * The cases of a file, lines of `name = value`.
 *
 * @param first - the name that each case begins with, in lower case.
 */
export function casesOfCavp(path: string, first = 'count'): CavpCase[] {
  return readCavp(path)
    .split(new RegExp(`^(?=${first}\\s*=)`, 'im'))
    .map(parseCase)
    .filter((values) => values.has(first));
}

/** The bytes of a value; none where it is not there. */
export function bytesOf(values: CavpCase, name: string): Buffer {
  return Buffer.from(values.get(name) ?? '', 'hex');
}
