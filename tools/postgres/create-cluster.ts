import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Account, invocation } from './account.js';
import { programIn } from './binaries.js';
import { type DataFolder, giveTo } from './data-folder.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';

export const SUPERUSER = 'postgres';

const DRAFT = 'cluster.draft';

async function runInitdb(account: Account, native: string, draft: string): Promise<void> {
  const { command, argv, ids } = invocation(account, programIn(native, 'initdb'), [
    `--pgdata=${join(draft, 'data')}`,
    `--username=${SUPERUSER}`,
    '--auth=scram-sha-256',
    `--pwfile=${join(draft, 'password')}`,
    '--encoding=UTF8',
    '--locale=C',
  ]);
  const child = spawn(command, argv, { ...ids, cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) {
    const message = `The database could not be created: ${complaint.trim()}`;
    throw new EmbeddedPostgresError('start_failed', message);
  }
}

/** Makes the cluster unless there is one. It appears whole: what a crash leaves half made is thrown away. */
export async function createCluster(
  account: Account,
  native: string,
  folder: DataFolder,
  superuserPassword: string,
): Promise<void> {
  for (const entry of readdirSync(folder.path)) {
    if (entry === DRAFT) rmSync(join(folder.path, entry), { recursive: true });
  }
  if (existsSync(folder.cluster)) {
    giveTo(account, folder.cluster);
    return;
  }
  const draft = join(folder.path, DRAFT);
  mkdirSync(draft, { mode: 0o700 });
  writeFileSync(join(draft, 'password'), superuserPassword, { mode: 0o600 });
  giveTo(account, draft);
  await runInitdb(account, native, draft);
  renameSync(join(draft, 'data'), folder.cluster);
  rmSync(draft, { recursive: true });
}
