import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_DATA_BYTES } from '@app/contract';
import { readFolder } from './read-folder.js';

let folder: string;

function write(name: string, content = name): void {
  writeFileSync(join(folder, name), content);
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'records-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('readFolder', () => {
  it('takes the files of a folder and of those below it, by their relative names', () => {
    mkdirSync(join(folder, 'b', 'deep'), { recursive: true });
    write('c.txt');
    write('b/deep/x.bin');
    write('a.txt', '');
    const { records, skipped } = readFolder(folder);
    expect(records.map(({ name }) => name)).toEqual(['a.txt', 'b/deep/x.bin', 'c.txt']);
    expect(records[0]?.content).toHaveLength(0);
    expect(records[1]?.content.toString()).toBe('b/deep/x.bin');
    expect(skipped).toEqual([]);
  });

  it('takes a file of the greatest size, and names one that is a byte bigger', () => {
    write('fits');
    write('bigger');
    truncateSync(join(folder, 'fits'), MAX_DATA_BYTES);
    truncateSync(join(folder, 'bigger'), MAX_DATA_BYTES + 1);
    const { records, skipped } = readFolder(folder);
    expect(records.map(({ name }) => name)).toEqual(['fits']);
    expect(skipped).toEqual([
      { name: 'bigger', reason: 'bigger than 5 MiB, the most that one item takes' },
    ]);
  });

  it('follows no links, and names them', () => {
    write('file');
    symlinkSync(folder, join(folder, 'loop'));
    symlinkSync(join(folder, 'nowhere'), join(folder, 'broken'));
    const { records, skipped } = readFolder(folder);
    expect(records).toHaveLength(1);
    expect(skipped.map(({ name }) => name)).toEqual(['broken', 'loop']);
  });

  it('refuses more files than its limit', () => {
    for (const name of ['1', '2', '3']) write(name);
    expect(() => readFolder(folder, { files: 2, bytes: 100 })).toThrow(
      expect.objectContaining({ code: 'too_much' }),
    );
  });

  it('refuses more bytes than its limit', () => {
    for (const name of ['1', '2', '3']) write(name);
    expect(readFolder(folder, { files: 3, bytes: 3 }).records).toHaveLength(3);
    expect(() => readFolder(folder, { files: 3, bytes: 2 })).toThrow(
      expect.objectContaining({ code: 'too_much' }),
    );
  });

  it('refuses a folder without a file that it can take', () => {
    symlinkSync(folder, join(folder, 'loop'));
    expect(() => readFolder(folder)).toThrow(expect.objectContaining({ code: 'nothing_to_store' }));
  });

  it('refuses what is no folder', () => {
    write('file');
    for (const path of [join(folder, 'file'), join(folder, 'missing')]) {
      expect(() => readFolder(path)).toThrow(expect.objectContaining({ code: 'folder_unusable' }));
    }
  });
});
