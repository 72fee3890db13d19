import type { KeyUseEntry } from '../../audit/audit-log.js';
import { type Act, entryOf } from '../../audit/audited-acts.js';
import type { ClientCaller } from '../../callers/caller.js';
import type { EncryptionEntity } from '../rows/encryption.entity.js';
import type { EncryptionKeyVersionEntity } from '../rows/encryption-key-version.entity.js';

/** What a use of keys came to. */
export interface UseCounts {
  /** `success`, or the code of the refusal. */
  readonly outcome: string;
  readonly items: number;
  /** Bytes of plaintext in them; 0 where absent. */
  readonly bytes?: number;
  readonly failed?: number;
  readonly itemsByVersion?: ReadonlyMap<string, number>;
}

/** The record of a use, with everything that decided about it: it is written only while all of that still stands. */
export function useEntryOf(
  act: Act,
  caller: ClientCaller,
  encryption: EncryptionEntity,
  versions: readonly EncryptionKeyVersionEntity[],
  counts: UseCounts,
): KeyUseEntry {
  const { outcome, items, bytes = 0, failed = 0, itemsByVersion } = counts;
  return {
    ...entryOf(act, outcome, items),
    encryptionId: encryption.id,
    bytes,
    failed,
    // Of one version alone the record says it anyway.
    ...(itemsByVersion === undefined || versions.length === 1 ? {} : { itemsByVersion }),
    standing: {
      tenantRevision: caller.tenant.revision,
      clientRevision: caller.client.revision,
      encryptionRevision: encryption.revision,
      versionRevisions: new Map(versions.map(({ id, revision }) => [id, revision])),
    },
  };
}
