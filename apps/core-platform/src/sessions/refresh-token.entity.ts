import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One refresh token. A used one is kept until it expires: it is how a second use is known. */
@Entity('refresh_token')
export class RefreshTokenEntity {
  /** The token's keyed hash, 32 bytes. */
  @PrimaryColumn('bytea')
  hash: Buffer;

  @Column('uuid', { name: 'session_id' })
  sessionId: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt: Date;

  @Column('timestamptz', { name: 'used_at', nullable: true })
  usedAt: Date | null;
}
