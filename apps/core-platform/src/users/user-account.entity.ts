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

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;
}
