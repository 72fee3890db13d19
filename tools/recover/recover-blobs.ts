import { recoverLine, type RecoveryAnswer } from './recover-line.js';
import type { RecoveryKeys } from './recovery-keys.js';
import { splitLines, TOO_LONG } from '../lines/split-lines.js';

/** Bytes of a line at most: 5 MiB of data in base64, with as much again for escapes. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;

/** How many lines went how. */
export interface RecoveryCounts {
  opened: number;
  failed: number;
}

/**
 * Opens blobs that come as lines of JSON and answers each with one line, in order. It holds one line at a time.
 *
 * @param counts - counted up for each answer that was given out.
 */
export async function* recoverBlobs(
  keys: RecoveryKeys,
  source: AsyncIterable<Uint8Array>,
  counts: RecoveryCounts,
): AsyncGenerator<string, void, undefined> {
  for await (const line of splitLines(source, MAX_LINE_BYTES)) {
    const answer: RecoveryAnswer =
      line === TOO_LONG ? { error: { code: 'payload_too_large' } } : recoverLine(keys, line);
    if ('error' in answer) counts.failed += 1;
    else counts.opened += 1;
    yield `${JSON.stringify(answer)}\n`;
  }
}
