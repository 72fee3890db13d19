import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Tries under one key: of a name from a place, or of codes. */
@Entity('login_failure')
export class LoginFailureEntity {
  @PrimaryColumn('bytea')
  key: Buffer;

  /** Failed ones, and those that are under way. */
  @Column('integer')
  tries: number;

  @Column('integer')
  failures: number;

  /** How often it was locked, one lock after the other. */
  @Column('integer')
  locks: number;

  @Column('timestamptz', { name: 'locked_until', nullable: true })
  lockedUntil: Date | null;

  /** When all of this is forgotten. */
  @Column('timestamptz', { name: 'ends_at' })
  endsAt: Date;
}
