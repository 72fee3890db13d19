import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeAtomically } from './write-atomically.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'atomic-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('writeAtomically', () => {
  it('replaces a file and leaves nothing else behind', () => {
    const path = join(folder, 'file');
    writeAtomically(path, 'one', 0o600);
    writeAtomically(path, 'two', 0o600);
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it.skipIf(process.platform === 'win32')('gives the file the rights that were asked for', () => {
    const path = join(folder, 'file');
    writeAtomically(path, 'secret', 0o600);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('leaves nothing behind when it fails', () => {
    const path = join(folder, 'taken');
    writeAtomically(join(folder, 'x'), '', 0o600);
    expect(() => {
      writeAtomically(join(path, 'inside'), 'x', 0o600);
    }).toThrow(expect.objectContaining({ code: 'ENOENT' }));
    expect(readdirSync(folder)).toEqual(['x']);
  });
});
