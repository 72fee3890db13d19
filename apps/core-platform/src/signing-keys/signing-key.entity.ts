import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A key that access tokens are signed with. The public half is derived from the private one, so that nobody can plant one here. */
@Entity('signing_key')
export class SigningKeyEntity {
  @PrimaryColumn('text')
  kid: string;

  /** PKCS#8 in PEM, sealed for this row. */
  @Column('text', { name: 'private_key' })
  privateKey: string;

  /** `active`: signs. */
  @Column('text')
  state: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;
}
