import { type DecryptAnswer, DecryptItem } from '@app/contract';
import { AppError } from '@app/errors';
import { assertDecrypts } from '../versions/key-version-state.js';
import type { OpenKeyset } from '../use/keyset-uses.js';
import type { MessageCounter } from '../counting/message-counter.js';
import { type Opening, openUnder, parseOpening, toDecryptAnswer } from '../data/opening.js';
import type { BatchKind, DoneItem } from './batch-kind.js';

/** `POST /v1/decrypt/batch`. */
export class DecryptBatch implements BatchKind<DecryptItem, Opening, DecryptAnswer> {
  readonly operation = 'decrypt-batch';
  readonly item = DecryptItem;

  constructor(private readonly counter: MessageCounter) {}

  prepare(item: DecryptItem): Opening {
    return parseOpening(item);
  }

  versionIdOf({ versionId }: Opening): string {
    return versionId;
  }

  needsActive(): boolean {
    return false;
  }

  async work(opening: Opening, keyset: OpenKeyset): Promise<DoneItem<DecryptAnswer>> {
    const version = keyset.version(opening.versionId);
    if (version === undefined) throw new AppError('not_found');
    assertDecrypts(version);
    this.counter.noteUse(version);
    const opened = openUnder(await keyset.keys(version), version, opening, 'data');
    return { answer: toDecryptAnswer(opened), opened: version.id };
  }

  /** All of it is opened again: that is cheap, and what is released was decided on what is so now. */
  stands(): boolean {
    return false;
  }

  dispose(): void {
    // It holds what the caller sent, and no plaintext.
  }
}
