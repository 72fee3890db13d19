import type { ReencryptAnswer } from '@app/contract';
import type { SealingKeyset } from '../data/counted-sealing.js';
import type { Opening } from '../data/opening.js';
import type { Reencryption } from '../reencrypt/reencryption.js';
import type { OpenKeyset } from '../use/keyset-uses.js';
import type { DoneItem } from './batch-kind.js';
import { OpeningBatch } from './opening-batch.js';

/** `POST /v1/reencrypt/batch`. */
export class ReencryptBatch extends OpeningBatch<ReencryptAnswer> {
  readonly operation = 'reencrypt-batch';
  readonly releases = false;

  constructor(private readonly reencryption: Reencryption) {
    super();
  }

  override needsActive(): boolean {
    return true;
  }

  work(opening: Opening, keyset: SealingKeyset): Promise<DoneItem<ReencryptAnswer> | 'renew'> {
    return this.reencryption.run(opening, keyset);
  }

  override stands(done: DoneItem<ReencryptAnswer>, keyset: OpenKeyset): boolean {
    return this.reencryption.stands(done, keyset);
  }
}
