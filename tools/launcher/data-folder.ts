import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { FolderInUseError, FolderLock } from '../files/folder-lock.js';
import { writeAtomically } from '../files/write-atomically.js';
import { LauncherError } from './launcher-error.js';

/** Where everything of one local system lies. */
export class DataFolder {
  readonly path: string;

  constructor(path: string) {
    if (!existsSync(path)) {
      // As root the database server is another account, which has to pass through to its own folder.
      mkdirSync(path, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
    }
    this.path = realpathSync(path);
    for (const folder of [this.keys, this.logs]) {
      if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
    }
  }

  get keys(): string {
    return join(this.path, 'keys');
  }

  get logs(): string {
    return join(this.path, 'logs');
  }

  get certificates(): string {
    return join(this.path, 'certs');
  }

  get database(): string {
    return join(this.path, 'database');
  }

  get connection(): string {
    return join(this.path, 'connection.json');
  }

  file(name: string): string {
    return join(this.path, name);
  }

  log(process: string): string {
    return join(this.logs, `${process}.log`);
  }

  readJson(name: string): unknown {
    const file = this.file(name);
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  }

  writeJson(name: string, content: unknown): void {
    writeAtomically(this.file(name), `${JSON.stringify(content, undefined, 2)}\n`, 0o600);
  }

  remove(name: string): void {
    rmSync(this.file(name), { force: true });
  }

  /** @throws LauncherError `folder_in_use`. */
  lock(): FolderLock {
    try {
      return FolderLock.take(this.file('lock'));
    } catch (cause) {
      if (!(cause instanceof FolderInUseError)) throw cause;
      const message =
        `Process ${cause.pid.toString()} is running a system in ${this.path}. ` +
        'Stop it first, or give this one a folder of its own: --data DIR';
      throw new LauncherError('folder_in_use', message, { cause });
    }
  }
}
