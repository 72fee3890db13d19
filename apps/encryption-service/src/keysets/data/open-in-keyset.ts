import type { OpenedBlob, OpenInput } from '@app/crypto';
import { AppError } from '@app/errors';
import type { MessageCounter } from '../counting/message-counter.js';
import type { EncryptionKeyVersionEntity } from '../rows/encryption-key-version.entity.js';
import type { OpenKeyset } from '../use/keyset-uses.js';
import { type Opening, openUnder } from './opening.js';

/** What may be opened, and under versions in which states. */
export interface OpeningRule {
  readonly kind: OpenInput['kind'];
  /** @throws AppError where the state of the version does not allow it. */
  readonly admit: (version: EncryptionKeyVersionEntity) => void;
}

/**
 * Opens a blob under the version of a keyset that it names.
 *
 * @returns what it held, whose data the caller overwrites, and the version.
 * @throws AppError `not_found`, what `rule` says of the version, `decryption_failed`, and as {@link OpenKeyset.keys}.
 */
export async function openIn(
  keyset: OpenKeyset,
  opening: Opening,
  rule: OpeningRule,
  counter: MessageCounter,
): Promise<{ readonly blob: OpenedBlob; readonly version: EncryptionKeyVersionEntity }> {
  const version = keyset.version(opening.versionId);
  if (version === undefined) throw new AppError('not_found');
  rule.admit(version);
  counter.noteUse(version);
  return { blob: openUnder(await keyset.keys(version), version, opening, rule.kind), version };
}
