import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { EncryptionState, MasterKeyMode, Rotation } from '@app/contract';
import { uuidBytes } from '@app/encoding';
import { BIGINT, JsonRow, OPTIONAL } from '../../integrity/columns.js';
import { laterMembers, type RowFormat, type SealedRow } from '../../integrity/row-seals.js';

/** The row of a keyset: one key context of one tenant. */
@Entity('encryption')
export class EncryptionEntity implements SealedRow {
  @PrimaryColumn('uuid', { name: 'tenant_id' })
  tenantId: string;

  @PrimaryColumn('uuid')
  id: string;

  @Column('text', { nullable: true, transformer: OPTIONAL })
  name: string | undefined;

  @Column('text')
  algorithm: string;

  @Column('text')
  state: EncryptionState;

  @Column('text')
  mode: MasterKeyMode;

  @Column('text', { nullable: true, transformer: OPTIONAL })
  provider: string | undefined;

  @Column('integer', { name: 'every_days', nullable: true, transformer: OPTIONAL })
  everyDays: number | undefined;

  @Column('bigint', { name: 'after_messages', nullable: true, transformer: BIGINT })
  afterMessages: bigint | undefined;

  @Column('boolean', { name: 'older_versions_encrypt' })
  olderVersionsEncrypt: boolean;

  /** What it was before it was scheduled for destruction, for a restore to go back to. */
  @Column('text', { name: 'state_before', nullable: true, transformer: OPTIONAL })
  stateBefore: EncryptionState | undefined;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;

  @Column('bigint', { transformer: BIGINT })
  revision: bigint;

  @Column('bytea')
  mac: Buffer;
}

export const ENCRYPTION_FORMAT: RowFormat<EncryptionEntity> = {
  table: 'encryptions',
  fields: (row) => [
    uuidBytes(row.id),
    uuidBytes(row.tenantId),
    row.name,
    row.algorithm,
    row.state,
    row.mode,
    row.provider,
    row.everyDays,
    row.afterMessages,
    row.olderVersionsEncrypt,
    ...laterMembers(row.stateBefore),
  ],
};

/** The rules of rotation as columns; what is not named is no rule. */
export function rotationColumns(
  rotation: Rotation | undefined,
): Pick<EncryptionEntity, 'everyDays' | 'afterMessages'> {
  const { everyDays, afterMessages } = rotation ?? {};
  return {
    everyDays,
    afterMessages: afterMessages === undefined ? undefined : BigInt(afterMessages),
  };
}

export function encryptionFromJson(json: Readonly<Record<string, unknown>>): EncryptionEntity {
  const row = new JsonRow(json);
  const afterMessages = row.optionalInteger('after_messages');
  return Object.assign(new EncryptionEntity(), {
    tenantId: row.text('tenant_id'),
    id: row.text('id'),
    name: row.optionalText('name'),
    algorithm: row.text('algorithm'),
    state: row.text('state') as EncryptionState,
    mode: row.text('mode') as MasterKeyMode,
    provider: row.optionalText('provider'),
    everyDays: row.optionalInteger('every_days'),
    afterMessages: afterMessages === undefined ? undefined : BigInt(afterMessages),
    olderVersionsEncrypt: row.boolean('older_versions_encrypt'),
    stateBefore: row.optionalText('state_before') as EncryptionState | undefined,
    createdAt: row.time('created_at'),
    updatedAt: row.time('updated_at'),
    revision: row.bigint('revision'),
    mac: row.bytes('mac'),
  });
}
