import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('user_account')
export class UserAccountEntity {
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  username: string;

  /** A PHC string. */
  @Column('text', { name: 'password_hash' })
  passwordHash: string;

  /** Sealed. */
  @Column('text', { name: 'password_hint', nullable: true })
  passwordHint: string | null;

  @Column('boolean', { name: 'hint_public' })
  hintPublic: boolean;

  /** With what the person's clients derive keys: as it was answered when they registered. */
  @Column('bytea', { name: 'kdf_salt', nullable: true })
  kdfSalt: Buffer | null;

  @Column('integer', { name: 'kdf_iterations', nullable: true })
  kdfIterations: number | null;

  @Column('integer', { name: 'kdf_memory_kib', nullable: true })
  kdfMemoryKiB: number | null;

  @Column('integer', { name: 'kdf_parallelism', nullable: true })
  kdfParallelism: number | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;
}
