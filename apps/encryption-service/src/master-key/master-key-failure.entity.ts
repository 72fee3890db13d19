import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * Wrong master keys of one client at one encryption, or (under the nil UUID) at all of them; written by the function
 * `master_key_tried` alone.
 */
@Entity('master_key_failure')
export class MasterKeyFailureEntity {
  @PrimaryColumn('uuid', { name: 'tenant_id' })
  tenantId: string;

  @PrimaryColumn('uuid', { name: 'client_id' })
  clientId: string;

  @PrimaryColumn('uuid', { name: 'encryption_id' })
  encryptionId: string;

  /** When the wrong keys of the last minute came. */
  @Column('timestamptz', { array: true })
  recent: Date[];

  /** How long the last pause was: the next is twice as long. */
  @Column('integer', { name: 'pause_seconds' })
  pauseSeconds: number;

  @Column('timestamptz', { name: 'paused_until' })
  pausedUntil: Date;
}
