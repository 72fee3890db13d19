import { encodeMembers, uuidBytes } from '@app/encoding';
import type { SuiteName } from './suites.js';

/** Where a version's key belongs. Everything that is wrapped or sealed is bound to all four; the ids are UUIDs in either case. */
export interface KeyPlace {
  readonly tenantId: string;
  readonly encryptionId: string;
  readonly encryptionVersionId: string;
  readonly suite: SuiteName;
}

/** Where an outer key belongs: it is the service's own, of no tenant, and 32 bytes. */
export interface OuterKeyPlace {
  readonly outerKeyId: string;
}

/** What a wrapped key may be bound to. */
export type WrapPlace = KeyPlace | OuterKeyPlace;

/** P of `docs/spec/blob-v1.md`: E(suite, tenantId, encryptionId, versionId). Four members, so it can stand within a longer E. */
export function encodePlace(place: KeyPlace): Buffer {
  return encodeMembers(
    place.suite,
    uuidBytes(place.tenantId),
    uuidBytes(place.encryptionId),
    uuidBytes(place.encryptionVersionId),
  );
}
