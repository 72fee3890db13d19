import { Column, Entity, PrimaryColumn } from 'typeorm';
import { uuidBytes } from '@app/encoding';
import type { ClientLimits, ClientScope } from '@app/contract';
import { bindingMember, type StoredBinding } from '../callers/certificate-binding.js';
import { limitsMember } from '../limits/client-limits.js';
import { BIGINT, JsonRow, OPTIONAL } from '../integrity/columns.js';
import { type RowFormat, type SealedRow, setMember, timeMember } from '../integrity/row-seals.js';

/** A program of a tenant that may call. */
@Entity('client')
export class ClientEntity implements SealedRow {
  @PrimaryColumn('uuid', { name: 'tenant_id' })
  tenantId: string;

  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  name: string;

  @Column('text', { name: 'api_key' })
  apiKey: string;

  @Column('bytea', { name: 'secret_hash' })
  secretHash: Buffer;

  @Column('text', { array: true })
  scopes: ClientScope[];

  /** The only encryptions that it may use; absent, all of the tenant. */
  @Column('uuid', { name: 'encryption_ids', array: true, nullable: true, transformer: OPTIONAL })
  encryptionIds: string[] | undefined;

  @Column('jsonb')
  certificates: StoredBinding[];

  @Column('boolean')
  unbound: boolean;

  @Column('timestamptz', { name: 'expires_at', nullable: true, transformer: OPTIONAL })
  expiresAt: Date | undefined;

  /** What narrows the limits of its tenant; absent, nothing does. */
  @Column('jsonb', { nullable: true, transformer: OPTIONAL })
  limits: ClientLimits | undefined;

  @Column('text')
  state: 'active' | 'revoked';

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;

  @Column('bigint', { transformer: BIGINT })
  revision: bigint;

  @Column('bytea')
  mac: Buffer;
}

function textSet(texts: readonly string[]): Buffer[] {
  return texts.map((text) => Buffer.from(text, 'utf8'));
}

export const CLIENT_FORMAT: RowFormat<ClientEntity> = {
  table: 'clients',
  fields: (row) => [
    uuidBytes(row.id),
    uuidBytes(row.tenantId),
    row.apiKey,
    row.secretHash,
    setMember(textSet(row.scopes)),
    setMember(row.encryptionIds?.map(uuidBytes)),
    setMember(row.certificates.map(bindingMember)),
    row.unbound,
    timeMember(row.expiresAt),
    limitsMember(row.limits),
    row.state,
  ],
};

export function clientFromJson(json: Readonly<Record<string, unknown>>): ClientEntity {
  const row = new JsonRow(json);
  return Object.assign(new ClientEntity(), {
    tenantId: row.text('tenant_id'),
    id: row.text('id'),
    name: row.text('name'),
    apiKey: row.text('api_key'),
    secretHash: row.bytes('secret_hash'),
    scopes: row.json('scopes') as ClientScope[],
    encryptionIds: row.json('encryption_ids') as string[] | undefined,
    certificates: row.json('certificates') as StoredBinding[],
    unbound: row.boolean('unbound'),
    expiresAt: row.optionalTime('expires_at'),
    limits: row.json('limits') as ClientLimits | undefined,
    state: row.text('state') as ClientEntity['state'],
    createdAt: row.time('created_at'),
    updatedAt: row.time('updated_at'),
    revision: row.bigint('revision'),
    mac: row.bytes('mac'),
  });
}
