import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';

/** The number of the account `nobody`. */
const NOBODY = 65_534;

const NAMESPACE = ['--user', `--map-user=${NOBODY.toString()}`, `--map-group=${NOBODY.toString()}`];

/**
 * The account that the server runs under. PostgreSQL refuses to run as root, and nobody should have to make an account for it:
 * - `own`: this process is not root;
 * - `nobody`: root starts the server as `nobody`, to whom the cluster's files then belong;
 * - `namespace`: the server is root in files but not in name, in a user namespace of its own. It is for data below a folder that
 *   `nobody` may not enter, and needs no copy of the programs; not every kernel or container allows it.
 */
export type Account = 'own' | 'nobody' | 'namespace';

/** How to start a program under an account. */
export interface Invocation {
  readonly command: string;
  readonly argv: readonly string[];
  readonly ids: { readonly uid?: number; readonly gid?: number };
}

/** The first folder on the way to `path`, itself included, that others may not enter. */
export function closedFolder(path: string): string | undefined {
  const parent = dirname(path);
  const above = parent === path ? undefined : closedFolder(parent);
  if (above !== undefined) return above;
  return (statSync(path).mode & 0o001) === 0 ? path : undefined;
}

function namespacesWork(): boolean {
  return spawnSync('unshare', [...NAMESPACE, 'true'], { stdio: 'ignore' }).status === 0;
}

/**
 * Chooses the account for a server whose data lie in `folder`, which must exist.
 *
 * @throws EmbeddedPostgresError `folder_closed`, naming the folder.
 */
export function chooseAccount(folder: string): Account {
  if (process.getuid?.() !== 0) return 'own';
  const closed = closedFolder(folder);
  if (closed === undefined) return 'nobody';
  if (namespacesWork()) return 'namespace';
  const message =
    `PostgreSQL does not run as root, and the account "nobody", which it gets instead, may not enter ${closed}. ` +
    `Open it for passing through (chmod o+x ${closed}), choose another data folder, or do not run as root.`;
  throw new EmbeddedPostgresError('folder_closed', message);
}

/** The numbers of the account that the cluster's files have to belong to, when this process is root. */
export function ownerOf(account: Account): number | undefined {
  if (account === 'own') return undefined;
  return account === 'nobody' ? NOBODY : 0;
}

export function invocation(account: Account, program: string, argv: readonly string[]): Invocation {
  if (account === 'namespace') {
    return { command: 'unshare', argv: [...NAMESPACE, program, ...argv], ids: {} };
  }
  const ids = account === 'nobody' ? { uid: NOBODY, gid: NOBODY } : {};
  return { command: program, argv, ids };
}
