import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from '../files/write-atomically.js';
import { type Account, ownerOf } from './account.js';

/** What of the server must outlive a restart. */
export interface Remembered {
  readonly superuserPassword: string;
  /** The port of last time; 0 before the first. */
  readonly port: number;
}

/**
 * The folder of one embedded server: `cluster` is PostgreSQL's own, `server.json` (0600) holds the superuser's password and the
 * port.
 */
export class DataFolder {
  constructor(
    readonly path: string,
    /** Where the server's log goes, if not into the folder. */
    readonly log = join(path, 'server.log'),
  ) {
    if (existsSync(path)) return;
    // As root, another account has to pass through to its cluster; what else lies here is closed by itself.
    const mode = process.getuid?.() === 0 ? 0o711 : 0o700;
    mkdirSync(path, { recursive: true, mode });
  }

  get cluster(): string {
    return join(this.path, 'cluster');
  }

  get lockFile(): string {
    return join(this.path, 'lock');
  }

  read(): Remembered {
    const file = join(this.path, 'server.json');
    if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Remembered;
    const made: Remembered = { superuserPassword: randomBytes(24).toString('base64url'), port: 0 };
    this.write(made);
    return made;
  }

  write(remembered: Remembered): void {
    writeAtomically(join(this.path, 'server.json'), JSON.stringify(remembered), 0o600);
  }
}

/** Gives a folder with all that is in it to the account that the server runs under. */
export function giveTo(account: Account, folder: string): void {
  const owner = ownerOf(account);
  if (owner === undefined || statSync(folder).uid === owner) return;
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    lchownSync(join(folder, entry), owner, owner);
  }
  // The folder itself comes last: its owner says whether all of it was given away.
  chownSync(folder, owner, owner);
}
