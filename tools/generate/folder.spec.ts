import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { differences, writeDocuments } from './folder.js';

const DOCUMENTS = new Map([
  ['a.json', '{}\n'],
  ['b.md', '# B\n'],
]);

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'generate-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('generated documents', () => {
  it('are all missing where there is no folder', () => {
    expect(differences(join(folder, 'none'), DOCUMENTS)).toEqual([
      { file: 'a.json', kind: 'missing' },
      { file: 'b.md', kind: 'missing' },
    ]);
  });

  it('are told apart as missing, different, or made by nothing any more', () => {
    writeFileSync(join(folder, 'b.md'), '# b\n');
    writeFileSync(join(folder, 'old.json'), '{}\n');
    expect(differences(folder, DOCUMENTS)).toEqual([
      { file: 'a.json', kind: 'missing' },
      { file: 'b.md', kind: 'different' },
      { file: 'old.json', kind: 'made by nothing' },
    ]);
  });

  it('differ in nothing once they are written, and what nothing makes is gone', () => {
    writeFileSync(join(folder, 'old.json'), '{}\n');
    writeDocuments(folder, DOCUMENTS);
    expect(differences(folder, DOCUMENTS)).toEqual([]);
    expect(readdirSync(folder)).toEqual(['a.json', 'b.md']);
    expect(readFileSync(join(folder, 'b.md'), 'utf8')).toBe('# B\n');
  });
});
