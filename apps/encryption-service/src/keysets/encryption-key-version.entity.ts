import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { VersionState } from '@app/contract';
import {
  parseWrappedKeyRecord,
  wrappedKeyAlarm,
  type SuiteName,
  type WrappedKeyRecord,
} from '@app/crypto';
import { type Member, uuidBytes } from '@app/encoding';
import { BIGINT, JsonRow, OPTIONAL } from '../integrity/columns.js';
import { type RowFormat, type SealedRow, timeMember } from '../integrity/row-seals.js';

/** The row of a key version: immutable material, mutable state. */
@Entity('encryption_key_version')
export class EncryptionKeyVersionEntity implements SealedRow {
  @PrimaryColumn('uuid', { name: 'tenant_id' })
  tenantId: string;

  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid', { name: 'encryption_id' })
  encryptionId: string;

  @Column('integer')
  number: number;

  @Column('text')
  suite: SuiteName;

  @Column('text')
  state: VersionState;

  /** The wrapped key; null once it has been erased. */
  @Column('jsonb', { nullable: true, transformer: OPTIONAL })
  record: WrappedKeyRecord | undefined;

  @Column('timestamptz', { name: 'destroy_at', nullable: true, transformer: OPTIONAL })
  destroyAt: Date | undefined;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'activated_at', nullable: true, transformer: OPTIONAL })
  activatedAt: Date | undefined;

  @Column('timestamptz', { name: 'deactivated_at', nullable: true, transformer: OPTIONAL })
  deactivatedAt: Date | undefined;

  @Column('bigint', { transformer: BIGINT })
  revision: bigint;

  @Column('bytea')
  mac: Buffer;
}

function recordMember(record: WrappedKeyRecord | undefined): Member {
  if (record === undefined) return undefined;
  const parts = parseWrappedKeyRecord(record);
  if (parts === undefined) throw wrappedKeyAlarm('the record of a version has another form');
  const { kekUri, salt, commitment, nonce, ciphertext, tag, provided } = parts;
  return [record.v, kekUri, salt, commitment, nonce, Buffer.concat([ciphertext, tag]), provided];
}

export const KEY_VERSION_FORMAT: RowFormat<EncryptionKeyVersionEntity> = {
  table: 'versions',
  fields: (row) => [
    uuidBytes(row.id),
    uuidBytes(row.tenantId),
    uuidBytes(row.encryptionId),
    row.number,
    row.suite,
    row.state,
    recordMember(row.record),
    timeMember(row.destroyAt),
  ],
};

export function keyVersionFromJson(
  json: Readonly<Record<string, unknown>>,
): EncryptionKeyVersionEntity {
  const row = new JsonRow(json);
  return Object.assign(new EncryptionKeyVersionEntity(), {
    tenantId: row.text('tenant_id'),
    id: row.text('id'),
    encryptionId: row.text('encryption_id'),
    number: row.integer('number'),
    suite: row.text('suite') as SuiteName,
    state: row.text('state') as VersionState,
    record: row.json('record') as WrappedKeyRecord | undefined,
    destroyAt: row.optionalTime('destroy_at'),
    createdAt: row.time('created_at'),
    activatedAt: row.optionalTime('activated_at'),
    deactivatedAt: row.optionalTime('deactivated_at'),
    revision: row.bigint('revision'),
    mac: row.bytes('mac'),
  });
}
