import { CertificateBinding } from './clients.js';
import { MAX_NAME_LENGTH } from './encryptions.js';
import { Field, LowerCaseField, NestedField } from './field.js';
import { bool, label, oneOf, text, time, uuid } from './rules.js';

const TENANT_STATES = ['enabled', 'disabled'] as const;
export type TenantState = (typeof TENANT_STATES)[number];

/** `POST /v1/tenants`, for operators. */
export class CreateTenantRequest {
  @LowerCaseField(uuid(), { description: 'An id of the caller’s own choice.', optional: true })
  tenantId?: string;

  @Field(label(MAX_NAME_LENGTH), { description: 'A name for people.' })
  name: string;

  @NestedField(CertificateBinding, {
    description:
      'The certificate that both clients are bound to; absent, the public key of the one that made this call.',
    optional: true,
  })
  certificate?: CertificateBinding;

  @Field(bool(), { description: 'Whether an admin client is made as well.', optional: true })
  admin?: boolean;
}

/** Credentials of a new client; the secret is told once. */
export class ClientCredentials {
  @LowerCaseField(uuid(), { description: 'The client.' })
  id: string;

  @Field(text(), { description: 'What it sends as X-Api-Key.' })
  apiKey: string;

  @Field(text(), { description: 'What it sends as X-Api-Secret.' })
  apiSecret: string;
}

export class TenantClients {
  @NestedField(ClientCredentials, { description: 'For the application.' })
  app: ClientCredentials;

  @NestedField(ClientCredentials, {
    description: 'For the tenant’s security team.',
    optional: true,
  })
  admin?: ClientCredentials;
}

export class CreatedTenantAnswer {
  @LowerCaseField(uuid(), { description: 'The tenant.' })
  tenantId: string;

  @Field(label(MAX_NAME_LENGTH), { description: 'Its name.' })
  name: string;

  @Field(oneOf(TENANT_STATES), { description: 'Its state.' })
  state: TenantState;

  @NestedField(TenantClients, { description: 'Its first clients.' })
  clients: TenantClients;
}

export class TenantAnswer {
  @LowerCaseField(uuid(), { description: 'The tenant.' })
  tenantId: string;

  @Field(label(MAX_NAME_LENGTH), { description: 'Its name.' })
  name: string;

  @Field(oneOf(TENANT_STATES), { description: 'Every call of a disabled tenant is refused.' })
  state: TenantState;

  @Field(time(), { description: 'When it was made.' })
  createdAt: string;
}

/** `PATCH /v1/tenants/{id}`. */
export class PatchTenantRequest {
  @Field(label(MAX_NAME_LENGTH), { description: 'A name for people.', optional: true })
  name?: string;

  @Field(oneOf(TENANT_STATES), {
    description: 'disabled: every call of the tenant is refused.',
    optional: true,
  })
  state?: TenantState;
}
