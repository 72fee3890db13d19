import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { nameBeside } from './write-atomically.js';

/** The folder belongs to a process that is alive. */
export class FolderInUseError extends Error {
  override readonly name = 'FolderInUseError';
  readonly code = 'folder_in_use';

  constructor(
    readonly lockFile: string,
    readonly pid: number,
  ) {
    super(`process ${pid.toString()} is using this folder (${lockFile})`);
  }
}

interface Owner {
  readonly pid: number;
  /** When the process began, in the system's own count; it tells a process from a later one with the same number. */
  readonly began: string | undefined;
}

interface ProcessStatus {
  readonly state: string | undefined;
  readonly began: string | undefined;
}

/** Fields 3 and 22 of `/proc/PID/stat` (proc(5)); both `undefined` where there is no such file. */
function statusOf(pid: number): ProcessStatus {
  try {
    const stat = readFileSync(`/proc/${pid.toString()}/stat`, 'latin1');
    // The second field is the program's name, which may hold blanks and brackets of its own.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0], began: fields[19] };
  } catch {
    return { state: undefined, began: undefined };
  }
}

/** Whether a process has this number, whosever it is, and be it one that has ended and that nobody has asked about yet. */
export function hasNumber(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Whether a process with this number runs. In a container without an init the dead keep theirs as zombies. */
export function isAlive(pid: number): boolean {
  return hasNumber(pid) && statusOf(pid).state !== 'Z';
}

function isSame(a: Owner, b: Owner): boolean {
  return a.pid === b.pid && a.began === b.began;
}

function stillRuns({ pid, began }: Owner): boolean {
  return isAlive(pid) && (began === undefined || statusOf(pid).began === began);
}

function readOwner(lockFile: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(lockFile, 'utf8')) as Owner;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Makes the lock file appear with its content, or fails when there is one: a link, unlike a write, is both at once. */
function tryLink(lockFile: string, draft: string): boolean {
  try {
    linkSync(draft, lockFile);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Takes a dead owner's lock away. Of several processes that try, the renaming lets one succeed. */
function discardDead(lockFile: string, dead: Owner): void {
  const aside = nameBeside(lockFile);
  try {
    renameSync(lockFile, aside);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
    throw error;
  }
  // Since the look another process may have put its own lock there: that one goes back.
  const taken = readOwner(aside);
  if (taken !== undefined && !isSame(taken, dead)) tryLink(lockFile, aside);
  rmSync(aside);
}

/** A folder that one process at a time may use. A lock whose process is dead is taken over. */
export class FolderLock {
  readonly #lockFile: string;
  readonly #owner: Owner;

  private constructor(lockFile: string, owner: Owner) {
    this.#lockFile = lockFile;
    this.#owner = owner;
  }

  /**
   * @param lockFile - the file that stands for the lock; its folder must exist.
   * @throws FolderInUseError when a process that is alive holds it, this one included.
   */
  static take(lockFile: string): FolderLock {
    const own: Owner = { pid: process.pid, began: statusOf(process.pid).began };
    const draft = nameBeside(lockFile);
    writeFileSync(draft, JSON.stringify(own), { mode: 0o600, flag: 'wx' });
    try {
      while (!tryLink(lockFile, draft)) {
        const owner = readOwner(lockFile);
        if (owner === undefined) continue;
        if (stillRuns(owner)) throw new FolderInUseError(lockFile, owner.pid);
        discardDead(lockFile, owner);
      }
    } finally {
      rmSync(draft);
    }
    return new FolderLock(lockFile, own);
  }

  /** Gives the folder free. Somebody who removed it and started afresh has a lock there that is not ours to remove. */
  release(): void {
    const owner = readOwner(this.#lockFile);
    if (owner !== undefined && isSame(owner, this.#owner)) rmSync(this.#lockFile, { force: true });
  }
}
