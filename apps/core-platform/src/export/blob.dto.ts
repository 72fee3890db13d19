import { Field, LowerCaseField, rules } from '@app/contract';
import { encodeBase64 } from '@app/encoding';
import { itemContext, type ItemPart } from '../vault/item-context.js';
import type { PlacedBlob } from '../vault-store/vault-list.repository.js';

const PARTS = ['data', 'metadata'] as const;

/** A blob with all that decrypt of its encryption service takes. */
export class BlobAnswer {
  @LowerCaseField(rules.uuid(), { description: 'The blob.' })
  id: string;

  @LowerCaseField(rules.uuid(), { description: 'The item that it is a part of.' })
  itemId: string;

  @Field(rules.oneOf(PARTS), { description: 'Which part.' })
  part: ItemPart;

  @Field(rules.text(), { description: 'The ciphertext, base64.' })
  cipherText: string;

  @LowerCaseField(rules.uuid(), { description: 'The encryption.' })
  encryptionId: string;

  @LowerCaseField(rules.uuid(), { description: 'The version.' })
  encryptionVersionId: string;

  @Field(rules.text(), { description: 'The algorithm.' })
  algorithm: string;

  @Field(rules.object(), { description: "The service's own, to be given back to it as it is." })
  metadata: Record<string, unknown>;

  @Field(rules.object(), { description: 'What it is bound to; it opens with exactly this.' })
  context: Record<string, string>;
}

export function toBlobAnswer({ blob, item, parts }: PlacedBlob, tenantId: string): BlobAnswer {
  const { id, part, encryptionId, encryptionVersionId, algorithm, metadata } = blob;
  const { id: itemId, type, labels, revision } = item;
  return {
    id,
    itemId,
    part,
    cipherText: encodeBase64(blob.cipherText),
    encryptionId,
    encryptionVersionId,
    algorithm,
    metadata,
    context: itemContext({ tenantId, itemId, part, parts, revision, type, labels }),
  };
}
