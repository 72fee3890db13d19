import { Column, Entity, PrimaryColumn } from 'typeorm';
import { BIGINT, OPTIONAL } from '../../integrity/columns.js';

/** How many messages have been reserved under a version, and when its key was last used. */
@Entity('message_count')
export class MessageCountEntity {
  @PrimaryColumn('uuid', { name: 'tenant_id' })
  tenantId: string;

  @PrimaryColumn('uuid', { name: 'version_id' })
  versionId: string;

  @Column('bigint', { transformer: BIGINT })
  messages: bigint;

  /** Bytes of plaintext, counted as messages are. */
  @Column('bigint', { transformer: BIGINT })
  bytes: bigint;

  /** After a restore the count may be too low: the version must be rotated before it encrypts. */
  @Column('boolean', { name: 'is_uncertain' })
  isUncertain: boolean;

  @Column('timestamptz', { name: 'last_used_at', nullable: true, transformer: OPTIONAL })
  lastUsedAt: Date | undefined;
}
