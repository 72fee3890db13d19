import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Wrong master keys of one client at one encryption; written by the function `master_key_tried` alone. */
@Entity('master_key_failure')
export class MasterKeyFailureEntity {
  @PrimaryColumn('uuid', { name: 'tenant_id' })
  tenantId: string;

  @PrimaryColumn('uuid', { name: 'client_id' })
  clientId: string;

  @PrimaryColumn('uuid', { name: 'encryption_id' })
  encryptionId: string;

  /** When the minute began in which `wrong` are counted. */
  @Column('timestamptz')
  minute: Date;

  @Column('integer')
  wrong: number;

  /** How long the last pause was: the next is twice as long. */
  @Column('integer', { name: 'pause_seconds' })
  pauseSeconds: number;

  @Column('timestamptz', { name: 'paused_until' })
  pausedUntil: Date;
}
