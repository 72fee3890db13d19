import type { DecryptRequest, ReencryptAnswer } from '@app/contract';
import type { Call } from '@app/server';
import type { ClientCaller } from '../../callers/caller.js';
import { sealingKeyset } from '../data/counted-sealing.js';
import type { KeysetUses, KeysetWork, OpenKeyset } from '../use/keyset-uses.js';
import { type Opening, parseOpening } from '../data/opening.js';
import type { Reencrypted, Reencryption } from './reencryption.js';

/** Re-encrypts one blob. */
export class ReencryptData {
  constructor(
    private readonly uses: KeysetUses,
    private readonly reencryption: Reencryption,
  ) {}

  /** @throws AppError as {@link KeysetUses.run}, and `invalid_base64`, `invalid_request`, `decryption_failed`. */
  async run(caller: ClientCaller, call: Call, request: DecryptRequest): Promise<ReencryptAnswer> {
    const opening = parseOpening(request);
    let done: Reencrypted | undefined;
    return this.uses.run({
      caller,
      call,
      operation: 'reencrypt',
      encryptionId: request.encryptionId,
      versionIds: () => [opening.versionId, ...(done?.sealed === undefined ? [] : [done.sealed])],
      isTolerant: false,
      needsActive: true,
      work: async (keyset) => {
        const worked = await this.#work(opening, keyset, done);
        if (worked === 'renew') return worked;
        done = worked.done;
        return worked.mustRenew ? 'renew' : toWork(worked.done, worked.isDue);
      },
    });
  }

  async #work(
    opening: Opening,
    keyset: OpenKeyset,
    before: Reencrypted | undefined,
  ): Promise<{ done: Reencrypted; isDue: boolean; mustRenew: boolean } | 'renew'> {
    // The message that it was is counted already.
    if (before !== undefined && this.reencryption.stands(before, keyset))
      return { done: before, isDue: false, mustRenew: false };
    const open = sealingKeyset(keyset);
    const done = await this.reencryption.run(opening, open);
    return done === 'renew' ? done : { done, isDue: open.isDue, mustRenew: open.mustRenew };
  }
}

function toWork(
  { answer, bytes, opened, sealed }: Reencrypted,
  isDue: boolean,
): KeysetWork<ReencryptAnswer> {
  const itemsByVersion = new Map([[opened, 1]]);
  if (sealed !== undefined) itemsByVersion.set(sealed, 1);
  return { result: answer, outcome: 'success', items: 1, bytes, itemsByVersion, isDue };
}
