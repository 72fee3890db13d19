import type { AuditEntry } from './audit-log.js';

/** Who acts where no client asked: the service itself. No client has the nil UUID. */
export const THE_SERVICE = '00000000-0000-0000-0000-000000000000';

/** What the service did by itself. */
export interface ServiceAct {
  readonly tenantId: string;
  readonly encryptionId: string;
  readonly versionId?: string;
  readonly operation: string;
  /** Of the run in which it was done. */
  readonly requestId: string;
  /** How many keys; one unless said. */
  readonly items?: number;
  /** Why, where somebody at the host asked for it. */
  readonly accessReason?: string;
}

/** The record of what the service did by itself. */
export function entryOfService(act: ServiceAct): AuditEntry {
  return { items: 1, accessReason: undefined, ...act, clientId: THE_SERVICE, outcome: 'success' };
}
