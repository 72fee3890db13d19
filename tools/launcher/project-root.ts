import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function above(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error('this program lies outside its project');
  return above(parent);
}

/** The top level of the project; the same for sources and for what is compiled below `dist`. */
export const PROJECT_ROOT = above(dirname(fileURLToPath(import.meta.url)));

/** The program of an app. */
export function entryOf(app: 'encryption-service' | 'core-platform'): string {
  return join(PROJECT_ROOT, 'dist', 'apps', app, 'src', 'main.js');
}
