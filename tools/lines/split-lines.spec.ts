import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitLines, TOO_LONG } from './split-lines.js';

async function linesOf(parts: readonly string[], mostBytes = 100): Promise<string[]> {
  async function* source(): AsyncGenerator<Uint8Array> {
    for (const part of parts) yield Promise.resolve(Buffer.from(part));
  }
  const lines: string[] = [];
  for await (const line of splitLines(source(), mostBytes))
    lines.push(line === TOO_LONG ? 'too long' : Buffer.from(line).toString());
  return lines;
}

describe('lines', () => {
  it('end at each line feed, empty ones too, and the last one needs none', async () => {
    expect(await linesOf(['a\n\nb\r\nc'])).toEqual(['a', '', 'b\r', 'c']);
    expect(await linesOf(['a\n'])).toEqual(['a']);
    expect(await linesOf([])).toEqual([]);
  });

  it('are the same however the bytes arrive', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.stringMatching(/^[ab\n]{0,6}$/)), async (parts) => {
        expect(await linesOf(parts)).toEqual(await linesOf([parts.join('')]));
      }),
    );
  });

  it('are dropped where they are too long, and the next one is there', async () => {
    expect(await linesOf(['abc', 'def', '\nab\n'], 5)).toEqual(['too long', 'ab']);
    expect(await linesOf(['abcde\nabcdef'], 5)).toEqual(['abcde', 'too long']);
  });
});
