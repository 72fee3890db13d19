import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KeyFileError, makeKeyFile, readKeyFile, type KeyFileProblem } from './key-file.js';

const RAW = Buffer.alloc(32, 0xf7);
const BASE64 = RAW.toString('base64');
let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyward-key-'));
  path = join(folder, 'master.key');
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

async function problemOf(promise: Promise<unknown>): Promise<KeyFileProblem | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    if (!(error instanceof KeyFileError)) throw error;
    expect(error.message).toContain(path);
    expect(error.message).not.toContain(BASE64.slice(0, 8));
    return error.problem;
  }
}

function put(content: string | Uint8Array, mode = 0o600): void {
  writeFileSync(path, content);
  chmodSync(path, mode);
}

describe('making a key file', () => {
  it('makes one of mode 0600 that reads as 32 bytes, and leaves nothing else', async () => {
    expect(await makeKeyFile(path)).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect((await readKeyFile(path)).length).toBe(32);
    expect(readdirSync(folder)).toEqual(['master.key']);
  });

  it('never overwrites one', async () => {
    put(RAW);
    expect(await makeKeyFile(path)).toBe(false);
    expect(readFileSync(path)).toEqual(RAW);
  });

  it('makes exactly one where many start at once, and all read the same', async () => {
    const made = await Promise.all(Array.from({ length: 16 }, () => makeKeyFile(path)));
    expect(made.filter(Boolean)).toHaveLength(1);
    const keys = await Promise.all(Array.from({ length: 16 }, () => readKeyFile(path)));
    expect(keys.every((key) => keys[0]?.equals(key))).toBe(true);
    expect(readdirSync(folder)).toEqual(['master.key']);
  });

  it('makes another key each time', async () => {
    await makeKeyFile(path);
    await makeKeyFile(`${path}.2`);
    expect((await readKeyFile(path)).equals(await readKeyFile(`${path}.2`))).toBe(false);
  });

  it('says so where the folder is not there', async () => {
    expect(await problemOf(makeKeyFile(join(path, 'nested')))).toBe('unwritable');
  });
});

describe('reading a key file', () => {
  it.each([
    ['32 raw bytes', RAW],
    ['base64', BASE64],
    ['base64 and a line end', `${BASE64}\n`],
    ['base64 and a line end of Windows', `${BASE64}\r\n`],
  ])('takes %s', async (_, content) => {
    put(content);
    expect((await readKeyFile(path)).expose()).toEqual(RAW);
  });

  it.each([
    ['nothing', ''],
    ['31 bytes', RAW.subarray(1)],
    ['33 bytes', Buffer.concat([RAW, RAW.subarray(31)])],
    ['32 bytes and a line end', Buffer.concat([RAW, Buffer.from('\n')])],
    ['two line ends', `${BASE64}\n\n`],
    ['a line end before', `\n${BASE64}`],
    ['a space behind', `${BASE64} `],
    ['base64 without its padding', BASE64.replaceAll('=', '')],
    ['base64url', '_'.repeat(43)],
    ['hexadecimal', RAW.toString('hex')],
    ['base64 of 33 bytes', Buffer.alloc(33).toString('base64')],
    ['base64 of 31 bytes', Buffer.alloc(31).toString('base64')],
    ['two keys', `${BASE64}\n${BASE64}\n`],
    ['a byte order mark', `\ufeff${BASE64}`],
  ])('refuses %s', async (_, content) => {
    put(content);
    expect(await problemOf(readKeyFile(path))).toBe('malformed');
  });

  it.each([0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o644, 0o666, 0o777])(
    'refuses a file of mode %o',
    async (mode) => {
      put(RAW, mode);
      expect(await problemOf(readKeyFile(path))).toBe('loose_permissions');
    },
  );

  it.each([0o600, 0o400, 0o700])('takes a file of mode %o', async (mode) => {
    put(RAW, mode);
    expect(await problemOf(readKeyFile(path))).toBeUndefined();
  });

  it('looks at the rights of the file behind a link', async () => {
    const target = join(folder, 'target');
    writeFileSync(target, RAW);
    chmodSync(target, 0o644);
    symlinkSync(target, path);
    expect(await problemOf(readKeyFile(path))).toBe('loose_permissions');
  });

  it('refuses a folder, and what is not there', async () => {
    expect(await problemOf(readKeyFile(path))).toBe('unreadable');
    mkdirSync(path, { mode: 0o700 });
    expect(await problemOf(readKeyFile(path))).toBe('not_a_file');
  });
});
