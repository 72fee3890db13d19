import type { Clock } from '@app/ambient';
import type { EncryptionAnswer, MasterKeyMode, RewrapRequest } from '@app/contract';
import { AppError, invalidField } from '@app/errors';
import type { Database } from '@app/persistence';
import type { Call } from '@app/server';
import type { AuditLog } from '../../audit/audit-log.js';
import { type Act, entryOf, runAct } from '../../audit/audited-acts.js';
import { type ClientCaller, reaches } from '../../callers/caller.js';
import { keysOfRewrap } from '../../master-key/key-of-call.js';
import type { UnderMasterKey } from '../../master-key/master-keys.js';
import type { PlatformMasterKeys } from '../../master-key/platform-master-keys.js';
import { toEncryptionAnswer } from '../encryptions/answers.js';
import { assertRenewable } from '../versions/key-version-state.js';
import type { KeysetRows } from '../rows/keyset.repository.typeorm.js';
import type { RewrappedKeyset, RewrapVersions } from './rewrap-versions.js';
import type { TenantChanges } from '../rows/tenant-changes.js';

const MANAGE = 'keys:manage';

/** A rotation or a disable that comes in between makes the keys be wrapped anew; so many in a row do not happen by chance. */
const MAX_TRIES = 5;

/** Who rewraps what. */
interface Rewrap {
  readonly caller: ClientCaller;
  readonly call: Call;
  readonly act: Act;
  readonly encryptionId: string;
  readonly to: UnderMasterKey;
}

/** Puts an encryption under another master key: every version is wrapped anew, all or none. No blob changes. */
export class RewrapKeyset {
  constructor(
    private readonly database: Database,
    private readonly changes: TenantChanges,
    private readonly rows: KeysetRows,
    private readonly rewrap: RewrapVersions,
    private readonly masterKeys: PlatformMasterKeys,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /**
   * Once it has been answered, the master key before opens nothing that is stored here. Until then it opens everything: there is no
   * moment at which some versions are under one and some under the other.
   *
   * @throws AppError `invalid_request`, `not_found`, `forbidden`, `master_key_*`, `rate_limited`, `encryption_disabled`,
   *   `version_not_usable`, `version_destroyed`, `conflict`, `kms_unavailable`.
   */
  async run(
    caller: ClientCaller,
    call: Call,
    encryptionId: string,
    request: RewrapRequest,
  ): Promise<EncryptionAnswer> {
    const to = { mode: request.mode, provider: this.#providerOf(request) };
    const { tenantId } = caller.client;
    const act = { tenantId, caller, call, operation: 'rewrap', encryptionId };
    return runAct(this.audit, act, async () => {
      if (!reaches(caller, encryptionId)) throw new AppError('not_found');
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const answer = await this.#try({ caller, call, act, encryptionId, to });
        if (answer !== undefined) return answer;
      }
      throw new AppError('conflict');
    });
  }

  /** @returns undefined where something has changed since the keys were read. */
  async #try(rewrap: Rewrap): Promise<EncryptionAnswer | undefined> {
    const { caller, act, encryptionId } = rewrap;
    const { tenantId } = caller.client;
    const rewrapped = await this.#prepare(rewrap);
    return this.changes.run(caller, async (manager) => {
      const now = this.clock.now();
      const revisions = await this.rewrap.store(manager, rewrapped, now);
      if (revisions === undefined) return undefined;
      const entry = entryOf(act, 'success', rewrapped.records.size);
      await this.audit.append(manager, { ...entry, revisions });
      const encryption = await this.rows.get(manager, tenantId, encryptionId);
      const active = await this.rows.findActive(manager, { tenantId, encryptionId });
      return toEncryptionAnswer(encryption, active?.id);
    });
  }

  async #prepare({ caller, call, encryptionId, to }: Rewrap): Promise<RewrappedKeyset> {
    const { tenantId, id: clientId } = caller.client;
    const [before, versions] = await this.database.transaction({ tenantId }, async (manager) => [
      await this.rows.get(manager, tenantId, encryptionId),
      await this.rows.allVersions(manager, { tenantId, encryptionId }),
    ]);
    assertMay(caller, before.mode, to.mode);
    const { old, next } = keysOfRewrap(before.mode, to.mode, call);
    assertRenewable(before);
    return this.rewrap.prepare(before, versions, {
      from: { clientId, key: old },
      to,
      next: { clientId, key: next },
    });
  }

  #providerOf({ mode, provider }: RewrapRequest): string | undefined {
    if (mode === 'platform') return this.masterKeys.nameOf(provider, 'provider');
    if (provider === undefined) return undefined;
    throw invalidField('provider', 'is not taken in client mode');
  }
}

/**
 * Whoever may rotate may also change a client's key for another, which needs both of them; to take an encryption out of its owner's
 * hands, or to another provider, is for who manages keys.
 */
function assertMay({ client }: ClientCaller, from: MasterKeyMode, to: MasterKeyMode): void {
  const staysWithItsClient = from === 'client' && to === 'client';
  if (!staysWithItsClient && !client.scopes.includes(MANAGE)) throw new AppError('forbidden');
}
