import type { DataKeyAnswer, DecryptRequest } from '@app/contract';
import type { Call } from '@app/server';
import type { ClientCaller } from '../../callers/caller.js';
import { DATA_KEY_ITEMS } from '../../limits/decrypt-budget.js';
import type { BlobOpener } from '../data/blob-opener.js';

const OPENS = { operation: 'open-data-key', kind: 'data-key', items: DATA_KEY_ITEMS } as const;

/** Opens a data key. It opens nothing else, and decrypt opens no data key. */
export class OpenDataKey {
  constructor(private readonly opener: BlobOpener) {}

  /** @throws AppError as {@link BlobOpener.run}. */
  async run(caller: ClientCaller, call: Call, request: DecryptRequest): Promise<DataKeyAnswer> {
    const { data } = await this.opener.run(caller, call, request, OPENS);
    return { key: data };
  }
}
