import { SecretBytes } from '@app/secret';
import { deriveVersionKeys } from '../blob/version-keys.js';
import { COMMITMENT_BYTES, SALT_BYTES } from '../stream/chunk-keys.js';
import { MessageOpener } from '../stream/message-opener.js';
import { MessageSealer } from '../stream/message-sealer.js';
import { encodeStreamBinding } from '../stream/stream-binding.js';
import { encodeStreamHeader, STREAM_HEADER_BYTES } from '../stream/stream-header.js';
import { flipBit, hex, isRefused } from './flip-bit.js';
import type { KnownAnswers } from './known-answers.js';

const HEAD_BYTES = STREAM_HEADER_BYTES + SALT_BYTES + COMMITMENT_BYTES;

/** The last bit before the chunks changed: only the comparison of commitments finds it. */
function withOtherCommitment(stream: Buffer): Buffer {
  return Buffer.concat([flipBit(stream.subarray(0, HEAD_BYTES)), stream.subarray(HEAD_BYTES)]);
}

/** The stream of every suite: its keys, its chunks and its commitment. */
export function checkStream(known: KnownAnswers['stream']): boolean {
  using dek = new SecretBytes(hex(known.dek));
  using keys = deriveVersionKeys(dek, known.place);
  const binding = encodeStreamBinding(keys, known.context);
  const [data, stream] = [hex(known.data), hex(known.stream)];
  const sealer = new MessageSealer(keys.streamKey, hex(known.salt), binding);
  const sealed = [
    encodeStreamHeader(known.place.encryptionVersionId),
    sealer.head(),
    ...sealer.update(data),
    sealer.end(),
  ];
  const open = (bytes: Buffer): Buffer => {
    const opener = new MessageOpener(keys.streamKey, binding);
    return Buffer.concat([...opener.update(bytes.subarray(STREAM_HEADER_BYTES)), opener.end()]);
  };
  return (
    Buffer.concat(sealed).equals(stream) &&
    open(stream).equals(data) &&
    isRefused(() => open(flipBit(stream)), 'decryption_failed') &&
    isRefused(() => open(withOtherCommitment(stream)), 'decryption_failed') &&
    isRefused(() => open(stream.subarray(0, -1)), 'decryption_failed')
  );
}
