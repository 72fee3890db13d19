import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A part of a vault item as its encryption service sealed it. */
@Entity('blob')
export class BlobEntity {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid', { name: 'tenant_id' })
  tenantId: string;

  @Column('uuid', { name: 'item_id' })
  itemId: string;

  @Column('text')
  part: string;

  /** Where it can be opened. */
  @Column('uuid', { name: 'connection_id' })
  connectionId: string;

  @Column('uuid', { name: 'encryption_id' })
  encryptionId: string;

  @Column('uuid', { name: 'encryption_version_id' })
  encryptionVersionId: string;

  @Column('text')
  algorithm: string;

  @Column('bytea', { name: 'cipher_text' })
  cipherText: Buffer;

  @Column('json')
  metadata: Record<string, unknown>;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;
}
