import type { EncryptAnswer, EncryptRequest } from '@app/contract';
import type { Call } from '@app/server';
import type { ClientCaller } from '../../callers/caller.js';
import { assertEncrypts } from '../versions/key-version-state.js';
import type { KeyUses } from '../use/key-use.js';
import type { MessageCounter } from '../counting/message-counter.js';
import { parseSealable, sealUnder } from './sealing.js';

/** Seals data under the active version of an encryption, or under the one that is named. */
export class EncryptData {
  constructor(
    private readonly uses: KeyUses,
    private readonly counter: MessageCounter,
    private readonly maxDataBytes: number,
  ) {}

  /** @throws AppError as {@link KeyUses.run}, and `invalid_base64`, `invalid_request`, `payload_too_large`. */
  async run(caller: ClientCaller, call: Call, request: EncryptRequest): Promise<EncryptAnswer> {
    const { data, encoding, context, versionId } = parseSealable(request, this.maxDataBytes);
    try {
      return await this.uses.run({
        caller,
        call,
        operation: 'encrypt',
        encryptionId: request.encryptionId,
        versionId,
        admit: assertEncrypts,
        count: (encryption, version) => this.counter.take(encryption, version, 1, data.length),
        bytes: () => data.length,
        work: (keys, version) =>
          sealUnder(keys, version, { kind: 'data', encoding, context, data }),
      });
    } finally {
      data.fill(0);
    }
  }
}
