import type { FolderLock } from '../files/folder-lock.js';
import type { AppProcess } from './app-process.js';
import type { DataFolder } from './data-folder.js';
import type { Databases } from './databases.js';

/** What runs, so that it can be stopped in order at any time. */
export class SystemParts {
  readonly services: AppProcess[] = [];
  readonly cores: AppProcess[] = [];
  databases: Databases | undefined;
  #stopped: Promise<void> | undefined;

  constructor(
    readonly folder: DataFolder,
    readonly lock: FolderLock,
  ) {}

  /** Stops whatever runs, each part before what it needs. Calls after the first wait for the same end. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.folder.remove('connection.json');
    await Promise.all(this.cores.map((process) => process.stop()));
    await Promise.all(this.services.map((process) => process.stop()));
    await this.databases?.server?.stop();
    this.lock.release();
  }
}
