import type { DecryptAnswer, DecryptRequest } from '@app/contract';
import type { Call } from '@app/server';
import type { ClientCaller } from '../../callers/caller.js';
import type { BlobOpener } from './blob-opener.js';

const OPENS = { operation: 'decrypt', kind: 'data', items: 1 } as const;

/** Opens what encrypt sealed. */
export class DecryptData {
  constructor(private readonly opener: BlobOpener) {}

  /** @throws AppError as {@link BlobOpener.run}. */
  run(caller: ClientCaller, call: Call, request: DecryptRequest): Promise<DecryptAnswer> {
    return this.opener.run(caller, call, request, OPENS);
  }
}
