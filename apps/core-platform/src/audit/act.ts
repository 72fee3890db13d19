import type { ErrorCode } from '@app/errors';
import type { PersonCaller, RequestFacts, TenantCaller } from '../access/caller.js';

/** Everything that leaves a record, by its stable name. */
export const ACTS = [
  'user.register',
  'user.refuse',
  'hint.show',
  'totp.setup',
  'totp.confirm',
  'totp.disable',
  'totp.recover',
  'session.start',
  'session.refresh',
  'session.end',
  'session.reuse',
  'tenant.create',
  'tenant.rename',
  'tenant.delete',
  'tenant.export',
  'member.add',
  'member.remove',
  'connection.ready',
  'keys.rotate',
  'keys.rewrap',
  'encryption.change',
  'encryption.destroy',
  'item.create',
  'item.read',
  'item.list',
  'item.replace',
  'item.delete',
  'blob.list',
  'audit.export',
] as const;
export type ActName = (typeof ACTS)[number];

/** What an act was done to. */
export interface Subject {
  readonly kind: 'user' | 'session' | 'tenant' | 'connection' | 'version' | 'item';
  readonly id: string;
}

/** One act, for the audit. Ids, words and counts; never content, names or secrets. */
export interface Act {
  readonly at: Date;
  readonly action: ActName;
  /** `success`, or the code of the refusal. */
  readonly outcome: 'success' | ErrorCode;
  readonly tenantId?: string;
  /** The person who acted; absent where the core itself did. */
  readonly userId?: string;
  readonly subject?: Subject;
  /** To how many things it was done. */
  readonly items: number;
  readonly requestId: string;
  readonly accessReason?: string;
  /** Words of our own, such as the role that was given. */
  readonly details?: Readonly<Record<string, string>>;
}

/** What may be said of an act beyond who did what and when. */
export type ActFacts = Partial<Pick<Act, 'subject' | 'items' | 'details' | 'outcome'>>;

function reasonOf({ accessReason }: RequestFacts): { accessReason?: string } {
  return accessReason === undefined ? {} : { accessReason };
}

/** An act in a tenant. */
export function tenantAct(
  caller: RequestFacts & Pick<TenantCaller, 'userId' | 'tenantId'>,
  action: ActName,
  at: Date,
  facts: ActFacts = {},
): Act {
  return { ...personAct(caller, action, at, facts), tenantId: caller.tenantId };
}

/** An act of a person outside any tenant. */
export function personAct(
  caller: RequestFacts & Pick<PersonCaller, 'userId'>,
  action: ActName,
  at: Date,
  facts: ActFacts = {},
): Act {
  const { requestId, userId } = caller;
  const common = { at, action, outcome: 'success', items: 1, userId, requestId } as const;
  return { ...common, ...reasonOf(caller), ...facts };
}
