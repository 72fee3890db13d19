import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { TenantState } from '@app/contract';
import { uuidBytes } from '@app/encoding';
import { BIGINT, JsonRow } from '../integrity/columns.js';
import type { RowFormat, SealedRow } from '../integrity/row-seals.js';

/** The isolation boundary: every key, client and record is of one tenant. */
@Entity('tenant')
export class TenantEntity implements SealedRow {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid', { name: 'operator_id' })
  operatorId: string;

  @Column('text')
  name: string;

  @Column('text')
  state: TenantState;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;

  @Column('bigint', { transformer: BIGINT })
  revision: bigint;

  @Column('bytea')
  mac: Buffer;
}

export const TENANT_FORMAT: RowFormat<TenantEntity> = {
  table: 'tenants',
  fields: (row) => [uuidBytes(row.id), uuidBytes(row.operatorId), row.state],
};

export function tenantFromJson(json: Readonly<Record<string, unknown>>): TenantEntity {
  const row = new JsonRow(json);
  return Object.assign(new TenantEntity(), {
    id: row.text('id'),
    operatorId: row.text('operator_id'),
    name: row.text('name'),
    state: row.text('state') as TenantState,
    createdAt: row.time('created_at'),
    updatedAt: row.time('updated_at'),
    revision: row.bigint('revision'),
    mac: row.bytes('mac'),
  });
}
