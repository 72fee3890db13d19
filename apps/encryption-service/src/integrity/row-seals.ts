import { macRow, type ServiceKeys, verifyRow } from '@app/crypto';
import type { Member } from '@app/encoding';

/** A row that decides about security: its MAC is under a secret that is not in the database. */
export interface SealedRow {
  revision: bigint;
  mac: Buffer;
}

/** How one kind of row is sealed: its table's name in the MAC, and its fields in the order of the format. */
export interface RowFormat<Row> {
  readonly table: string;
  readonly fields: (row: Row) => readonly Member[];
}

/** What the audit record of a change says of a row. */
export function changedRow<Row extends SealedRow & { id: string }>(
  format: RowFormat<Row>,
  row: Row,
): { table: string; id: string; revision: number } {
  return { table: format.table, id: row.id, revision: Number(row.revision) };
}

/**
 * A row as the columns of an update. TypeORM leaves a column out whose value is undefined, but the MAC covers that it is absent.
 */
export function columnsOf<Row extends object>(row: Row): Row {
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [key, value ?? null])) as Row;
}

/** A set as a member: its members sorted by bytes. Absent and empty differ. */
export function setMember(members: readonly Uint8Array[] | undefined): Member {
  return members === undefined ? undefined : [...members].sort((a, b) => Buffer.compare(a, b));
}

/** A time as a member: milliseconds since 1970. */
export function timeMember(time: Date | undefined): Member {
  return time?.getTime();
}

/**
 * Members that a later migration added: they come last, and are left out where all of them are absent, so that rows that were sealed
 * before keep their MAC. E tells lists of different lengths apart.
 */
export function laterMembers(...members: readonly Member[]): readonly Member[] {
  return members.every((member) => member === undefined) ? [] : members;
}

/** Seals rows when they are written, and checks them when they are read for a decision. */
export class RowSeals {
  readonly #keys: ServiceKeys;

  constructor(keys: ServiceKeys) {
    this.#keys = keys;
  }

  /** Sets the first revision and its MAC. */
  sealNew<Row extends SealedRow>(format: RowFormat<Row>, row: Row): void {
    row.revision = 1n;
    row.mac = macRow(this.#keys.integrity, format.table, format.fields(row), row.revision);
  }

  /** Raises the revision of a changed row and seals it. */
  sealChanged<Row extends SealedRow>(format: RowFormat<Row>, row: Row): void {
    row.revision += 1n;
    row.mac = macRow(this.#keys.integrity, format.table, format.fields(row), row.revision);
  }

  /** @throws AppError `internal` with the alarm `row_integrity`: the row was changed behind our back. */
  check<Row extends SealedRow>(format: RowFormat<Row>, row: Row): Row {
    verifyRow(this.#keys.integrity, format.table, format.fields(row), row.revision, row.mac);
    return row;
  }
}
