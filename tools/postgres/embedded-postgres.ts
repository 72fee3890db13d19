import type { ChildProcess } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig, option } from '@app/config';
import { FolderInUseError, FolderLock } from '../files/folder-lock.js';
import { watchOver } from '../watchdog/watchdog.js';
import { chooseAccount } from './account.js';
import { findBinaries } from './binaries.js';
import { createCluster, SUPERUSER } from './create-cluster.js';
import { DataFolder, type Remembered } from './data-folder.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { findFreePort } from '../network/free-port.js';
import { openBinaries } from './open-copy.js';
import { clearOrphan } from './orphan.js';
import { type ServerPlace, startServer, stopServer } from './server-process.js';

export interface EmbeddedPostgresOptions {
  /** Made where it does not exist. Holds the cluster, the superuser's password and, by default, the log. */
  readonly dataDirectory: string;
  /** Where the server's log goes; `server.log` of the data directory by default. */
  readonly logFile?: string;
  /** The port that must be used. Without it: that of last time where it is free, else any free one. */
  readonly port?: number;
  /** Told, in words for the terminal, when the server died and is started again. */
  readonly onEvent?: (text: string) => void;
}

const PORT_ATTEMPTS = 5;
const RESTART_PAUSES_MILLISECONDS = [0, 100, 500, 2000];

function refuseInProduction(): void {
  const { values } = loadConfig({
    argv: [],
    options: {
      mode: option.text({ env: 'NODE_ENV', optional: true, help: 'Kind of installation' }),
    },
  });
  if (values.mode !== 'production') return;
  const message =
    'With NODE_ENV=production there is no embedded database: name one by ES_DATABASE_URL and CP_DATABASE_URL.';
  throw new EmbeddedPostgresError('refused_in_production', message);
}

function takeLock(folder: DataFolder): FolderLock {
  try {
    return FolderLock.take(folder.lockFile);
  } catch (cause) {
    if (!(cause instanceof FolderInUseError)) throw cause;
    const message = `Process ${cause.pid.toString()} runs a database in ${folder.path}.`;
    throw new EmbeddedPostgresError('folder_in_use', message, { cause });
  }
}

async function placeFor(folder: DataFolder, superuserPassword: string): Promise<ServerPlace> {
  const account = chooseAccount(folder.path);
  const binaries = findBinaries();
  const native = account === 'nobody' ? openBinaries(binaries) : binaries.native;
  await createCluster(account, native, folder, superuserPassword);
  return { account, native, folder };
}

interface Listening {
  readonly child: ChildProcess;
  readonly port: number;
}

async function startOnSomePort(
  place: ServerPlace,
  remembered: Remembered,
  demanded: number | undefined,
): Promise<Listening> {
  let port = demanded ?? (remembered.port || (await findFreePort()));
  for (let attempt = 1; ; attempt += 1) {
    try {
      return { child: await startServer(place, port), port };
    } catch (error) {
      const isBusy = error instanceof EmbeddedPostgresError && error.code === 'port_busy';
      if (!isBusy || demanded !== undefined || attempt === PORT_ATTEMPTS) throw error;
      port = await findFreePort();
    }
  }
}

/**
 * A PostgreSQL server of our own for trials, demonstrations and tests: real binaries from npm, on 127.0.0.1 only, its data in one
 * folder. It is started again on the same port when it dies, and stops when this process ends, however that happens.
 */
export class EmbeddedPostgres {
  readonly port: number;
  /** Everything may be done with it; it stays with whoever prepares the databases. */
  readonly superuserUrl: string;
  readonly #place: ServerPlace;
  readonly #lock: FolderLock;
  readonly #onEvent: (text: string) => void;
  #child: ChildProcess;
  #endWatch: () => void;
  #isStopping = false;
  #restarting: Promise<void> = Promise.resolve();

  private constructor(
    place: ServerPlace,
    lock: FolderLock,
    { child, port }: Listening,
    superuserPassword: string,
    onEvent: (text: string) => void,
  ) {
    this.#place = place;
    this.#lock = lock;
    this.#onEvent = onEvent;
    this.#child = child;
    this.port = port;
    this.superuserUrl = `postgres://${SUPERUSER}:${superuserPassword}@127.0.0.1:${port.toString()}/${SUPERUSER}`;
    this.#endWatch = this.#supervise(child);
  }

  /**
   * Starts the server of a data folder, which is made where there is none.
   *
   * @throws EmbeddedPostgresError with every code of its own.
   */
  static async start(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
    refuseInProduction();
    const made = new DataFolder(options.dataDirectory);
    // PostgreSQL names its folder by its real path, and an orphan is known by that name.
    const folder = new DataFolder(realpathSync(made.path), options.logFile);
    const lock = takeLock(folder);
    try {
      const remembered = folder.read();
      const place = await placeFor(folder, remembered.superuserPassword);
      await clearOrphan(folder.cluster, remembered.superuserPassword);
      const listening = await startOnSomePort(place, remembered, options.port);
      if (listening.port !== remembered.port) folder.write({ ...remembered, port: listening.port });
      const onEvent = options.onEvent ?? (() => undefined);
      return new EmbeddedPostgres(place, lock, listening, remembered.superuserPassword, onEvent);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** The server's process; another one after it died. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Stops the server with everything committed on disk. May be called twice. */
  async stop(): Promise<void> {
    if (this.#isStopping) return;
    this.#isStopping = true;
    await this.#restarting;
    await stopServer(this.#child);
    this.#endWatch();
    this.#lock.release();
  }

  #supervise(child: ChildProcess): () => void {
    const endWatch = watchOver(child.pid ?? 0, 'INT');
    child.once('exit', () => {
      endWatch();
      if (!this.#isStopping) this.#restarting = this.#restart();
    });
    return endWatch;
  }

  async #restart(): Promise<void> {
    this.#onEvent('The database died and is started again.');
    for (let attempt = 0; !this.#isStopping; attempt += 1) {
      await sleep(RESTART_PAUSES_MILLISECONDS[attempt] ?? RESTART_PAUSES_MILLISECONDS.at(-1));
      try {
        this.#child = await startServer(this.#place, this.port);
        this.#endWatch = this.#supervise(this.#child);
        return;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        this.#onEvent(`The database does not start again yet: ${reason}`);
      }
    }
  }
}
