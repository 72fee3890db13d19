import { readlinkSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { hasNumber, isAlive } from '../files/folder-lock.js';
import { SUPERUSER } from './create-cluster.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { postmasterFile, readPostmaster } from './postmaster-file.js';

const POLL_MILLISECONDS = 50;
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

/** What can be said of a `postmaster.pid` without the launcher that it belongs to. */
type Finding = 'gone' | 'stale number' | 'answers' | 'silent';

async function lookAt(cluster: string, password: string): Promise<Finding> {
  const postmaster = readPostmaster(cluster);
  if (postmaster === undefined || !hasNumber(postmaster.pid)) return 'gone';
  if (!isAlive(postmaster.pid) || isAnotherProgram(postmaster.pid)) return 'stale number';
  return (await answers(cluster, postmaster.port, password)) ? 'answers' : 'silent';
}

function stillThere(cluster: string): EmbeddedPostgresError {
  const pid = readPostmaster(cluster)?.pid.toString() ?? '';
  const message = `Process ${pid} holds ${cluster} and does not end. Stop it, or choose another data folder.`;
  return new EmbeddedPostgresError('folder_in_use', message);
}

/**
 * Clears away the server of an earlier start whose launcher was killed, also when its watchdog was killed too. It is stopped rather
 * than taken over: only a child can be supervised. The caller holds the folder's lock, so no launcher is using it. A stale
 * `postmaster.pid` is left to PostgreSQL, which recovers by itself, unless its number belongs to a zombie or to another program,
 * which PostgreSQL takes for a server.
 *
 * @throws EmbeddedPostgresError `folder_in_use`.
 */
export async function clearOrphan(cluster: string, superuserPassword: string): Promise<void> {
  let isToldToStop = false;
  // A silent one may be stopping, because its watchdog told it to, or recovering.
  for (let waited = 0; waited < PATIENCE_MILLISECONDS; waited += POLL_MILLISECONDS) {
    const finding = await lookAt(cluster, superuserPassword);
    if (finding === 'stale number') rmSync(postmasterFile(cluster), { force: true });
    if (finding === 'gone' || finding === 'stale number') return;
    const pid = readPostmaster(cluster)?.pid;
    if (finding === 'answers' && pid !== undefined && !isToldToStop) {
      process.kill(pid, 'SIGINT');
      isToldToStop = true;
    }
    await sleep(POLL_MILLISECONDS);
  }
  throw stillThere(cluster);
}
