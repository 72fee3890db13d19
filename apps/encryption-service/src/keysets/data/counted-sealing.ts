import type { EncryptAnswer } from '@app/contract';
import type { SealInput } from '@app/crypto';
import type { EncryptionKeyVersionEntity } from '../rows/encryption-key-version.entity.js';
import type { OpenKeyset } from '../use/keyset-uses.js';
import type { MessageCounter } from '../counting/message-counter.js';
import { sealUnder } from './sealing.js';

/** A keyset under which several messages are sealed in one use. */
export interface SealingKeyset extends OpenKeyset {
  /** Whether the active version has seen enough. */
  isDue: boolean;
  /** Whether a new one must be made in this call, once what is sealed is kept: a client's key is gone when its call ends. */
  readonly mustRenew: boolean;
}

export function sealingKeyset(keyset: OpenKeyset): SealingKeyset {
  const { encryption, active } = keyset;
  return {
    encryption,
    active,
    version: (id) => keyset.version(id),
    keys: (version) => keyset.keys(version),
    isDue: false,
    get mustRenew() {
      return this.isDue && encryption.mode === 'client';
    },
  };
}

/** Seals messages one by one and counts each of them once. */
export class CountedSealing {
  constructor(private readonly counter: MessageCounter) {}

  /**
   * @returns `renew` where a new active version must be made first; nothing was counted then.
   * @throws AppError `version_not_usable` at the hard limit of the cipher, `database_unavailable`, and as {@link OpenKeyset.keys}.
   */
  async seal(
    keyset: SealingKeyset,
    version: EncryptionKeyVersionEntity,
    input: SealInput,
  ): Promise<EncryptAnswer | 'renew'> {
    const keys = await keyset.keys(version);
    // It ends with its message, not with the call: the next one may have to wait for all that are under way.
    return this.counter.during(async () => {
      const need = await this.counter.take(keyset.encryption, version, 1, input.data.length);
      if (need === 'required') return 'renew';
      if (need === 'wanted' && version.state === 'active') keyset.isDue = true;
      return sealUnder(keys, version, input);
    });
  }
}
