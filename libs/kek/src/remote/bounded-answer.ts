import { pipeline, type Readable, Transform } from 'node:stream';

/** Of an answer of a key service at most: those to what is asked here have some hundred bytes, errors and tokens some thousand. */
export const MAX_ANSWER_BYTES = 65_536;

/**
 * The same bytes, and an error in place of what is more than {@link MAX_ANSWER_BYTES}: whoever stands in for a key service must not fill
 * the memory of this process.
 *
 * @param source - handed over; it is ended where there is too much of it, or where nobody reads on.
 */
export function boundedAnswer(source: Readable): Readable {
  let seen = 0;
  const bounded = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen > MAX_ANSWER_BYTES) done(new RangeError('an answer of a key service is too long'));
      else done(null, chunk);
    },
  });
  // Whoever reads hears of the error.
  return pipeline(source, bounded, () => undefined);
}
