import { randomBytes } from 'node:crypto';
import { link, lstat, open, unlink, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { decodeBase64, encodeBase64, isCanonicalBase64 } from '@app/encoding';
import { SecretBytes } from '@app/secret';

/** Why a key file was refused. */
export type KeyFileProblem =
  'unreadable' | 'unwritable' | 'not_a_file' | 'loose_permissions' | 'malformed';

const SENTENCES: Readonly<Record<KeyFileProblem, string>> = {
  unreadable: 'cannot be read',
  unwritable: 'cannot be made',
  not_a_file: 'is no regular file',
  loose_permissions:
    'can be read or written by others than its owner; it must have mode 0600 (chmod 600)',
  malformed: 'must hold exactly 32 bytes, raw or in padded base64 with at most one line end',
};

/** A key file that cannot be used. The message is for the operator: it names the file and the rule, never what is in it. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError';
  readonly problem: KeyFileProblem;

  constructor(path: string, problem: KeyFileProblem, cause?: unknown) {
    const reason = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
    super(`${path} ${SENTENCES[problem]}${reason}`, cause === undefined ? undefined : { cause });
    this.problem = problem;
  }
}

const KEY_BYTES = 32;
const OWNER_ONLY = 0o600;
const GROUP_AND_OTHERS = 0o077;
/** 44 characters of base64 and a line end of two; one more byte shows that there is more. */
const MAX_FILE_BYTES = 47;

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

async function syncFolder(folder: string): Promise<void> {
  // Windows can neither open nor sync a folder.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}

async function writeNewKey(path: string): Promise<void> {
  const key = randomBytes(KEY_BYTES);
  const content = Buffer.from(`${encodeBase64(key)}\n`, 'latin1');
  const handle = await open(path, 'wx', OWNER_ONLY);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    key.fill(0);
    content.fill(0);
    await handle.close();
  }
}

/** @returns false where another process was quicker. */
async function linkInto(path: string, draft: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await unlink(draft);
  }
}

/**
 * Makes a file with a new key of 32 random bytes, mode 0600, unless there is one already: it is written whole under another name and
 * linked into place, which never overwrites, so that of two processes that start at once exactly one makes the key and both read it.
 *
 * @returns whether this call made it; the caller then says where it lies and what losing it means.
 * @throws KeyFileError `unwritable`.
 */
export async function makeKeyFile(path: string): Promise<boolean> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    // The folder of a key that was put there may be read-only.
    if (await exists(path)) return false;
    await writeNewKey(draft);
    const made = await linkInto(path, draft);
    await syncFolder(dirname(path));
    return made;
  } catch (error) {
    throw new KeyFileError(path, 'unwritable', error);
  }
}

function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, '');
}

function parseKey(content: Buffer, path: string): SecretBytes {
  if (content.length === KEY_BYTES) return SecretBytes.copyOf(content);
  const text = withoutLineEnd(content.toString('latin1'));
  if (!isCanonicalBase64(text)) throw new KeyFileError(path, 'malformed');
  const key = new SecretBytes(decodeBase64(text, 'key'));
  if (key.length === KEY_BYTES) return key;
  key.dispose();
  throw new KeyFileError(path, 'malformed');
}

/** How a key file is read. */
export interface KeyFileOptions {
  /** Called for a file that others than its owner can read or write, which is refused without this. */
  readonly onLoosePermissions?: (problem: KeyFileError) => void;
}

async function assertPrivate(
  handle: FileHandle,
  path: string,
  { onLoosePermissions }: KeyFileOptions,
): Promise<void> {
  // Asked of the open file, so that what was looked at is what is read.
  const stats = await handle.stat();
  if (!stats.isFile()) throw new KeyFileError(path, 'not_a_file');
  // Windows has no such bits and reports all of them.
  if (process.platform !== 'win32' && (stats.mode & GROUP_AND_OTHERS) !== 0) {
    const problem = new KeyFileError(path, 'loose_permissions');
    if (onLoosePermissions === undefined) throw problem;
    onLoosePermissions(problem);
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    throw new KeyFileError(path, 'unreadable', error);
  }
}

/**
 * Reads a key of 32 bytes from a file: exactly 32 bytes are raw, anything else is base64 with at most one line end.
 *
 * @returns the key, owned by the caller.
 * @throws KeyFileError where it cannot be read, is open to others, or holds anything else.
 */
export async function readKeyFile(
  path: string,
  options: KeyFileOptions = {},
): Promise<SecretBytes> {
  const handle = await openFile(path);
  const content = Buffer.alloc(MAX_FILE_BYTES);
  try {
    await assertPrivate(handle, path, options);
    const { bytesRead } = await handle.read(content, 0, MAX_FILE_BYTES, 0);
    return parseKey(content.subarray(0, bytesRead), path);
  } finally {
    content.fill(0);
    await handle.close();
  }
}
