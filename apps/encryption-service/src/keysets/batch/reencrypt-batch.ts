import { DecryptItem, type ReencryptAnswer } from '@app/contract';
import type { SealingKeyset } from '../data/counted-sealing.js';
import type { OpenKeyset } from '../use/keyset-uses.js';
import { type Opening, parseOpening } from '../data/opening.js';
import type { Reencryption } from '../reencrypt/reencryption.js';
import type { BatchKind, DoneItem } from './batch-kind.js';

/** `POST /v1/reencrypt/batch`. */
export class ReencryptBatch implements BatchKind<DecryptItem, Opening, ReencryptAnswer> {
  readonly operation = 'reencrypt-batch';
  readonly item = DecryptItem;

  constructor(private readonly reencryption: Reencryption) {}

  prepare(item: DecryptItem): Opening {
    return parseOpening(item);
  }

  versionIdOf({ versionId }: Opening): string {
    return versionId;
  }

  needsActive(): boolean {
    return true;
  }

  work(opening: Opening, keyset: SealingKeyset): Promise<DoneItem<ReencryptAnswer> | 'renew'> {
    return this.reencryption.run(opening, keyset);
  }

  stands(done: DoneItem<ReencryptAnswer>, keyset: OpenKeyset): boolean {
    return this.reencryption.stands(done, keyset);
  }

  dispose(): void {
    // It holds what the caller sent, and no plaintext.
  }
}
