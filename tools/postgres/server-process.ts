import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Account, invocation } from './account.js';
import { programIn } from './binaries.js';
import type { DataFolder } from './data-folder.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { readPostmaster } from './postmaster-file.js';

const POLL_MILLISECONDS = 10;
const READY_WITHIN_MILLISECONDS = 45_000;

/**
 * Durability stays as PostgreSQL ships it (fsync and synchronous commit on). Statements and the details of errors hold values, so
 * neither goes into the log. No socket: its default place is the temporary folder, open to every account.
 */
const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=200',
  'shared_buffers=64MB',
  'max_wal_size=512MB',
  'jit=off',
  'timezone=UTC',
  'log_timezone=UTC',
  'log_min_error_statement=panic',
  'log_error_verbosity=terse',
  'log_line_prefix=%m [%p] %q%u@%d ',
];

export interface ServerPlace {
  readonly account: Account;
  readonly native: string;
  readonly folder: DataFolder;
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function launch({ account, native, folder }: ServerPlace, port: number): ChildProcess {
  const { command, argv, ids } = invocation(account, programIn(native, 'postgres'), [
    ...['-D', folder.cluster, '-p', port.toString()],
    ...SETTINGS.flatMap((setting) => ['-c', setting]),
  ]);
  const log = openSync(folder.log, 'a', 0o600);
  try {
    // A process group of its own: an interrupt from the keyboard must reach the programs that use the database first.
    return spawn(command, argv, { ...ids, cwd: '/', detached: true, stdio: ['ignore', log, log] });
  } finally {
    closeSync(log);
  }
}

function failure(folder: DataFolder, logOffset: number, port: number): EmbeddedPostgresError {
  const said = readFileSync(folder.log).subarray(logOffset).toString();
  if (/could not bind|could not create any TCP\/IP sockets/.test(said)) {
    const message = `Port ${port.toString()} of 127.0.0.1 belongs to another program.`;
    return new EmbeddedPostgresError('port_busy', message);
  }
  if (/lock file "postmaster\.pid" already exists|is still in use/.test(said)) {
    const message = `Another server is using ${folder.cluster}.`;
    return new EmbeddedPostgresError('folder_in_use', message);
  }
  const last = said.trim().split('\n').at(-1) ?? '';
  const message = `PostgreSQL does not start: ${last} (see ${folder.log})`;
  return new EmbeddedPostgresError('start_failed', message);
}

/** Waits until a server that was sent away is gone; a stubborn one is told more and more clearly. */
export async function stopServer(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  // SIGINT is PostgreSQL's "fast" shutdown: open transactions are rolled back, everything committed is on disk.
  for (const [signal, patience] of [
    ['SIGINT', 20_000],
    ['SIGQUIT', 5000],
    ['SIGKILL', 5000],
  ] as const) {
    child.kill(signal);
    const patient = new AbortController();
    const timeout = sleep(patience, 'late', { signal: patient.signal, ref: false }).catch(
      () => 'late',
    );
    if ((await Promise.race([ended, timeout])) !== 'late') {
      patient.abort();
      return;
    }
  }
}

/**
 * Starts the server and waits until it takes connections.
 *
 * @throws EmbeddedPostgresError `port_busy`, `folder_in_use` or `start_failed`; the server is gone then.
 */
export async function startServer(place: ServerPlace, port: number): Promise<ChildProcess> {
  const { folder } = place;
  const logOffset = sizeOf(folder.log);
  const child = launch(place, port);
  let spawnError: Error | undefined;
  child.on('error', (error) => (spawnError = error));
  for (let waited = 0; waited < READY_WITHIN_MILLISECONDS; waited += POLL_MILLISECONDS) {
    if (spawnError) {
      const message = `PostgreSQL does not start: ${spawnError.message}`;
      throw new EmbeddedPostgresError('start_failed', message, { cause: spawnError });
    }
    if (child.exitCode !== null || child.signalCode !== null)
      throw failure(folder, logOffset, port);
    const postmaster = readPostmaster(folder.cluster);
    if (postmaster?.pid === child.pid && postmaster?.isReady) return child;
    await sleep(POLL_MILLISECONDS);
  }
  await stopServer(child);
  const message = `PostgreSQL was not ready in time (see ${folder.log}).`;
  throw new EmbeddedPostgresError('start_failed', message);
}
