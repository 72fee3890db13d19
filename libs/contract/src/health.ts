import { Field, LowerCaseField, NestedField } from './field.js';
import { integer, listOf, oneOf, text, uuid } from './rules.js';

/** Who the credentials of the call belong to. */
export class HealthClient {
  @LowerCaseField(uuid(), { description: 'The client.' })
  id: string;

  @LowerCaseField(uuid(), { description: 'Its tenant; absent for an operator.', optional: true })
  tenantId?: string;

  @Field(listOf(text(), 0, 100), { description: 'What it may do.' })
  scopes: string[];

  @Field(listOf(uuid(), 1, 1000), {
    description: 'The only encryptions that it may use.',
    optional: true,
  })
  encryptionIds?: string[];
}

export class HealthAnswer {
  @Field(oneOf(['ok']), { description: 'The service answers.' })
  status: 'ok';

  @Field(integer(1), { description: 'The version of this contract.' })
  contract: number;

  @NestedField(HealthClient, { description: 'Who is calling.' })
  client: HealthClient;

  @Field(listOf(text(), 0, 100), {
    description: 'What this service has beyond encrypt, decrypt and rotate.',
  })
  features: string[];
}
