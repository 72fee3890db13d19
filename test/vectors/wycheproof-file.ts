import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@app/errors';

/** What every case of Wycheproof has. */
export interface WycheproofCase {
  readonly tcId: number;
  readonly comment: string;
  readonly result: 'valid' | 'invalid' | 'acceptable';
}

/** A file of Wycheproof; `G` is what a group has beside its cases. */
export interface WycheproofFile<T, G = unknown> {
  readonly numberOfTests: number;
  readonly testGroups: readonly (G & { readonly tests: readonly T[] })[];
}

export function loadWycheproof<T, G = unknown>(name: string): WycheproofFile<T, G> {
  return JSON.parse(
    readFileSync(join(import.meta.dirname, 'wycheproof', name), 'utf8'),
  ) as WycheproofFile<T, G>;
}

export function casesOf<T>(file: WycheproofFile<T>): T[] {
  return file.testGroups.flatMap(({ tests }) => tests);
}

export function hex(text: string): Buffer {
  return Buffer.from(text, 'hex');
}

/** The result, or the code of the refusal: a refused case is never a crash. */
export function outcome<T>(action: () => T): T | { code: string } {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { code: error.code };
  }
}
