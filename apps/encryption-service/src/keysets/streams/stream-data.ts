import { once } from 'node:events';
import { pipeline, Readable, type Transform } from 'node:stream';
import type { StreamTarget } from '@app/contract';
import { openStream, readStreamHeader, sealStream, type VersionKeys } from '@app/crypto';
import type { Clock } from '@app/ambient';
import { AppError, toAppError } from '@app/errors';
import type { Call, Octets } from '@app/server';
import { runAct } from '../../audit/audited-acts.js';
import type { AuditLog } from '../../audit/audit-log.js';
import type { ClientCaller } from '../../callers/caller.js';
import type { DecryptBudget } from '../../limits/decrypt-budget.js';
import type { EncryptionEntity } from '../rows/encryption.entity.js';
import type { EncryptionKeyVersionEntity } from '../rows/encryption-key-version.entity.js';
import { openingUse } from '../data/blob-opener.js';
import { assertEncrypts } from '../versions/key-version-state.js';
import type { KeyUses } from '../use/key-use.js';
import type { KeysetReader } from '../use/keyset-reader.js';
import type { MessageCounter } from '../counting/message-counter.js';
import { BudgetGate } from './budget-gate.js';
import { ByteCount } from './byte-count.js';
import { StandingGate } from './standing-gate.js';
import type { StreamEnds } from './stream-ends.js';
import type { StreamStandings, StreamUse } from './stream-standing.js';

const ENCRYPT = 'encrypt-stream';
const DECRYPT = 'decrypt-stream';

/** A stream whose first bytes may leave, and what that was decided on. */
interface Begun {
  readonly stream: Transform;
  readonly encryption: EncryptionEntity;
  readonly version: EncryptionKeyVersionEntity;
}

/** How a stream goes on once it has begun. */
interface Onward {
  readonly operation: string;
  /** Pays for a MiB more, where plaintext is released. */
  readonly pay?: () => Promise<void>;
  /** Of the plaintext. */
  readonly count: ByteCount;
}

/**
 * Streams of any length, in constant memory. The use is on record before the first byte leaves; after that it is looked at again all
 * the time whether it still may go on, and what fails then breaks the connection off and gets a record of its own.
 */
export class StreamData {
  constructor(
    private readonly uses: KeyUses,
    private readonly reader: KeysetReader,
    private readonly counter: MessageCounter,
    private readonly standings: StreamStandings,
    private readonly ends: StreamEnds,
    private readonly audit: AuditLog,
    private readonly budget: DecryptBudget,
    private readonly clock: Clock,
  ) {}

  /**
   * Seals a body as one message.
   *
   * @returns the sealed stream; to destroy it frees everything.
   * @throws AppError as {@link KeyUses.run}.
   */
  async encrypt(
    caller: ClientCaller,
    call: Call,
    { encryptionId, versionId, context }: StreamTarget,
    body: Octets,
  ): Promise<Readable> {
    const begun = await this.uses.run<Begun>({
      caller,
      call,
      operation: ENCRYPT,
      encryptionId,
      versionId,
      admit: assertEncrypts,
      // Its chunks are under keys of its own: to the version's key it is one message, and a short one.
      count: (encryption, version) => this.counter.take(encryption, version, 1, 0),
      work: (keys, version, encryption) => ({
        stream: sealStream(keys, version.id, context),
        encryption,
        version,
      }),
    });
    const count = new ByteCount();
    feed(count.of(body), begun.stream);
    return this.#release(caller, call, begun, { operation: ENCRYPT, count });
  }

  /**
   * Opens a body as one message.
   *
   * @returns its plaintext, each chunk authenticated; to destroy it frees everything.
   * @throws AppError as {@link KeyUses.run}, and `decryption_failed` where nothing of it opens, and `quota_exceeded`.
   */
  async decrypt(
    caller: ClientCaller,
    call: Call,
    { encryptionId, context }: Omit<StreamTarget, 'versionId'>,
    body: Octets,
  ): Promise<Readable> {
    const headed = await this.#readHeader(caller, call, encryptionId, body);
    const spending = this.budget.spending(caller);
    let beginning: Promise<Transform> | undefined;
    const begin = async (keys: VersionKeys, versionId: string): Promise<Transform> => {
      const stream = openStream(keys, versionId, context);
      feed(headed.stream, stream);
      await firstBytesOf(stream);
      return stream;
    };
    try {
      const begun = await this.uses.run<Begun>({
        caller,
        call,
        operation: DECRYPT,
        encryptionId,
        versionId: headed.versionId,
        ...openingUse(this.counter),
        // What arrived is not there a second time: a second try goes on with what the first one opened.
        work: async (keys, version, encryption) => {
          beginning ??= begin(keys, version.id);
          const stream = await beginning;
          await spending.upTo(1);
          return { stream, encryption, version };
        },
      });
      const pay = (): Promise<void> => spending.next();
      return this.#release(caller, call, begun, {
        operation: DECRYPT,
        pay,
        count: new ByteCount(),
      });
    } catch (error) {
      beginning?.then(
        (stream) => stream.destroy(),
        () => undefined,
      );
      throw error;
    }
  }

  async #readHeader(
    asked: ClientCaller,
    call: Call,
    encryptionId: string,
    body: Octets,
  ): ReturnType<typeof readStreamHeader> {
    try {
      return await readStreamHeader(body);
    } catch (thrown) {
      const error = toAppError(thrown);
      if (error.code !== 'decryption_failed') throw error;
      // Without a version: what is wrong with the encryption and its master key comes first.
      const caller = await this.standings.current(asked);
      const { tenantId } = caller.client;
      const act = { tenantId, caller, call, operation: DECRYPT, encryptionId };
      return runAct(this.audit, act, async () => {
        await this.reader.readOne({ caller, call, encryptionId, versionId: undefined });
        throw error;
      });
    }
  }

  #release(caller: ClientCaller, call: Call, begun: Begun, onward: Onward): Readable {
    const { stream, encryption, version } = begun;
    const { operation, pay, count } = onward;
    let use: StreamUse = { caller, call, encryption, version };
    const gate = new StandingGate(async () => {
      use = await this.standings.check(use);
    });
    const ended = Promise.withResolvers<Error | undefined>();
    const gates = pay === undefined ? [gate] : [gate, new BudgetGate(pay), count.ofPassing()];
    pipeline([stream, ...gates], (error) => {
      ended.resolve(error ?? undefined);
    });
    const { tenantId } = caller.client;
    const place = { encryptionId: encryption.id, versionId: version.id };
    const act = { tenantId, caller, call, operation, ...place };
    this.ends.watch({ act, begun: this.clock.now(), bytes: () => count.bytes }, ended.promise);
    return gates.at(-1) ?? gate;
  }
}

/** Writes a body into a stream, no faster than it takes it. What goes wrong destroys the stream, which says so to whoever reads it. */
function feed(body: AsyncIterable<Buffer>, stream: Transform): void {
  const source = Readable.from(body, { objectMode: false, highWaterMark: 1 });
  pipeline(source, stream, () => undefined);
}

/** Resolves once there is something to read, or an end. @throws AppError what the stream failed of. */
async function firstBytesOf(stream: Transform): Promise<void> {
  if (stream.readableLength > 0) return;
  try {
    await once(stream, 'readable');
  } catch (thrown) {
    throw thrown instanceof AppError ? thrown : new AppError('invalid_request', { cause: thrown });
  }
}
