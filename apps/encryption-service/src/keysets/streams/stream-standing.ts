import type { Clock } from '@app/ambient';
import { AppError } from '@app/errors';
import type { Database } from '@app/persistence';
import type { Call } from '@app/server';
import type { Authenticator } from '../../callers/authenticator.js';
import type { ClientCaller } from '../../callers/caller.js';
import type { EncryptionEntity } from '../rows/encryption.entity.js';
import type { EncryptionKeyVersionEntity } from '../rows/encryption-key-version.entity.js';
import { assertDecrypts } from '../versions/key-version-state.js';
import type { KeysetReader } from '../use/keyset-reader.js';

const STANDS = { name: 'use_stands', text: 'select use_stands($1) as stands' };

/** Who uses which version for a stream, as it was read when that was decided. */
export interface StreamUse {
  readonly caller: ClientCaller;
  readonly call: Call;
  readonly encryption: EncryptionEntity;
  readonly version: EncryptionKeyVersionEntity;
}

/** Decides again and again about streams that run on after their record was written. */
export class StreamStandings {
  constructor(
    private readonly database: Database,
    private readonly reader: KeysetReader,
    private readonly authenticator: Authenticator,
    private readonly clock: Clock,
  ) {}

  /**
   * Whether a stream may go on. One look at the revisions of all rows says so most of the time; where one has changed, everything is
   * read and decided anew. A version that was deactivated meanwhile goes on: its stream is one message, and began before.
   *
   * @returns what it was decided on now.
   * @throws AppError of the refusal: `unauthenticated`, `forbidden`, `not_found`, `encryption_disabled`, `version_not_usable`,
   *   `version_destroyed`; `database_unavailable`; or `internal` with an alarm.
   */
  async check(use: StreamUse): Promise<StreamUse> {
    if (!this.#isExpired(use) && (await this.#stands(use))) return use;
    const { call, encryption: before, version: named } = use;
    const caller = await this.authenticator.refresh(use.caller);
    const { encryption, version } = await this.reader.readOne({
      caller,
      call,
      encryptionId: before.id,
      versionId: named.id,
    });
    if (version === undefined) throw new AppError('not_found');
    assertDecrypts(version);
    return { caller, call, encryption, version };
  }

  /**
   * A caller by whose rows a stream is refused before its keys are asked for.
   *
   * @throws AppError `unauthenticated`, `forbidden`, `database_unavailable`.
   */
  async current(caller: ClientCaller): Promise<ClientCaller> {
    return caller.isRemembered ? this.authenticator.refresh(caller) : caller;
  }

  /** No row changes when a client's time is over. */
  #isExpired({ caller }: StreamUse): boolean {
    const { expiresAt } = caller.client;
    return expiresAt !== undefined && expiresAt.getTime() <= this.clock.nowMillis();
  }

  async #stands({ caller, encryption, version }: StreamUse): Promise<boolean> {
    const { tenant, client } = caller;
    const use = [
      tenant.id,
      String(tenant.revision),
      client.id,
      String(client.revision),
      encryption.id,
      String(encryption.revision),
      { [version.id]: String(version.revision) },
    ];
    const [row] = await this.database.execute<{ stands: boolean }>(STANDS, [JSON.stringify(use)]);
    return row?.stands === true;
  }
}
