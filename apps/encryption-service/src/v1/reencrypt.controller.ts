import { Body, Controller } from '@nestjs/common';
import { DecryptRequest, MASTER_KEY, ReencryptAnswer } from '@app/contract';
import { type Call, CurrentCall, Endpoint } from '@app/server';
import { CurrentClient } from '../callers/access.js';
import type { ClientCaller } from '../callers/caller.js';
import { ReencryptData } from '../keysets/reencrypt/reencrypt-data.js';
import { OPENING_ERRORS } from './key-errors.js';

/** Moves a blob under the active version without its plaintext leaving the service. */
@Controller()
export class ReencryptController {
  constructor(private readonly reencryptData: ReencryptData) {}

  @Endpoint({
    method: 'POST',
    path: '/v1/reencrypt',
    access: 'reencrypt',
    summary:
      'Opens a blob and seals it under the active version; one that is under it already comes back as it was.',
    body: DecryptRequest,
    answer: ReencryptAnswer,
    errors: OPENING_ERRORS,
    headers: [MASTER_KEY],
  })
  reencrypt(
    @Body() body: DecryptRequest,
    @CurrentClient() caller: ClientCaller,
    @CurrentCall() call: Call,
  ): Promise<ReencryptAnswer> {
    call.log['encryptionId'] = body.encryptionId;
    return this.reencryptData.run(caller, call, body);
  }
}
