import { type ErrorCode } from '@app/errors';
import { DecryptAnswer, Decryptable, EncryptAnswer, Encryptable, ReencryptAnswer } from './data.js';
import { Field, ItemsField, LowerCaseField, NestedField } from './field.js';
import { bool, onlyTrue, text, uuid } from './rules.js';

/** Items of a batch at most. */
/** Items of a batch at most. */
export const MAX_BATCH_ITEMS = 1000;

const REFERENCE = { description: 'The caller’s own word for the item, echoed.', optional: true };
const SAME = {
  description: 'Where given it must be the one of the call.',
  optional: true,
};
const ITEMS = {
  description: '1 to 1,000. What is wrong inside one is told in its result, and harms no other.',
  most: MAX_BATCH_ITEMS,
};

/** What every item of a batch may have besides. */
export interface BatchItem {
  readonly encryptionId?: string;
  readonly reference?: string;
}

/** An item of `POST /v1/encrypt/batch`. */
export class EncryptItem extends Encryptable implements BatchItem {
  @LowerCaseField(uuid(), SAME)
  encryptionId?: string;

  @Field(text(), REFERENCE)
  reference?: string;
}

/** An item of the other batches: what encrypt, re-encrypt or their batches answered may be handed back whole. */
export class DecryptItem extends Decryptable implements BatchItem {
  @LowerCaseField(uuid(), SAME)
  encryptionId?: string;

  @Field(text(), REFERENCE)
  reference?: string;
}

/** The call of a batch: its items are checked one by one, by a class of their own. */
class Batch {
  @LowerCaseField(uuid(), { description: 'The encryption.' })
  encryptionId: string;
}

/** `POST /v1/encrypt/batch`. */
export class EncryptBatchRequest extends Batch {
  @ItemsField(EncryptItem, ITEMS)
  items: unknown[];
}

/** `POST /v1/decrypt/batch`, `/v1/reencrypt/batch` and `/v1/verify/batch`. */
export class DecryptBatchRequest extends Batch {
  @ItemsField(DecryptItem, ITEMS)
  items: unknown[];
}

/** Why one item came to nothing. */
export class ItemError {
  @Field(text(), { description: 'As in the problem that a single call would have answered.' })
  code: ErrorCode;

  @Field(text(), { description: 'For people.' })
  detail: string;

  @Field(bool(), { description: 'Whether the same item may succeed later.' })
  retryable: boolean;
}

/** An item that came to nothing. */
export class ItemFailure {
  @Field(text(), REFERENCE)
  reference?: string;

  @NestedField(ItemError, { description: 'Why.' })
  error: ItemError;
}

/** An item that was encrypted. */
export class EncryptedItem extends EncryptAnswer {
  @Field(text(), REFERENCE)
  reference?: string;
}

/** An item that was decrypted. */
export class DecryptedItem extends DecryptAnswer {
  @Field(text(), REFERENCE)
  reference?: string;
}

/** An item that was re-encrypted. */
export class ReencryptedItem extends ReencryptAnswer {
  @Field(text(), REFERENCE)
  reference?: string;
}

/** An item that opens. */
export class VerifiedItem {
  @Field(text(), REFERENCE)
  reference?: string;

  @Field(onlyTrue(), { description: 'It opens; its plaintext is not told.' })
  ok: true;
}

const RESULTS = { description: 'One for each item, in order.', most: MAX_BATCH_ITEMS };

export class EncryptBatchAnswer {
  @ItemsField([EncryptedItem, ItemFailure], RESULTS)
  results: (EncryptedItem | ItemFailure)[];
}

export class DecryptBatchAnswer {
  @ItemsField([DecryptedItem, ItemFailure], RESULTS)
  results: (DecryptedItem | ItemFailure)[];
}

export class ReencryptBatchAnswer {
  @ItemsField([ReencryptedItem, ItemFailure], RESULTS)
  results: (ReencryptedItem | ItemFailure)[];
}

export class VerifyBatchAnswer {
  @ItemsField([VerifiedItem, ItemFailure], RESULTS)
  results: (VerifiedItem | ItemFailure)[];
}
