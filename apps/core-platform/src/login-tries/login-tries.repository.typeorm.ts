import { Injectable } from '@nestjs/common';
import { Database } from '@app/persistence';
import type { Act } from '../audit/act.js';
import { recordAct } from '../audit/audit.repository.typeorm.js';
import { type Admission, LoginTriesRepository, type TriesRule } from './login-tries.repository.js';

const FIRST_LOCK_SECONDS = 60;
const LONGEST_LOCK_SECONDS = 3_600;
const MOST_PURGED = 50;

// A row that has run out, or holds nothing, begins anew. One that is full is left as it is, and then no row comes back.
const ANEW = 'f.ends_at <= $2 or (f.tries = 0 and f.locks = 0)';
const RESERVE = {
  name: 'login_try_reserve',
  text: `insert into login_failure as f (key, tries, failures, locks, ends_at) values ($1, 1, 0, 0, $3)
    on conflict (key) do update set
      tries = case when ${ANEW} then 1 else f.tries + 1 end,
      failures = case when ${ANEW} then 0 else f.failures end,
      locks = case when ${ANEW} then 0 else f.locks end,
      locked_until = case when ${ANEW} then null else f.locked_until end,
      ends_at = case when ${ANEW} then $3 else f.ends_at end
    where ${ANEW} or (f.tries < $4 and (f.locked_until is null or f.locked_until <= $2))
    returning 1`,
};
const LOCKED = {
  name: 'login_try_locked',
  text: 'select locked_until from login_failure where key = $1 and locked_until > $2',
};

// A lock takes the failure that began it off again: one more failure after it begins the next, longer one. What is under way stays counted.
const FAIL = `
  update login_failure set
    failures = case when failures + 1 < $3 then failures + 1 else failures end,
    tries = case when failures + 1 < $3 then greatest(tries, failures + 1) else tries - 1 end,
    locks = case when failures + 1 < $3 then locks else locks + 1 end,
    locked_until = case when failures + 1 < $3 then locked_until else $2::timestamptz + ${lockFor('locks')} end,
    ends_at = case when failures + 1 < $3 then greatest(ends_at, $4)
                   else $2::timestamptz + ${lockFor('locks')} + interval '1 day' end
  where key = $1
  returning locked_until > $2 as locked`;
const PURGE = `
  delete from login_failure where key in (
    select key from login_failure where ends_at <= $1 order by ends_at limit ${MOST_PURGED.toString()} for update skip locked)`;

// Nothing is kept of what holds nothing. Whatever else is under way stays counted, so that a success frees no room for guesses.
const FORGET = {
  name: 'login_try_forget',
  text: 'delete from login_failure where key = $1 and tries - failures <= 1 and ($2 or (failures = 0 and locks = 0)) returning 1',
};
const TAKE_BACK = {
  name: 'login_try_take_back',
  text: 'update login_failure set tries = greatest(tries - 1, failures) where key = $1',
};
const SUCCEED = {
  name: 'login_try_succeed',
  text: `update login_failure set tries = greatest(tries - failures - 1, 0), failures = 0, locks = 0, locked_until = null
    where key = $1`,
};

@Injectable()
export class TypeormLoginTriesRepository extends LoginTriesRepository {
  readonly #database: Database;

  constructor(database: Database) {
    super();
    this.#database = database;
  }

  override async reserve(key: Buffer, rule: TriesRule, now: Date): Promise<Admission> {
    const endsAt = new Date(now.getTime() + rule.memoryMillis);
    const admitted = await this.#database.execute(RESERVE, [key, now, endsAt, rule.failures]);
    if (admitted.length > 0) return 'admitted';
    const [row] = await this.#database.execute<{ locked_until: Date }>(LOCKED, [key, now]);
    return row === undefined ? 'busy' : { lockedUntil: row.locked_until };
  }

  override async fail(
    key: Buffer,
    rule: TriesRule,
    now: Date,
    onLock: Act | undefined,
  ): Promise<void> {
    const endsAt = new Date(now.getTime() + rule.memoryMillis);
    const scope = onLock?.userId === undefined ? {} : { userId: onLock.userId };
    await this.#database.transaction(scope, async (manager) => {
      const [rows] = await manager.query<[{ locked: boolean | null }[]]>(FAIL, [
        key,
        now,
        rule.failures,
        endsAt,
      ]);
      if (onLock !== undefined && rows[0]?.locked === true) await recordAct(manager, onLock);
      await manager.query(PURGE, [now]);
    });
  }

  override async takeBack(key: Buffer): Promise<void> {
    const [forgotten] = await this.#database.execute(FORGET, [key, false]);
    if (forgotten === undefined) await this.#database.execute(TAKE_BACK, [key]);
  }

  override async succeed(key: Buffer): Promise<void> {
    const [forgotten] = await this.#database.execute(FORGET, [key, true]);
    if (forgotten === undefined) await this.#database.execute(SUCCEED, [key]);
  }
}

/** A minute, doubled for each lock before, an hour at most; as SQL. */
function lockFor(locks: string): string {
  const doubled = `${FIRST_LOCK_SECONDS.toString()} * power(2, least(${locks}, 10))`;
  return `make_interval(secs => least(${LONGEST_LOCK_SECONDS.toString()}, ${doubled}))`;
}
