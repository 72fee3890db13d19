import { describe, expect, it } from 'vitest';
import {
  type Action,
  allows,
  isForAnyone,
  isRole,
  mayGrant,
  POLICY,
  type Role,
  ROLES,
} from './policy.js';

/** The wire contract, section 2, "Roles", spelled out: o = owner, a = admin, m = member, u = auditor. */
const EXPECTED: Record<Action, string> = {
  'account:read': 'anyone',
  'session:end': 'anyone',
  'second-factor:change': 'anyone',
  'tenants:list': 'anyone',
  'tenants:create': 'anyone',
  'tenant:read': 'oamu',
  'tenant:rename': 'oa',
  'tenant:delete': 'o',
  'tenant:export': 'oa',
  'members:read': 'oau',
  'members:add': 'oa',
  'members:remove': 'oa',
  'owners:change': 'o',
  'vault:read': 'oam',
  'vault:write': 'oam',
  'blobs:read': 'oa',
  'keys:rotate': 'oa',
  'keys:rewrap': 'o',
  'encryption:read': 'oa',
  'encryption:change': 'oa',
  'versions:read': 'oau',
  'audit:read': 'anyone',
  'tenant-audit:read': 'oau',
};
const LETTER: Record<Role, string> = { owner: 'o', admin: 'a', member: 'm', auditor: 'u' };

describe('POLICY', () => {
  it.each(Object.keys(POLICY) as Action[])(
    'gives %s to exactly the roles of the contract',
    (action) => {
      const roles = ROLES.filter((role) => allows(role, action)).map((role) => LETTER[role]);
      expect(isForAnyone(action) ? 'anyone' : roles.join('')).toBe(EXPECTED[action]);
    },
  );
});

describe('mayGrant', () => {
  it.each<[Role, Role[]]>([
    ['owner', ['owner', 'admin', 'member', 'auditor']],
    ['admin', ['admin', 'member', 'auditor']],
    ['member', ['member']],
    ['auditor', ['auditor']],
  ])('lets %s grant %j and no more', (granter, granted) => {
    expect(ROLES.filter((role) => mayGrant(granter, role))).toEqual(granted);
  });
});

describe('isRole', () => {
  it.each(['root', 'Owner', '', 'toString', undefined, 1])('does not take %j', (text) => {
    expect(isRole(text)).toBe(false);
  });
});
