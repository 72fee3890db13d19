import { Field, LowerCaseField, rules } from '@app/contract';
import { type Role, ROLES } from '../access/policy.js';
import type { TenantOfPerson } from './tenant.repository.js';

const MAX_NAME_LENGTH = 128;

/** `POST /tenants` and `PUT /tenants/{id}`. */
export class TenantRequest {
  @Field(rules.label(MAX_NAME_LENGTH), { description: 'A name for people.' })
  name: string;
}

export class TenantAnswer {
  @LowerCaseField(rules.uuid(), { description: 'The tenant.' })
  id: string;

  @Field(rules.label(MAX_NAME_LENGTH), { description: 'Its name.' })
  name: string;

  @Field(rules.oneOf(ROLES), { description: 'What the caller is in it.' })
  role: Role;

  @Field(rules.time(), { description: 'When it was made.' })
  createdAt: string;

  @Field(rules.time(), { description: 'When it was last changed.' })
  updatedAt: string;
}

export function toTenantAnswer(tenant: TenantOfPerson): TenantAnswer {
  const { id, name, role, createdAt, updatedAt } = tenant;
  return {
    id,
    name,
    role,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}
