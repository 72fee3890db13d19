import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { MAX_DATA_BYTES } from '@app/contract';
import { errorCode } from '../trial/error-code.js';
import { TrialError } from '../trial/run-trial.js';
import { type FileRecord, printable } from './record.js';

export interface SkippedFile {
  readonly name: string;
  /** In words, to stand behind the name. */
  readonly reason: string;
}

export interface FolderContent {
  readonly records: readonly FileRecord[];
  readonly skipped: readonly SkippedFile[];
}

/** How much the demo takes. All of it is kept in memory, to be compared with what comes back. */
export interface FolderLimits {
  readonly files: number;
  readonly bytes: number;
}

const FOLDER_LIMITS: FolderLimits = { files: 2000, bytes: 256 * 1024 * 1024 };

const MEBIBYTE = 1024 * 1024;

class FolderReader {
  readonly records: FileRecord[] = [];
  readonly skipped: SkippedFile[] = [];
  #entries = 0;
  #bytes = 0;

  constructor(
    readonly root: string,
    readonly limits: FolderLimits,
  ) {}

  /** Depth first, each folder in the order of its names, so that two runs do the same. */
  readBelow(folder: string): void {
    for (const entry of this.#list(folder)) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) this.readBelow(path);
      else this.#take(path, entry);
    }
  }

  #list(folder: string): Dirent[] {
    try {
      return readdirSync(folder, { withFileTypes: true }).sort((a, b) =>
        a.name < b.name ? -1 : 1,
      );
    } catch (cause) {
      if (folder === this.root) throw unusable(folder, cause);
      this.#skip(folder, `the folder could not be read (${errorCode(cause)})`);
      return [];
    }
  }

  #take(path: string, entry: Dirent): void {
    this.#entries += 1;
    if (this.#entries > this.limits.files) {
      throw this.#tooMuch(`more than ${this.limits.files.toLocaleString('en')} files`);
    }
    if (!entry.isFile()) {
      this.#skip(path, entry.isSymbolicLink() ? 'a link, not a file' : 'not a file');
    } else if (!entry.name.isWellFormed()) {
      this.#skip(path, 'its name is no valid text');
    } else {
      this.#read(path);
    }
  }

  #read(path: string): void {
    let content: Buffer;
    try {
      if (statSync(path).size > MAX_DATA_BYTES) {
        const limit = (MAX_DATA_BYTES / MEBIBYTE).toString();
        this.#skip(path, `bigger than ${limit} MiB, the most that one item takes`);
        return;
      }
      content = readFileSync(path);
    } catch (error) {
      this.#skip(path, `it could not be read (${errorCode(error)})`);
      return;
    }
    this.#bytes += content.length;
    if (this.#bytes > this.limits.bytes) {
      throw this.#tooMuch(`more than ${(this.limits.bytes / MEBIBYTE).toString()} MiB`);
    }
    this.records.push({ name: this.#nameOf(path), content });
  }

  #skip(path: string, reason: string): void {
    this.skipped.push({ name: this.#nameOf(path), reason });
  }

  #nameOf(path: string): string {
    return relative(this.root, path).split(sep).join('/');
  }

  #tooMuch(what: string): TrialError {
    return new TrialError(
      'too_much',
      `${this.root} holds ${what}, which is more than a demo should take. Give it a smaller folder.`,
    );
  }
}

function unusable(folder: string, cause: unknown): TrialError {
  const why = cause instanceof Error ? cause.message : 'it could not be read';
  return new TrialError('folder_unusable', `${folder} is no folder that can be read: ${why}`, {
    cause,
  });
}

/**
 * Reads every file of a folder and of those below it; names those that the demo cannot take.
 *
 * @throws TrialError `folder_unusable`, `too_much`, `nothing_to_store`.
 */
export function readFolder(folder: string, limits: FolderLimits = FOLDER_LIMITS): FolderContent {
  const reader = new FolderReader(folder, limits);
  reader.readBelow(folder);
  const { records, skipped } = reader;
  if (records.length === 0) {
    const reasons = skipped.map(({ name, reason }) => `\n  ${printable(name)}: ${reason}`).join('');
    throw new TrialError('nothing_to_store', `${folder} has no file that can be stored.${reasons}`);
  }
  return { records, skipped };
}
