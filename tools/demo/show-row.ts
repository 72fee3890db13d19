import type { Row } from './core-database.js';

const SHOWN_BYTES = 24;
const SHOWN_CHARACTERS = 72;

function shortened(text: string): string {
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}…`;
}

function showBytes(bytes: Buffer): string {
  const start = bytes.subarray(0, SHOWN_BYTES).toString('hex');
  const more = bytes.length > SHOWN_BYTES ? '…' : '';
  return `\\x${start}${more} (${bytes.length.toLocaleString('en')} bytes)`;
}

function showValue(value: unknown): string {
  if (Buffer.isBuffer(value)) return showBytes(value);
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'string') return shortened(value);
  return shortened(JSON.stringify(value));
}

/** A row as aligned lines, one for each column; what is long is shortened. */
export function showRow(row: Row): string[] {
  const width = Math.max(...Object.keys(row).map((column) => column.length));
  return Object.entries(row).map(
    ([column, value]) => `${column.padEnd(width)}  ${showValue(value)}`,
  );
}

/** Shorter probes could be found by chance, or be a word that every row has. */
const LEAST_PROBE_BYTES = 12;
const PROBE_BYTES = 24;

/** Whether there is enough of a plaintext to look for it. */
export function canBeLookedFor(plaintext: Buffer): boolean {
  return plaintext.length >= LEAST_PROBE_BYTES;
}

/** In what forms a beginning of `plaintext` could be found in a row. */
function formsOf(plaintext: Buffer): string[] {
  if (!canBeLookedFor(plaintext)) return [];
  const probe = plaintext.subarray(0, PROBE_BYTES);
  return [
    probe.toString('latin1'),
    probe.toString('hex'),
    probe.toString('base64').replace(/.?=*$/, ''),
  ];
}

function contentOf(row: Row): string {
  return Object.values(row)
    .map((value) => {
      if (Buffer.isBuffer(value)) return value.toString('latin1');
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      return Buffer.from(text, 'utf8').toString('latin1');
    })
    .join('\n');
}

/** Whether the beginning of one of the plaintexts stands in one of the rows: as it is, in hexadecimal or in base64. */
export function hasPlaintext(rows: readonly Row[], plaintexts: readonly Buffer[]): boolean {
  const contents = rows.map(contentOf);
  return plaintexts.flatMap(formsOf).some((form) => contents.some((text) => text.includes(form)));
}
