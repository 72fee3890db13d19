import { DecryptItem, type VerifiedItem } from '@app/contract';
import { AppError } from '@app/errors';
import { assertOpensInside } from '../versions/key-version-state.js';
import type { OpenKeyset } from '../use/keyset-uses.js';
import type { MessageCounter } from '../counting/message-counter.js';
import { type Opening, openUnder, parseOpening } from '../data/opening.js';
import type { BatchKind, DoneItem } from './batch-kind.js';

/** `POST /v1/verify/batch`: says what opens, data and data keys alike, and never what is in it. */
export class VerifyBatch implements BatchKind<DecryptItem, Opening, VerifiedItem> {
  readonly operation = 'verify-batch';
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

  async work(opening: Opening, keyset: OpenKeyset): Promise<DoneItem<VerifiedItem>> {
    const version = keyset.version(opening.versionId);
    if (version === undefined) throw new AppError('not_found');
    assertOpensInside(version);
    this.counter.noteUse(version);
    openUnder(await keyset.keys(version), version, opening, 'any').data.fill(0);
    return { answer: { ok: true }, opened: version.id };
  }

  stands(): boolean {
    return false;
  }

  dispose(): void {
    // It holds what the caller sent, and no plaintext.
  }
}
