import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What a call with an `Idempotency-Key` answered, stored with its transaction. */
@Entity('idempotency_record')
export class IdempotencyRecordEntity {
  @PrimaryColumn('uuid', { name: 'tenant_id' })
  tenantId: string;

  @PrimaryColumn('uuid', { name: 'client_id' })
  clientId: string;

  @PrimaryColumn('text')
  route: string;

  @PrimaryColumn('text')
  key: string;

  /** SHA-256 of the body, 32 bytes. */
  @Column('bytea', { name: 'body_hash' })
  bodyHash: Buffer;

  @Column('jsonb')
  answer: object;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;
}
