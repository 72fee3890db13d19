import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A place from which somebody has proved their second factor. */
@Entity('known_place')
export class KnownPlaceEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId: string;

  /** A keyed hash of the person and the place. */
  @PrimaryColumn('bytea')
  place: Buffer;

  @Column('timestamptz', { name: 'seen_at' })
  seenAt: Date;
}
