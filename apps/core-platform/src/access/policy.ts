import { AppError } from '@app/errors';

/** Roles of a person in a tenant. */
export const ROLES = ['owner', 'admin', 'member', 'auditor'] as const;
export type Role = (typeof ROLES)[number];

/** Who may do one thing. Machines get a column of their own beside `people`. */
interface Rule {
  /** `signed-in`: whoever has a session; else an active member of the route's tenant with one of these roles. */
  readonly people: 'signed-in' | readonly Role[];
}

const EVERY_ROLE: Rule = { people: ROLES };
const MANAGERS: Rule = { people: ['owner', 'admin'] };
const OVERSEERS: Rule = { people: ['owner', 'admin', 'auditor'] };
const WORKERS: Rule = { people: ['owner', 'admin', 'member'] };

/**
 * The one table of who may do what, principal kind by action. A route names its action, and what is not in here nobody may.
 */
export const POLICY = {
  'account:read': { people: 'signed-in' },
  'session:end': { people: 'signed-in' },
  'second-factor:change': { people: 'signed-in' },
  'tenants:list': { people: 'signed-in' },
  'tenants:create': { people: 'signed-in' },
  'tenant:read': EVERY_ROLE,
  'tenant:rename': MANAGERS,
  'tenant:delete': { people: ['owner'] },
  'tenant:export': MANAGERS,
  'members:read': OVERSEERS,
  'members:add': MANAGERS,
  'members:remove': MANAGERS,
  /** Making or removing an owner. */
  'owners:change': { people: ['owner'] },
  'vault:read': WORKERS,
  'vault:write': WORKERS,
  'blobs:read': MANAGERS,
  'keys:rotate': MANAGERS,
  /** Changing the tenant's own master key: who does it holds both, and whoever is not told the new one is locked out. */
  'keys:rewrap': { people: ['owner'] },
  'encryption:read': MANAGERS,
  'encryption:change': MANAGERS,
  'versions:read': OVERSEERS,
  /** Reading the records of the tenants in which the person may. */
  'audit:read': { people: 'signed-in' },
  'tenant-audit:read': OVERSEERS,
} satisfies Record<string, Rule>;

export type Action = keyof typeof POLICY;

const ACTIONS = Object.keys(POLICY) as Action[];

/** Whether whoever has a session may do this without belonging to a tenant. */
export function isForAnyone(action: Action): boolean {
  const rule: Rule = POLICY[action];
  return rule.people === 'signed-in';
}

/** Whether a role allows an action in its tenant. */
export function allows(role: Role, action: Action): boolean {
  const rule: Rule = POLICY[action];
  return rule.people === 'signed-in' || rule.people.includes(role);
}

/** No one grants or takes away a role that can do more than their own. */
export function mayGrant(granter: Role, role: Role): boolean {
  return ACTIONS.every((action) => !allows(role, action) || allows(granter, action));
}

/** @throws AppError `forbidden` where {@link mayGrant} says no. */
export function assertMayGrant(granter: Role, role: Role): void {
  if (!mayGrant(granter, role)) throw new AppError('forbidden');
}

/** Whether a text out of the database or from a caller is a role. */
export function isRole(text: unknown): text is Role {
  return ROLES.some((role) => role === text);
}
