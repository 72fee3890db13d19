import type { Clock } from '@app/ambient';
import type { FoundClient } from '../callers/caller.repository.js';
import type { KeyNames, KeysForUse } from '../keysets/rows/keyset.repository.js';
import { cacheKeyOf } from '../keysets/use/key-opener.js';
import type { KeyCache } from '../keysets/use/key-cache.js';
import { RecentRows, type RecentRowsLimits } from './recent-rows.js';

/** The channel on which the triggers of the database tell of changed rows. */
export const CHANGE_CHANNEL = 'keyward_change';

/** All that a replica remembers of rows, and how it hears that they have changed. */
export class Remembered {
  /** Clients with their tenants, by API key. */
  readonly callers: RecentRows<FoundClient>;
  /** Keysets under platform master keys that were usable, by tenant and what a call names. */
  readonly keysets: RecentRows<KeysForUse>;

  constructor(
    limits: RecentRowsLimits,
    clock: Clock,
    readonly keys: KeyCache,
  ) {
    this.callers = new RecentRows(limits, clock);
    this.keysets = new RecentRows(limits, clock);
  }

  /** Under what a keyset is remembered. */
  static keysetKey(tenantId: string, { encryptionId, versionId }: KeyNames): string {
    return `${tenantId}/${encryptionId}/${versionId ?? ''}`;
  }

  /** A notification: `table:tenant[:row]`, as the migration's trigger writes it. */
  onChange(payload: string): void {
    const [table, tenantId = '', rowId = ''] = payload.split(':');
    this.callers.forgetTenant(tenantId);
    this.keysets.forgetTenant(tenantId);
    if (table === 'encryption_key_version') this.keys.forget(cacheKeyOf(tenantId, rowId));
    if (table === 'encryption') this.keys.forgetEncryption(rowId);
  }

  /**
   * Notifications may have been missed. Opened keys stay: they decide nothing and expire by themselves, and a database that is away for
   * a moment must neither end the grace of a key service that is away too, nor have every key opened anew at once.
   */
  onGap(): void {
    this.callers.clear();
    this.keysets.clear();
  }
}
