import { pipeline } from 'node:stream/promises';
import { readCommand } from '@app/config';
import { splitLines, TOO_LONG } from '../lines/split-lines.js';
import { printError, printLine } from '../terminal/print.js';
import { errorCode } from '../trial/error-code.js';
import { answerCase, type KatAnswer } from './answer-case.js';

const USAGE = `usage: npm run --silent kat < cases.jsonl

Reads known-answer tests as lines of JSON, each with "id", "op" and the fields of the op, and answers each with one line, in order:
{ "id", "ok": true, … } or { "id", "ok": false, "code" }. All bytes are lower-case hex. It runs the functions that the service uses.
tools/README.md lists the ops.`;

const UNUSABLE = 2;
/** Bytes of a case at most: a message of 16 MiB and some more, in hex. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;

async function* answerAll(source: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  for await (const line of splitLines(source, MAX_LINE_BYTES)) {
    const answer: KatAnswer =
      line === TOO_LONG ? { ok: false, code: 'payload_too_large' } : await answerCase(line);
    yield `${JSON.stringify(answer)}\n`;
  }
}

async function main(): Promise<number> {
  const { words, rest, helpWanted } = readCommand();
  if (helpWanted) {
    printLine(USAGE);
    return 0;
  }
  if (words.length > 0 || rest.length > 0) {
    printError(USAGE);
    return UNUSABLE;
  }
  try {
    await pipeline(process.stdin, answerAll, process.stdout);
  } catch (error) {
    // Whoever reads the answers has read enough.
    if (errorCode(error) !== 'EPIPE') throw error;
  }
  return 0;
}

process.exitCode = await main();
