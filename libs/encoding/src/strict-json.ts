import { invalidField } from '@app/errors';
import { JsonScan } from './json-scan.js';

// ignoreBOM keeps a byte order mark in the text, and JSON.parse refuses it there.
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeText(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    throw invalidField('body', 'must be UTF-8');
  }
}

/**
 * Parses JSON (RFC 8259) that means one thing to every reader: valid UTF-8 without a byte order mark, no key twice in one object (as
 * decoded, so `"a"` and `"\u0061"` are one key), at most 32 containers inside one another, no lone surrogate in a key or a value, and no
 * number beyond a double. `__proto__` becomes an own key.
 *
 * @throws AppError `invalid_request`; `field` is a path such as `items[3].data`, or `body`. Never with a cause: the messages of
 * `JSON.parse` quote the text, and that may hold secrets.
 */
export function parseStrictJson(bytes: Uint8Array): unknown {
  const text = decodeText(bytes);
  // Before JSON.parse, which would build 200,000 nested arrays without a complaint.
  new JsonScan(text).run();
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw invalidField('body', 'must be JSON (RFC 8259)');
  }
}
