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

/** A set as a member: its members sorted by bytes. Absent and empty differ. */
export function setMember(members: readonly Uint8Array[] | undefined): Member {
  return members === undefined ? undefined : [...members].sort((a, b) => Buffer.compare(a, b));
}

/** A time as a member: milliseconds since 1970. */
export function timeMember(time: Date | undefined): Member {
  return time?.getTime();
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
