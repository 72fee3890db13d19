import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from '../files/write-atomically.js';

/** A file that is not as the code says, and in what way. */
export interface Difference {
  readonly file: string;
  readonly kind: 'missing' | 'different' | 'made by nothing';
}

type Documents = ReadonlyMap<string, string>;

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** Compares a folder with the documents that it should hold, and no others. */
export function differences(folder: string, documents: Documents): Difference[] {
  const present = namesIn(folder);
  const wrong = [...documents].flatMap(([file, content]): Difference[] => {
    if (!present.includes(file)) return [{ file, kind: 'missing' }];
    const isSame = readFileSync(join(folder, file), 'utf8') === content;
    return isSame ? [] : [{ file, kind: 'different' }];
  });
  const surplus = present.filter((file) => !documents.has(file));
  return [...wrong, ...surplus.map((file) => ({ file, kind: 'made by nothing' }) as const)];
}

/** Makes a folder hold the documents, and no others. */
export function writeDocuments(folder: string, documents: Documents): void {
  mkdirSync(folder, { recursive: true });
  for (const { file } of differences(folder, documents)) {
    const content = documents.get(file);
    if (content === undefined) rmSync(join(folder, file));
    else writeAtomically(join(folder, file), content, 0o644);
  }
}
