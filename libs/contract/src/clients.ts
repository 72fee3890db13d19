import { JSONSchema } from 'class-validator-jsonschema';
import { Field, LowerCaseField, NestedField } from './field.js';
import { MAX_NAME_LENGTH } from './encryptions.js';
import {
  bool,
  integer,
  label,
  listOf,
  onlyTrue,
  oneOf,
  text,
  textOf,
  time,
  uuid,
} from './rules.js';
import { CLIENT_SCOPES, type ClientScope } from './wire.js';

const DIGEST = textOf(/^[0-9A-Fa-f]{64}$/, 'must be a SHA-256 of 64 hexadecimal digits');
const MAX_ENCRYPTION_IDS = 1000;
const MAX_LIMIT = 1_000_000_000;

/** What a client may use where that is less than its tenant may; ten seconds' worth of a rate may come at once. */
export class ClientLimits {
  @Field(integer(1, MAX_LIMIT), { description: 'Requests in a second.', optional: true })
  requestsPerSecond?: number;

  @Field(integer(1, MAX_LIMIT), {
    description: 'Items that it decrypts in a second; a full batch may always come at once.',
    optional: true,
  })
  decryptItemsPerSecond?: number;

  @Field(integer(1, MAX_LIMIT), {
    description: 'Items that it decrypts in a day, UTC.',
    optional: true,
  })
  decryptItemsPerDay?: number;
}

/** What a client certificate is recognised by: exactly one of the three. */
@JSONSchema({ minProperties: 1, maxProperties: 1 })
export class CertificateBinding {
  @LowerCaseField(DIGEST, {
    description: 'SHA-256 of the whole certificate in DER, hexadecimal.',
    optional: true,
  })
  sha256?: string;

  @LowerCaseField(DIGEST, {
    description: 'SHA-256 of its public key (SPKI in DER), hexadecimal.',
    optional: true,
  })
  spkiSha256?: string;

  @Field(label(253), {
    description: 'A DNS name or URI among its subject alternative names.',
    optional: true,
  })
  san?: string;
}

/** `POST /v1/clients`. */
export class CreateClientRequest {
  @Field(label(MAX_NAME_LENGTH), { description: 'A name for people.' })
  name: string;

  @Field(listOf(oneOf(CLIENT_SCOPES), 1, CLIENT_SCOPES.length), {
    description: 'What it may do; no more than the caller may.',
  })
  scopes: ClientScope[];

  @Field(listOf(uuid(), 1, MAX_ENCRYPTION_IDS), {
    description: 'The only encryptions that it may use; absent, all of the tenant.',
    optional: true,
  })
  encryptionIds?: string[];

  @NestedField(CertificateBinding, {
    description:
      'The certificate that it must call with; absent, the public key of the one that made this call.',
    optional: true,
  })
  certificate?: CertificateBinding;

  @Field(onlyTrue(), {
    description: 'Any certificate of the CA will do: bound to none.',
    optional: true,
  })
  unbound?: true;

  @Field(time(), { description: 'When it ends.', optional: true })
  expiresAt?: string;

  @NestedField(ClientLimits, {
    description: 'What it may use, where that is less than the tenant may.',
    optional: true,
  })
  limits?: ClientLimits;
}

/** `PATCH /v1/clients/{id}`. */
export class PatchClientRequest {
  @Field(label(MAX_NAME_LENGTH), { description: 'A name for people.', optional: true })
  name?: string;

  @NestedField(CertificateBinding, {
    description: 'The one or two certificates that it may call with.',
    optional: true,
    most: 2,
  })
  certificates?: CertificateBinding[];

  @Field(time(), { description: 'When it ends.', optional: true })
  expiresAt?: string;

  @NestedField(ClientLimits, {
    description: 'What it may use, in place of what was said before; {} takes its limits away.',
    optional: true,
  })
  limits?: ClientLimits;
}

export class ClientAnswer {
  @LowerCaseField(uuid(), { description: 'The client.' })
  id: string;

  @Field(label(MAX_NAME_LENGTH), { description: 'Its name.' })
  name: string;

  @Field(text(), { description: 'What it sends as X-Api-Key.' })
  apiKey: string;

  @Field(listOf(oneOf(CLIENT_SCOPES), 1, CLIENT_SCOPES.length), { description: 'What it may do.' })
  scopes: ClientScope[];

  @Field(listOf(uuid(), 1, MAX_ENCRYPTION_IDS), {
    description: 'The only encryptions that it may use.',
    optional: true,
  })
  encryptionIds?: string[];

  @NestedField(CertificateBinding, {
    description: 'The certificates that it may call with.',
    most: 2,
  })
  certificates: CertificateBinding[];

  @Field(bool(), { description: 'Whether any certificate of the CA will do.' })
  unbound: boolean;

  @Field(time(), { description: 'When it ends.', optional: true })
  expiresAt?: string;

  @NestedField(ClientLimits, {
    description: 'What it may use, where that is less than the tenant may.',
    optional: true,
  })
  limits?: ClientLimits;

  @Field(time(), { description: 'When it was made.' })
  createdAt: string;
}

/** What making a client answers: the only time that its secret is told. */
export class CreatedClientAnswer extends ClientAnswer {
  @Field(text(), { description: 'What it sends as X-Api-Secret; told once.' })
  apiSecret: string;
}
