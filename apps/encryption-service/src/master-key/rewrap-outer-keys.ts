import type { WrappedKeyRecord } from '@app/crypto';
import type { KekProvider } from '@app/kek';
import type { Database } from '@app/persistence';

const UNDER = {
  name: 'outer_keys_under',
  text: "select id, record from outer_key where record ->> 'kekUri' = $1 order by id",
};
const REPLACE = {
  name: 'replace_outer_key',
  text: 'update outer_key set record = $2 where id = $1 and record = $3',
};

/**
 * Wraps the outer keys of client mode anew, so that no record needs the master key before any more. The keys stay as they are, and with
 * them all that they lock; services that have them open notice nothing.
 *
 * @param owner - the application itself never changes an outer key.
 * @returns how many were under `from`.
 * @throws AppError `kms_unavailable`, `database_unavailable`, or `internal` with an alarm; it can be repeated.
 */
export async function rewrapOuterKeys(
  owner: Database,
  from: KekProvider,
  to: KekProvider,
): Promise<number> {
  const rows = await owner.execute<{ id: string; record: WrappedKeyRecord }>(UNDER, [from.uri]);
  for (const { id, record } of rows) {
    const place = { outerKeyId: id };
    using key = await from.unwrap(place, record);
    await owner.execute(REPLACE, [id, await to.wrap(place, key), record]);
  }
  return rows.length;
}
