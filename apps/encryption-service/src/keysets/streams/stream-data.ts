import { once } from 'node:events';
import { pipeline, Readable, type Transform } from 'node:stream';
import type { StreamTarget } from '@app/contract';
import { openStream, readStreamHeader, sealStream, type VersionKeys } from '@app/crypto';
import { AppError, toAppError } from '@app/errors';
import type { Call, Octets } from '@app/server';
import { type Act, runAct } from '../../audit/audited-acts.js';
import type { AuditLog } from '../../audit/audit-log.js';
import type { ClientCaller } from '../../callers/caller.js';
import type { EncryptionEntity } from '../rows/encryption.entity.js';
import type { EncryptionKeyVersionEntity } from '../rows/encryption-key-version.entity.js';
import { openingUse } from '../data/blob-opener.js';
import { assertEncrypts } from '../versions/key-version-state.js';
import type { KeyUses } from '../use/key-use.js';
import type { KeysetReader } from '../use/keyset-reader.js';
import type { MessageCounter } from '../counting/message-counter.js';
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
    feed(body, begun.stream);
    return this.#release(caller, call, ENCRYPT, begun);
  }

  /**
   * Opens a body as one message.
   *
   * @returns its plaintext, each chunk authenticated; to destroy it frees everything.
   * @throws AppError as {@link KeyUses.run}, and `decryption_failed` where nothing of it opens.
   */
  async decrypt(
    caller: ClientCaller,
    call: Call,
    { encryptionId, context }: Omit<StreamTarget, 'versionId'>,
    body: Octets,
  ): Promise<Readable> {
    const headed = await this.#readHeader(caller, call, encryptionId, body);
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
          return { stream: await beginning, encryption, version };
        },
      });
      return this.#release(caller, call, DECRYPT, begun);
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

  #release(caller: ClientCaller, call: Call, operation: string, begun: Begun): Readable {
    const { stream, encryption, version } = begun;
    let use: StreamUse = { caller, call, encryption, version };
    const gate = new StandingGate(async () => {
      use = await this.standings.check(use);
    });
    const ended = Promise.withResolvers<Error | undefined>();
    pipeline(stream, gate, (error) => {
      ended.resolve(error ?? undefined);
    });
    const { tenantId } = caller.client;
    const place = { encryptionId: encryption.id, versionId: version.id };
    const act: Act = { tenantId, caller, call, operation, ...place };
    this.ends.watch(act, ended.promise);
    return gate;
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
