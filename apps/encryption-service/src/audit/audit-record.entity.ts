import { Column, Entity, PrimaryColumn } from 'typeorm';
import { OPTIONAL } from '../integrity/columns.js';

/** A row that an act changed. */
export interface ChangedRow {
  readonly table: string;
  readonly id: string;
  readonly revision: number;
}

/** One key use or administrative act. The application may add a record and read it, and nothing else. */
@Entity('audit_record')
export class AuditRecordEntity {
  /** A number that the database gives, as text: newer ones are greater. */
  @PrimaryColumn('bigint', { generated: 'identity', generatedIdentity: 'ALWAYS' })
  id: string;

  @Column('uuid', { name: 'tenant_id' })
  tenantId: string;

  @Column('timestamptz')
  at: Date;

  @Column('uuid', { name: 'client_id' })
  clientId: string;

  @Column('text')
  operation: string;

  @Column('uuid', { name: 'encryption_id', nullable: true, transformer: OPTIONAL })
  encryptionId: string | undefined;

  @Column('uuid', { name: 'version_id', nullable: true, transformer: OPTIONAL })
  versionId: string | undefined;

  @Column('text', { nullable: true, transformer: OPTIONAL })
  subject: string | undefined;

  /** The newest revisions of the rows that an act changed, so that an old row that is put back can be told. */
  @Column('jsonb', { nullable: true, transformer: OPTIONAL })
  revisions: ChangedRow[] | undefined;

  @Column('text')
  outcome: string;

  @Column('integer')
  items: number;

  /** Of a batch: how many of its items failed. */
  @Column('integer')
  failed: number;

  /** Of a batch under several versions: how many items were done under each. */
  @Column('jsonb', { nullable: true, transformer: OPTIONAL })
  versions: Record<string, number> | undefined;

  @Column('text', { name: 'request_id' })
  requestId: string;

  @Column('text', { name: 'access_reason', nullable: true, transformer: OPTIONAL })
  accessReason: string | undefined;
}
