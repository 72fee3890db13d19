import type {
  DecryptBatchAnswer,
  DecryptBatchRequest,
  EncryptBatchAnswer,
  EncryptBatchRequest,
  ReencryptBatchAnswer,
  VerifyBatchAnswer,
} from '@app/contract';
import type { Call } from '@app/server';
import type { ClientCaller } from '../../callers/caller.js';
import type { DecryptBudget } from '../../limits/decrypt-budget.js';
import type { CountedSealing } from '../data/counted-sealing.js';
import type { KeysetUses } from '../use/keyset-uses.js';
import type { MessageCounter } from '../counting/message-counter.js';
import type { Reencryption } from '../reencrypt/reencryption.js';
import { BatchUses } from './batch-uses.js';
import { DecryptBatch } from './decrypt-batch.js';
import { EncryptBatch } from './encrypt-batch.js';
import { ReencryptBatch } from './reencrypt-batch.js';
import { VerifyBatch } from './verify-batch.js';

/** The four kinds of batches. */
export class Batches {
  readonly #uses: BatchUses;
  readonly #encrypt: EncryptBatch;
  readonly #decrypt: DecryptBatch;
  readonly #reencrypt: ReencryptBatch;
  readonly #verify: VerifyBatch;

  constructor(
    uses: KeysetUses,
    counter: MessageCounter,
    sealing: CountedSealing,
    reencryption: Reencryption,
    budget: DecryptBudget,
    maxDataBytes: number,
  ) {
    this.#uses = new BatchUses(uses, budget);
    this.#encrypt = new EncryptBatch(sealing, maxDataBytes);
    this.#decrypt = new DecryptBatch(counter);
    this.#reencrypt = new ReencryptBatch(reencryption);
    this.#verify = new VerifyBatch(counter);
  }

  /** @throws AppError as {@link BatchUses.run}; so do the others. */
  encrypt(
    caller: ClientCaller,
    call: Call,
    request: EncryptBatchRequest,
  ): Promise<EncryptBatchAnswer> {
    return this.#uses.run(this.#encrypt, caller, call, request);
  }

  decrypt(
    caller: ClientCaller,
    call: Call,
    request: DecryptBatchRequest,
  ): Promise<DecryptBatchAnswer> {
    return this.#uses.run(this.#decrypt, caller, call, request);
  }

  reencrypt(
    caller: ClientCaller,
    call: Call,
    request: DecryptBatchRequest,
  ): Promise<ReencryptBatchAnswer> {
    return this.#uses.run(this.#reencrypt, caller, call, request);
  }

  verify(
    caller: ClientCaller,
    call: Call,
    request: DecryptBatchRequest,
  ): Promise<VerifyBatchAnswer> {
    return this.#uses.run(this.#verify, caller, call, request);
  }
}
