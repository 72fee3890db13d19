import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('audit_event')
export class AuditEventEntity {
  /** A bigint, which JavaScript gets as text. The database counts it up. */
  @PrimaryColumn('bigint', { generated: 'identity' })
  id: string;

  @Column('timestamptz')
  at: Date;

  @Column('uuid', { name: 'tenant_id', nullable: true })
  tenantId: string | null;

  @Column('uuid', { name: 'user_id', nullable: true })
  userId: string | null;

  @Column('text')
  action: string;

  @Column('text')
  outcome: string;

  @Column('text', { name: 'subject_kind', nullable: true })
  subjectKind: string | null;

  @Column('text', { name: 'subject_id', nullable: true })
  subjectId: string | null;

  @Column('integer')
  items: number;

  @Column('text', { name: 'request_id' })
  requestId: string;

  @Column('text', { name: 'access_reason', nullable: true })
  accessReason: string | null;

  @Column('json', { nullable: true })
  details: Record<string, string> | null;
}
