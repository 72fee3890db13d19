import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What lies in clear of a vault item. Each of its blobs is bound to all of it. */
@Entity('vault_item')
export class VaultItemEntity {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid', { name: 'tenant_id' })
  tenantId: string;

  @Column('text')
  type: string;

  @Column('text', { array: true })
  labels: string[];

  /** Made new at each write. */
  @Column('uuid')
  revision: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;
}
