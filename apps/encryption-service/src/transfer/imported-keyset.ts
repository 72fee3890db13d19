import { MAX_NAME_LENGTH, MAX_ROTATION_DAYS, MAX_ROTATION_MESSAGES, rules } from '@app/contract';
import type { ExportedEncryption, ExportedVersion, StoredKeyRecord } from '@app/crypto';
import { invalidField } from '@app/errors';
import { EncryptionEntity } from '../keysets/rows/encryption.entity.js';
import { EncryptionKeyVersionEntity } from '../keysets/rows/encryption-key-version.entity.js';
import { MessageCountEntity } from '../keysets/rows/message-count.entity.js';

/** Pages of versions go on after a number of nine digits; with room for versions that come later. */
const MOST_NUMBER = 900_000_000;
/** Erasing cannot be taken back: whoever restores from an old file gets this long to look at what its dates say. */
const LEAST_MILLIS_TO_DESTRUCTION = 7 * 24 * 60 * 60 * 1000;

const NAME = rules.label(MAX_NAME_LENGTH);

/** What an import of one encryption writes. */
export interface ImportedKeyset {
  readonly encryption: EncryptionEntity;
  readonly versions: readonly EncryptionKeyVersionEntity[];
  readonly counts: readonly MessageCountEntity[];
}

/** When and for whom a file is imported. */
export interface ImportPlace {
  readonly tenantId: string;
  readonly exportedAt: Date;
  readonly now: Date;
}

/** What does not come out of the file. */
export interface KeysHere {
  /** What the master key is called here. */
  readonly provider: string | undefined;
  /** By version, as they are stored here. */
  readonly records: ReadonlyMap<string, StoredKeyRecord>;
}

/**
 * Looks at what the format allows and the rows cannot hold.
 *
 * @param path - of the encryption in the payload.
 * @throws AppError `invalid_request`.
 */
export function assertStorable(
  { name, rotation, versions }: ExportedEncryption,
  path: string,
): void {
  if (name !== undefined && !NAME.check(name)) throw invalidField(`${path}.name`, NAME.rule);
  assertMost(`${path}.rotation.everyDays`, rotation?.everyDays, MAX_ROTATION_DAYS);
  assertMost(`${path}.rotation.afterMessages`, rotation?.afterMessages, MAX_ROTATION_MESSAGES);
  for (const [index, version] of versions.entries()) {
    const field = `${path}.versions[${String(index)}]`;
    assertMost(`${field}.number`, version.number, MOST_NUMBER);
    assertTimes(version, field);
  }
}

function assertMost(field: string, value: number | undefined, most: number): void {
  if (value !== undefined && value > most)
    throw invalidField(field, `must be at most ${String(most)}`);
}

const TIMES = ['createdAt', 'activatedAt', 'deactivatedAt', 'destroyAt'] as const;

function assertTimes(version: ExportedVersion, path: string): void {
  if (version.state === 'destroyScheduled' && version.destroyAt === undefined)
    throw invalidField(`${path}.destroyAt`, 'is missing of a version that is to be destroyed');
  for (const name of TIMES) assertSince1970(version[name], `${path}.${name}`);
}

/**
 * Times are sealed as milliseconds since then.
 *
 * @throws AppError `invalid_request`.
 */
export function assertSince1970(time: Date | undefined, field: string): void {
  if (time !== undefined && time.getTime() < 0)
    throw invalidField(field, 'must not be before 1970');
}

/** What a file says has happened has happened by now, whatever clock wrote it: receipts name what came after. */
function byNow(time: Date, { now }: ImportPlace): Date {
  return time < now ? time : now;
}

/** The file does not say what a version was before it was scheduled. If it was compromised, it must not come back as if it were not. */
const STATE_BEFORE = 'suspended';

function stateOf(
  version: ExportedVersion,
  place: ImportPlace,
): Partial<EncryptionKeyVersionEntity> {
  const { state, destroyAt } = version;
  if (state === 'active') return { state: 'deactivated', deactivatedAt: place.now };
  if (state === 'destroyed') return { state, destroyAt };
  // A date that nothing was scheduled for would stand in the way of one that is.
  if (state !== 'destroyScheduled') return { state };
  const least = place.now.getTime() + LEAST_MILLIS_TO_DESTRUCTION;
  return {
    state,
    stateBefore: STATE_BEFORE,
    destroyAt: new Date(Math.max(destroyAt?.getTime() ?? 0, least)),
    // No later than this; the file has no more of it.
    scheduledAt: byNow(place.exportedAt, place),
  };
}

function versionRow(
  version: ExportedVersion,
  encryptionId: string,
  place: ImportPlace,
  record: StoredKeyRecord | undefined,
): EncryptionKeyVersionEntity {
  const { encryptionVersionId: id, number, suite, createdAt, activatedAt, deactivatedAt } = version;
  return Object.assign(new EncryptionKeyVersionEntity(), {
    tenantId: place.tenantId,
    id,
    encryptionId,
    number,
    suite,
    record,
    receipt: version.state === 'destroyed' ? version.receipt : undefined,
    createdAt: byNow(createdAt, place),
    activatedAt,
    deactivatedAt,
    ...stateOf(version, place),
  } satisfies Partial<EncryptionKeyVersionEntity>);
}

/** What was sealed under it elsewhere after the export is unknown: the count may be too low. */
function countRow(
  { encryptionVersionId, messages }: ExportedVersion,
  tenantId: string,
): MessageCountEntity {
  return Object.assign(new MessageCountEntity(), {
    tenantId,
    versionId: encryptionVersionId,
    messages: BigInt(messages),
    bytes: 0n,
    isUncertain: true,
    lastUsedAt: undefined,
  } satisfies MessageCountEntity);
}

/** The rows of an imported encryption, with the ids that it had; not sealed yet. */
export function toImported(
  exported: ExportedEncryption,
  place: ImportPlace,
  { provider, records }: KeysHere,
): ImportedKeyset {
  const { encryptionId, name, algorithm, mode, rotation, olderVersionsEncrypt, versions } =
    exported;
  const { tenantId, now } = place;
  // An encryption is made with its first version.
  const first = Math.min(now.getTime(), ...versions.map(({ createdAt }) => createdAt.getTime()));
  const encryption = Object.assign(new EncryptionEntity(), {
    tenantId,
    id: encryptionId,
    name,
    algorithm,
    state: 'enabled',
    mode,
    provider,
    everyDays: rotation?.everyDays,
    afterMessages:
      rotation?.afterMessages === undefined ? undefined : BigInt(rotation.afterMessages),
    olderVersionsEncrypt,
    createdAt: new Date(first),
    updatedAt: now,
  } satisfies Partial<EncryptionEntity>);
  return {
    encryption,
    versions: versions.map((version) =>
      versionRow(version, encryptionId, place, records.get(version.encryptionVersionId)),
    ),
    counts: versions.map((version) => countRow(version, tenantId)),
  };
}
