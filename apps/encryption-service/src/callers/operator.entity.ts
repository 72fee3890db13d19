import { Column, Entity, PrimaryColumn } from 'typeorm';
import { BIGINT, JsonRow } from '../integrity/columns.js';
import { type RowFormat, type SealedRow, setMember } from '../integrity/row-seals.js';
import { bindingMember, type StoredBinding } from './certificate-binding.js';
import { uuidBytes } from '@app/encoding';

/** Somebody who makes tenants; made on the host, reaches no key, no data and no audit record of a tenant. */
@Entity('operator')
export class OperatorEntity implements SealedRow {
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  name: string;

  @Column('text', { name: 'api_key' })
  apiKey: string;

  @Column('bytea', { name: 'secret_hash' })
  secretHash: Buffer;

  @Column('jsonb')
  certificates: StoredBinding[];

  @Column('text')
  state: 'active' | 'revoked';

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('bigint', { transformer: BIGINT })
  revision: bigint;

  @Column('bytea')
  mac: Buffer;
}

export const OPERATOR_FORMAT: RowFormat<OperatorEntity> = {
  table: 'operators',
  fields: (row) => [
    uuidBytes(row.id),
    row.apiKey,
    row.secretHash,
    setMember(row.certificates.map(bindingMember)),
    row.state,
  ],
};

export function operatorFromJson(json: Readonly<Record<string, unknown>>): OperatorEntity {
  const row = new JsonRow(json);
  return Object.assign(new OperatorEntity(), {
    id: row.text('id'),
    name: row.text('name'),
    apiKey: row.text('api_key'),
    secretHash: row.bytes('secret_hash'),
    certificates: row.json('certificates') as StoredBinding[],
    state: row.text('state') as OperatorEntity['state'],
    createdAt: row.time('created_at'),
    revision: row.bigint('revision'),
    mac: row.bytes('mac'),
  });
}
