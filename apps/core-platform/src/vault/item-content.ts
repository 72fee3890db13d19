import { type Encoding, MAX_DATA_BYTES } from '@app/contract';
import { decodeBase64 } from '@app/encoding';
import { AppError, invalidField } from '@app/errors';

/** An object of the person's own, such as JSON has it. */
export type ItemMetadata = Record<string, unknown>;

/** What a person stores as one item. */
export interface ItemContent {
  readonly type: string;
  readonly labels: readonly string[];
  readonly data: string;
  readonly encoding: Encoding;
  readonly metadata: ItemMetadata | undefined;
}

const MAX_METADATA_BYTES = 16 * 1024;

/**
 * Checks what the form of the fields alone does not say.
 *
 * @throws AppError `invalid_base64`, `payload_too_large` for more than 5 MiB of data, `invalid_request` for metadata that is too large.
 */
export function checkContent({ data, encoding, metadata }: ItemContent): void {
  const bytes =
    encoding === 'base64' ? decodeBase64(data, 'data').length : Buffer.byteLength(data, 'utf8');
  if (bytes > MAX_DATA_BYTES) throw new AppError('payload_too_large');
  if (metadata === undefined) return;
  if (Buffer.byteLength(JSON.stringify(metadata), 'utf8') > MAX_METADATA_BYTES)
    throw invalidField('metadata', 'must be at most 16 KiB of JSON');
}
