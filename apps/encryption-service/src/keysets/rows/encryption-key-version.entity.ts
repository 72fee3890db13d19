import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { VersionState } from '@app/contract';
import {
  isOuterLocked,
  parseOuterLockedRecord,
  parseWrappedKeyRecord,
  type StoredKeyRecord,
  type SuiteName,
  wrappedKeyAlarm,
} from '@app/crypto';
import { type Member, uuidBytes } from '@app/encoding';
import { BIGINT, JsonRow, OPTIONAL } from '../../integrity/columns.js';
import {
  laterMembers,
  type RowFormat,
  type SealedRow,
  timeMember,
} from '../../integrity/row-seals.js';

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
  record: StoredKeyRecord | undefined;

  @Column('timestamptz', { name: 'destroy_at', nullable: true, transformer: OPTIONAL })
  destroyAt: Date | undefined;

  /** What it was before it was scheduled for destruction, for a restore to go back to. */
  @Column('text', { name: 'state_before', nullable: true, transformer: OPTIONAL })
  stateBefore: VersionState | undefined;

  /** The client that scheduled its destruction. */
  @Column('uuid', { name: 'scheduled_by', nullable: true, transformer: OPTIONAL })
  scheduledBy: string | undefined;

  @Column('timestamptz', { name: 'scheduled_at', nullable: true, transformer: OPTIONAL })
  scheduledAt: Date | undefined;

  /** The signed receipt of its destruction; its signature is its own seal. */
  @Column('jsonb', { nullable: true, transformer: OPTIONAL })
  receipt: object | undefined;

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

function recordMember(record: StoredKeyRecord | undefined): Member {
  if (record === undefined) return undefined;
  if (isOuterLocked(record)) {
    const locked = parseOuterLockedRecord(record);
    if (locked === undefined) throw wrappedKeyAlarm('the record of a version has another form');
    const { kekUri, outerKeyId, nonce, ciphertext, tag } = locked;
    return [record.v, kekUri, uuidBytes(outerKeyId), nonce, Buffer.concat([ciphertext, tag])];
  }
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
    ...laterMembers(
      row.stateBefore,
      row.scheduledBy && uuidBytes(row.scheduledBy),
      timeMember(row.scheduledAt),
    ),
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
    record: row.json('record') as StoredKeyRecord | undefined,
    destroyAt: row.optionalTime('destroy_at'),
    stateBefore: row.optionalText('state_before') as VersionState | undefined,
    scheduledBy: row.optionalText('scheduled_by'),
    scheduledAt: row.optionalTime('scheduled_at'),
    receipt: row.json('receipt') as object | undefined,
    createdAt: row.time('created_at'),
    activatedAt: row.optionalTime('activated_at'),
    deactivatedAt: row.optionalTime('deactivated_at'),
    revision: row.bigint('revision'),
    mac: row.bytes('mac'),
  });
}
