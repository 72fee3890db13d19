import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One encryption service with one encryption, and the core's credentials there. Blobs name the connection that they were sealed by. */
@Entity('service_connection')
export class ServiceConnectionEntity {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid', { name: 'tenant_id' })
  tenantId: string;

  /** `local`: the service that the core itself is configured with. */
  @Column('text')
  kind: string;

  /** New blobs go to the current one of a tenant. */
  @Column('boolean', { name: 'is_current' })
  isCurrent: boolean;

  /** `new`, then `credentialed`, then `ready`. */
  @Column('text')
  state: string;

  /** Whose master key: `platform`, or `client`, whose key comes with each call. */
  @Column('text', { name: 'master_key_mode' })
  masterKeyMode: string;

  @Column('uuid', { name: 'encryption_id' })
  encryptionId: string;

  @Column('text', { name: 'api_key', nullable: true })
  apiKey: string | null;

  /** Sealed for this row. */
  @Column('text', { name: 'api_secret', nullable: true })
  apiSecret: string | null;

  /** Whoever sets the connection up, so that two replicas do not; it may be taken once `leasedUntil` is over. */
  @Column('uuid', { name: 'lease_id', nullable: true })
  leaseId: string | null;

  @Column('timestamptz', { name: 'leased_until', nullable: true })
  leasedUntil: Date | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;
}
