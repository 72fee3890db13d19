import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { WrappedKeyRecord } from '@app/crypto';

/** An outer key of client mode, wrapped under a platform master key. It is bound to its id, so that no other can stand for it. */
@Entity('outer_key')
export class OuterKeyEntity {
  @PrimaryColumn('uuid')
  id: string;

  @Column('jsonb')
  record: WrappedKeyRecord;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;
}
