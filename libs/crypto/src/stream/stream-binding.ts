import { encodeContext, type Context } from '@app/encoding';
import { encodeAssociatedData } from '../blob/associated-data.js';
import type { VersionKeys } from '../blob/version-keys.js';

/** The context of a stream in chunked encryption: AAD of `docs/spec/blob-v1.md` of the kind `stream`, encoding `base64`, no origin. */
export function encodeStreamBinding(keys: VersionKeys, context: Context | undefined): Buffer {
  return encodeAssociatedData(keys, { kind: 'stream', encoding: 'base64' }, encodeContext(context));
}
