import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

const SOURCE_FOLDERS = ['apps', 'libs', 'tools'];
const SETTINGS = [
  'tsconfig.json',
  'nest-cli.json',
  'apps/core-platform/tsconfig.app.json',
  'apps/encryption-service/tsconfig.app.json',
  'tools/tsconfig.app.json',
];

function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

/** Every file that the build compiles, relative to `root`, sorted. */
export function sourceFiles(root) {
  return SOURCE_FOLDERS.flatMap((folder) => filesBelow(join(root, folder)))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
    .map((file) => relative(root, file))
    .sort();
}

/** A digest of all that decides what the build makes. Contents, not times: a checkout sets times as it likes. */
export function sourceDigest(root, sources) {
  const hash = createHash('sha256');
  for (const file of [...SETTINGS, ...sources]) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

/** Removes what an earlier build made from sources that are gone, so that nothing imports them any more. */
export function removeStale(output, sources) {
  const kept = new Set(sources.map((file) => file.replace(/\.ts$/, '.js')));
  for (const folder of SOURCE_FOLDERS) {
    for (const file of filesBelow(join(output, folder))) {
      const made = relative(output, file)
        .split(sep)
        .join('/')
        .replace(/\.map$/, '');
      if (!kept.has(made)) rmSync(file);
    }
  }
}

/** Whether every source has its compiled file. */
export function isComplete(output, sources) {
  return sources.every(
    (file) => file.endsWith('.d.ts') || existsSync(join(output, file.replace(/\.ts$/, '.js'))),
  );
}
