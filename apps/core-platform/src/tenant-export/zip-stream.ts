import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { ZipFile } from 'yazl';

/** A file of a zip: its text is made only when it is its turn, in the order of the files. */
export interface ZippedFile {
  readonly name: string;
  readonly text: () => AsyncIterable<string>;
}

/** What a file came to, once it was written. */
export interface WrittenFile {
  readonly name: string;
  readonly bytes: number;
  /** Of its bytes before they were compressed, in hexadecimal digits. */
  readonly sha256: string;
}

/** Regular files that only their owner reads. */
const MODE = 0o100600;

/**
 * Writes a zip (PKWARE APPNOTE, ZIP64 where it must) of files that are made one behind the other, in constant memory.
 *
 * @param written - is told of each file once it is complete, before the next one begins.
 * @returns the bytes. A failure of one file destroys it, so that a cut zip has no directory and opens nowhere; and whoever destroys it ends
 * the file that is being made.
 */
export function zipStream(
  files: readonly ZippedFile[],
  at: Date,
  written: (file: WrittenFile) => void,
): Readable {
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  let current: Readable | undefined;
  for (const file of files) {
    zip.addReadStreamLazy(file.name, { mtime: at, mode: MODE }, (take) => {
      current = Readable.from(digested(file, written), { objectMode: false });
      current.once('error', (error) => output.destroy(error));
      // The library listens for an error of its own and would throw it once more: it is told of none.
      take(null, current);
    });
  }
  zip.end();
  output.once('close', () => current?.destroy());
  return output;
}

async function* digested(
  { name, text }: ZippedFile,
  written: (file: WrittenFile) => void,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const part of text()) {
    const chunk = Buffer.from(part, 'utf8');
    hash.update(chunk);
    bytes += chunk.length;
    yield chunk;
  }
  written({ name, bytes, sha256: hash.digest('hex') });
}
