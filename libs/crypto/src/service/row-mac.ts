import type { KeyObject } from 'node:crypto';
import { encodeMembers, type Member } from '@app/encoding';
import { AppError } from '@app/errors';
import { equalInConstantTime, hmacSha256 } from '../hazmat/hmac.js';

/** The word of the alarm that a row raises whose MAC does not fit. */
const ROW_ALARM = 'row_integrity';

/** What the MAC of a row covers, encoded. */
export function encodeRow(
  table: string,
  fields: readonly Member[],
  revision: number | bigint,
): Buffer {
  return encodeMembers('keyward/v1/row', table, ...fields, revision);
}

/**
 * The MAC of a row that decides about security, 32 bytes.
 *
 * @param integrity - the `integrity` key of the service.
 * @param table - the name in `docs/spec/rows-and-secrets-v1.md`, which need not be that of the table in the database.
 * @param fields - in the order of the specification; a field that a migration adds comes last.
 * @param revision - grows with every change of the row.
 * @throws AppError `internal` for a field that E does not take.
 */
export function macRow(
  integrity: KeyObject,
  table: string,
  fields: readonly Member[],
  revision: number | bigint,
): Buffer {
  return hmacSha256(integrity, encodeRow(table, fields, revision));
}

/**
 * Checks the MAC of a row before anything is decided by it. It does not notice an old row put back whole: the newest revision of each
 * row is in the audit log.
 *
 * @throws AppError `internal` with the alarm `row_integrity` where it does not fit.
 */
export function verifyRow(
  integrity: KeyObject,
  table: string,
  fields: readonly Member[],
  revision: number | bigint,
  mac: Buffer,
): void {
  if (equalInConstantTime(macRow(integrity, table, fields, revision), mac)) return;
  // Not the row's id or values: the table says where to look, and the log line has the request's ids.
  throw new AppError('internal', {
    alarm: ROW_ALARM,
    cause: new Error(`the MAC of a row of ${table} does not fit`),
  });
}
