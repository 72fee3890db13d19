import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const VECTORS = ['keyward-v1.json', 'keyward-signed-v1.json']
  .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'))
  .join('');
const SPECIFICATIONS = join(import.meta.dirname, '../../docs/spec');
const FORMATS = [
  'blob-v1.md',
  'client-keys-v1.md',
  'encoding-v1.md',
  'export-v1.md',
  'receipt-v1.md',
  'rows-and-secrets-v1.md',
  'stream-v1.md',
  'wrapped-key-v1.md',
];

/** Values that nobody writes by hand: long hex, quoted base64, and the ids of vectors. */
const VALUES = [
  /\b[0-9a-f]{24,}\b/g,
  /"(?!keyward\/)[A-Za-z0-9+/]{12,}={0,2}"/g,
  /\b[a-z]+(?:-[a-z]+)*-[0-9]{2}\b(?!-)/g,
];

function valuesIn(text: string): string[] {
  return VALUES.flatMap((pattern) => text.match(pattern) ?? []).map((value) =>
    value.replaceAll('"', ''),
  );
}

describe('the specifications of the formats', () => {
  it('are all there', () => {
    expect(readdirSync(SPECIFICATIONS)).toEqual(expect.arrayContaining(FORMATS));
  });

  it.each(FORMATS)('have worked examples out of the vectors: %s', (name) => {
    const values = valuesIn(readFileSync(join(SPECIFICATIONS, name), 'utf8'));
    expect(values.length).toBeGreaterThan(8);
    expect(values.filter((value) => !VECTORS.includes(value))).toEqual([]);
  });
});
