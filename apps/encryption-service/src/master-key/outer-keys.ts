import type { Identifiers } from '@app/ambient';
import { generateDek, type OuterKey, wrappedKeyAlarm, type WrappedKeyRecord } from '@app/crypto';
import type { KekProviders } from '@app/kek';
import type { Database } from '@app/persistence';
import { OuterKeyEntity } from './outer-key.entity.js';

const NEWEST = {
  name: 'newest_outer_key',
  text: 'select id from outer_key order by created_at desc, id limit 1',
};
// By the database's clock, and never before another: a clock that was set back must not keep an old key in use.
const INSERT = {
  name: 'insert_outer_key',
  text: `insert into outer_key (id, record, created_at)
         select $1, $2, greatest(now(), max(created_at) + interval '1 millisecond') from outer_key`,
};

/**
 * The second lock of client mode: keys of the service itself, wrapped under a platform master key and kept in memory once opened, so
 * that a stolen database alone allows no guess at a client's key. A new one is made beside the old ones, which stay as long as
 * anything names them.
 */
export class OuterKeys {
  readonly #open = new Map<string, Promise<OuterKey>>();

  constructor(
    private readonly database: Database,
    private readonly providers: KekProviders,
    private readonly identifiers: Identifiers,
  ) {}

  /**
   * The newest outer key, under which records are locked; the first one is made when it is first wanted. Looked up each time: another
   * replica or an operator may have made a newer one.
   *
   * @returns a key that this class owns.
   * @throws AppError `kms_unavailable`, `database_unavailable`, or `internal` with an alarm.
   */
  async current(): Promise<OuterKey> {
    const [newest] = await this.database.execute<{ id: string }>(NEWEST, []);
    return this.get(newest?.id ?? (await this.make()));
  }

  /**
   * The outer key that a record names.
   *
   * @throws AppError `kms_unavailable`, `database_unavailable`; `internal` with an alarm where there is none, or it does not open.
   */
  async get(id: string): Promise<OuterKey> {
    const known = this.#open.get(id);
    if (known !== undefined) return known;
    const opening = this.#read(id);
    this.#open.set(id, opening);
    // What failed once may be cured, and is tried again by the next call.
    opening.catch(() => this.#open.delete(id));
    return opening;
  }

  /**
   * Makes a new outer key, for records that are locked from now on.
   *
   * @returns its id.
   * @throws AppError `kms_unavailable`, `database_unavailable`.
   */
  async make(): Promise<string> {
    const id = this.identifiers.newUuid();
    using key = await generateDek('AES-256-GCM');
    const record = await this.providers.default.wrap({ outerKeyId: id }, key);
    await this.database.execute(INSERT, [id, record]);
    return id;
  }

  async #read(id: string): Promise<OuterKey> {
    const row = await this.database.transaction({}, (manager) =>
      manager.findOneBy(OuterKeyEntity, { id }),
    );
    if (row === null) throw wrappedKeyAlarm('a record names an outer key that is not there');
    const record: WrappedKeyRecord = row.record;
    const key = await this.providers.getByUri(record.kekUri).unwrap({ outerKeyId: id }, record);
    return { id, key };
  }
}
