import { DecryptItem } from '@app/contract';
import type { SealingKeyset } from '../data/counted-sealing.js';
import { type Opening, parseOpening } from '../data/opening.js';
import type { OpenKeyset } from '../use/keyset-uses.js';
import type { BatchKind, DoneItem } from './batch-kind.js';

/** What batches of blobs have in common: each item is decrypt's body, and names its version. */
export abstract class OpeningBatch<Answer extends object> implements BatchKind<
  DecryptItem,
  Opening,
  Answer
> {
  abstract readonly operation: string;
  abstract readonly releases: boolean;
  readonly item = DecryptItem;

  abstract work(opening: Opening, keyset: SealingKeyset): Promise<DoneItem<Answer> | 'renew'>;

  prepare(item: DecryptItem): Opening {
    return parseOpening(item);
  }

  versionIdOf({ versionId }: Opening): string {
    return versionId;
  }

  needsActive(): boolean {
    return false;
  }

  /** All of it is opened again: that is cheap, and what is released was decided on what is so now. */
  stands(_done: DoneItem<Answer>, _keyset: OpenKeyset): boolean {
    return false;
  }

  dispose(): void {
    // It holds what the caller sent, and no plaintext.
  }
}
