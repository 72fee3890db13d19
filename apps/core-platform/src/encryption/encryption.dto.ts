import { Field, LowerCaseField, MASTER_KEY_MODES, type MasterKeyMode, rules } from '@app/contract';

const MODE =
  'Whose master key wraps the keys: the platform’s, or the tenant’s own, which comes with each call.';

/** `PUT /tenants/{id}/encryption`. */
export class EncryptionRequest {
  @Field(rules.oneOf(MASTER_KEY_MODES), { description: MODE })
  masterKeyMode: MasterKeyMode;
}

/** The tenant's encryption; never a key or a credential. */
export class TenantEncryptionAnswer {
  @Field(rules.oneOf(MASTER_KEY_MODES), { description: MODE })
  masterKeyMode: MasterKeyMode;

  @LowerCaseField(rules.uuid(), { description: 'The encryption at the tenant’s service.' })
  encryptionId: string;
}
