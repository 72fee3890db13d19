import { Body, Controller } from '@nestjs/common';
import {
  CreateDataKeyRequest,
  CreatedDataKeyAnswer,
  DataKeyAnswer,
  DecryptRequest,
  MASTER_KEY,
} from '@app/contract';
import { type Call, CurrentCall, Endpoint } from '@app/server';
import { CurrentClient } from '../callers/access.js';
import type { ClientCaller } from '../callers/caller.js';
import { CreateDataKey } from '../keysets/data-keys/create-data-key.js';
import { OpenDataKey } from '../keysets/data-keys/open-data-key.js';
import { KEY_ERRORS, OPENING_ERRORS } from './key-errors.js';

/** Keys that callers encrypt with by themselves. */
@Controller()
export class DataKeysController {
  constructor(
    private readonly createDataKey: CreateDataKey,
    private readonly openDataKey: OpenDataKey,
  ) {}

  @Endpoint({
    method: 'POST',
    path: '/v1/data-keys',
    access: 'data-keys',
    summary:
      'Makes a data key of 32 random bytes, wrapped, and in plain only where that is asked for.',
    body: CreateDataKeyRequest,
    answer: CreatedDataKeyAnswer,
    errors: [...KEY_ERRORS, 'quota_exceeded'],
    headers: [MASTER_KEY],
  })
  create(
    @Body() body: CreateDataKeyRequest,
    @CurrentClient() caller: ClientCaller,
    @CurrentCall() call: Call,
  ): Promise<CreatedDataKeyAnswer> {
    call.log['encryptionId'] = body.encryptionId;
    return this.createDataKey.run(caller, call, body);
  }

  @Endpoint({
    method: 'POST',
    path: '/v1/data-keys/open',
    access: 'data-keys',
    summary: 'Opens a data key, with the same context; it opens no data.',
    body: DecryptRequest,
    answer: DataKeyAnswer,
    errors: [...OPENING_ERRORS, 'quota_exceeded'],
    headers: [MASTER_KEY],
  })
  open(
    @Body() body: DecryptRequest,
    @CurrentClient() caller: ClientCaller,
    @CurrentCall() call: Call,
  ): Promise<DataKeyAnswer> {
    call.log['encryptionId'] = body.encryptionId;
    return this.openDataKey.run(caller, call, body);
  }
}
