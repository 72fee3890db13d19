import { Field } from './field.js';
import { bool, oneOf, text } from './rules.js';

const KEK_KINDS = [
  'local',
  'aws-kms',
  'azure-key-vault',
  'gcp-kms',
  'vault-transit',
  'pkcs11',
] as const;

/** A platform master key that an encryption can be under. */
export class KekProviderAnswer {
  @Field(text(), { description: 'Its configured name, which `masterKey.provider` takes.' })
  provider: string;

  @Field(oneOf(KEK_KINDS), { description: 'What keeps it.' })
  kind: (typeof KEK_KINDS)[number];

  @Field(text(), { description: 'Names this one master key; it stands in every key under it.' })
  uri: string;

  @Field(bool(), { description: 'Whether it is taken where no provider is named.' })
  default: boolean;

  @Field(bool(), {
    description:
      'Whether a key could be wrapped and opened again under it, some seconds ago at most.',
  })
  healthy: boolean;
}
