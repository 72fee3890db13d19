import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('totp_factor')
export class TotpFactorEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId: string;

  /** A sealed secret. */
  @Column('text')
  secret: string;

  /** Absent until a code has shown that the person has the secret. */
  @Column('timestamptz', { name: 'confirmed_at', nullable: true })
  confirmedAt: Date | null;

  /** The newest time step of which a code was taken. */
  @Column('bigint', { name: 'last_step', nullable: true })
  lastStep: string | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;
}
