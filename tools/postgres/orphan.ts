import { readlinkSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { isAlive } from '../files/folder-lock.js';
import { SUPERUSER } from './create-cluster.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { type Postmaster, postmasterFile, readPostmaster } from './postmaster-file.js';

const POLL_MILLISECONDS = 20;
const PATIENCE_MILLISECONDS = 20_000;

/** Whether the process of the file is this cluster's server: it knows the password and names the folder. */
async function answers(cluster: string, port: number, password: string): Promise<boolean> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: SUPERUSER,
    password,
    database: SUPERUSER,
    connectionTimeoutMillis: 2000,
  });
  // A connection that breaks later reports it as an event; the query's own failure says enough here.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('show data_directory');
    return rows[0]?.data_directory === cluster;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Whether a process certainly runs another program: the number of a dead server may have been given to it. */
function isAnotherProgram(pid: number): boolean {
  try {
    return !basename(readlinkSync(`/proc/${pid.toString()}/exe`)).startsWith('postgres');
  } catch {
    return false;
  }
}

async function stopOrphan(cluster: string, { pid }: Postmaster): Promise<void> {
  process.kill(pid, 'SIGINT');
  for (let waited = 0; waited < PATIENCE_MILLISECONDS; waited += POLL_MILLISECONDS) {
    if (!isAlive(pid)) return;
    await sleep(POLL_MILLISECONDS);
  }
  const message = `The server ${pid.toString()} of an earlier start, on ${cluster}, does not stop.`;
  throw new EmbeddedPostgresError('folder_in_use', message);
}

/**
 * Clears away the server of an earlier start whose launcher was killed together with its watchdog. It is stopped rather than taken
 * over: only a child can be supervised. The caller holds the folder's lock, so no launcher is using it. A stale `postmaster.pid`
 * is left to PostgreSQL, which recovers by itself, unless its number belongs to some other program, which PostgreSQL cannot tell.
 *
 * @throws EmbeddedPostgresError `folder_in_use`.
 */
export async function clearOrphan(cluster: string, superuserPassword: string): Promise<void> {
  const postmaster = readPostmaster(cluster);
  if (postmaster === undefined || !isAlive(postmaster.pid)) return;
  if (await answers(cluster, postmaster.port, superuserPassword)) {
    await stopOrphan(cluster, postmaster);
  } else if (isAnotherProgram(postmaster.pid)) {
    rmSync(postmasterFile(cluster), { force: true });
  } else {
    const message = `Process ${postmaster.pid.toString()} holds ${cluster} and does not answer. Stop it, or choose another data folder.`;
    throw new EmbeddedPostgresError('folder_in_use', message);
  }
}
