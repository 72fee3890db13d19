import { deriveVersionKeys, type KeyPlace, type VersionKeys } from '@app/crypto';
import {
  deriveChunkKeys,
  encodePlace,
  encodeStreamBinding,
  encodeStreamHeader,
  keyBytes,
  MessageOpener,
  MessageSealer,
  parseStreamHeader,
  STREAM_HEADER_BYTES,
} from '@app/crypto/vectors';
import { encodeContext } from '@app/encoding';
import type { Computed } from './check.js';
import type { Fields } from './fields.js';
import { contextOf, dekOf, placeOf } from './inputs.js';

/** A message of `length` bytes: `pattern` repeated and cut. */
function messageOf(input: Fields): Buffer {
  return Buffer.alloc(input.count('length'), input.bytes('pattern'));
}

function seal(keys: VersionKeys, input: Fields): Buffer {
  const binding = encodeStreamBinding(keys, contextOf(input));
  const sealer = new MessageSealer(keys.streamKey, input.bytes('salt'), binding);
  const chunks = [...sealer.update(messageOf(input))];
  const header = encodeStreamHeader(input.uuid('encryptionVersionId'));
  return Buffer.concat([header, sealer.head(), ...chunks, sealer.end()]);
}

/** Opens a whole stream; `release` is given what may go out at once. */
function open(
  keys: VersionKeys,
  input: Fields,
  stream: Buffer,
  release: (chunk: Buffer) => void,
): void {
  parseStreamHeader(stream.subarray(0, STREAM_HEADER_BYTES));
  const opener = new MessageOpener(keys.streamKey, encodeStreamBinding(keys, contextOf(input)));
  for (const chunk of opener.update(stream.subarray(STREAM_HEADER_BYTES))) release(chunk);
  release(opener.end());
}

function stepsOf(keys: VersionKeys, place: KeyPlace, input: Fields): Record<string, string> {
  const aad = encodeStreamBinding(keys, contextOf(input));
  const derived = deriveChunkKeys(keys.streamKey, input.bytes('salt'), aad);
  return {
    P: encodePlace(place).toString('hex'),
    K_stream: keyBytes(keys.streamKey).toString('hex'),
    C: encodeContext(contextOf(input)).toString('hex'),
    AAD: aad.toString('hex'),
    chunkKey: keyBytes(derived.key).toString('hex'),
    baseNonce: derived.baseNonce.toString('hex'),
    commitment: derived.commitment.toString('hex'),
  };
}

export function computeStream(input: Fields): Computed | undefined {
  const place = placeOf(input);
  if (place === undefined) return undefined;
  const keys = deriveVersionKeys(dekOf(input), place);
  const stream = seal(keys, input);
  const opened: Buffer[] = [];
  open(keys, input, stream, (chunk) => opened.push(chunk));
  return {
    steps: stepsOf(keys, place, input),
    result: { stream: stream.toString('hex') },
    holds: Buffer.concat(opened).equals(messageOf(input)),
  };
}

export function attemptStream(
  input: Fields,
  releasable: number | undefined,
): (() => unknown) | undefined {
  const place = placeOf(input);
  if (place === undefined) return undefined;
  const keys = deriveVersionKeys(dekOf(input), place);
  return () => {
    let released = 0;
    open(keys, input, input.bytes('stream'), (chunk) => {
      released += chunk.length;
      // No refusal of the library's: the verdict is that it is wrong.
      if (released > (releasable ?? 0)) throw new Error('more was given out than is authentic');
    });
  };
}
