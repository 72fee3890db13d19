import type { ReencryptAnswer } from '@app/contract';
import type { OpenedBlob } from '@app/crypto';
import { AppError } from '@app/errors';
import type { CountedSealing, SealingKeyset } from '../data/counted-sealing.js';
import type { EncryptionKeyVersionEntity } from '../rows/encryption-key-version.entity.js';
import { assertOpensInside, hasSealed } from '../versions/key-version-state.js';
import type { OpenKeyset } from '../use/keyset-uses.js';
import type { MessageCounter } from '../counting/message-counter.js';
import { openIn } from '../data/open-in-keyset.js';
import type { Opening } from '../data/opening.js';

/** Data and data keys alike, also from a compromised version: the plaintext goes nowhere. */
const RULE = { kind: 'any', admit: assertOpensInside } as const;

/** A blob that was re-encrypted, or is under the active version already. */
export interface Reencrypted {
  readonly answer: ReencryptAnswer;
  /** Of plaintext. */
  readonly bytes: number;
  readonly opened: string;
  /** Absent where it came back as it was. */
  readonly sealed?: string;
}

/** Opens a blob under its version and seals it under the active one; its plaintext is overwritten and goes nowhere. */
export class Reencryption {
  constructor(
    private readonly sealing: CountedSealing,
    private readonly counter: MessageCounter,
  ) {}

  /**
   * @returns `renew` where a new active version must be made first.
   * @throws AppError `not_found`, `version_not_usable`, `version_destroyed`, `decryption_failed`, and as {@link CountedSealing.seal}.
   */
  async run(opening: Opening, keyset: SealingKeyset): Promise<Reencrypted | 'renew'> {
    const { blob, version } = await openIn(keyset, opening, RULE, this.counter);
    try {
      if (version.state === 'active')
        return { answer: asItWas(opening, version), bytes: blob.data.length, opened: version.id };
      return await this.#seal(opening, version, blob, keyset);
    } finally {
      blob.data.fill(0);
    }
  }

  /** Whether what was done before something changed may still be released. */
  stands(
    { opened, sealed }: Pick<Partial<Reencrypted>, 'opened' | 'sealed'>,
    keyset: OpenKeyset,
  ): boolean {
    if (opened === undefined || !mayOpen(keyset, opened)) return false;
    // What came back as it was has to be under the version that is active now.
    return sealed === undefined ? keyset.active?.id === opened : hasSealed(keyset, sealed);
  }

  async #seal(
    { context }: Opening,
    version: EncryptionKeyVersionEntity,
    { kind, encoding, data, origin }: OpenedBlob,
    keyset: SealingKeyset,
  ): Promise<Reencrypted | 'renew'> {
    const { active } = keyset;
    if (active === undefined) throw new AppError('version_not_usable');
    // The first one stays for ever: whoever stole that version could have forged the blob.
    const from = origin ?? (version.state === 'compromised' ? version.id : undefined);
    const input = { kind, encoding, context, data, origin: from };
    const sealed = await this.sealing.seal(keyset, active, input);
    if (sealed === 'renew') return sealed;
    return {
      answer: Object.assign(sealed, { changed: true }),
      bytes: data.length,
      opened: version.id,
      sealed: active.id,
    };
  }
}

function asItWas(
  { cipherText, metadata }: Opening,
  { id, encryptionId, suite }: EncryptionKeyVersionEntity,
): ReencryptAnswer {
  return {
    cipherText,
    encryptionId,
    encryptionVersionId: id,
    algorithm: suite,
    metadata,
    changed: false,
  };
}

function mayOpen(keyset: OpenKeyset, id: string): boolean {
  try {
    const version = keyset.version(id);
    if (version === undefined) return false;
    assertOpensInside(version);
    return true;
  } catch {
    // It is done again, and then says why it cannot be.
    return false;
  }
}
