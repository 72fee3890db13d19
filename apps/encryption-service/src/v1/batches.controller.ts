import { Body, Controller } from '@nestjs/common';
import {
  DecryptBatchAnswer,
  DecryptBatchRequest,
  EncryptBatchAnswer,
  EncryptBatchRequest,
  MASTER_KEY,
  ReencryptBatchAnswer,
  VerifyBatchAnswer,
} from '@app/contract';
import { type Call, CurrentCall, Endpoint } from '@app/server';
import { CurrentClient } from '../callers/access.js';
import type { ClientCaller } from '../callers/caller.js';
import { Batches } from '../keysets/batch/batches.js';
import { KEY_ERRORS } from './key-errors.js';

/** Many items of one encryption in one call. */
@Controller()
export class BatchesController {
  constructor(private readonly batches: Batches) {}

  @Endpoint({
    method: 'POST',
    path: '/v1/encrypt/batch',
    access: 'encrypt',
    summary: 'Encrypts up to 1,000 items, each as encrypt does.',
    body: EncryptBatchRequest,
    answer: EncryptBatchAnswer,
    errors: KEY_ERRORS,
    headers: [MASTER_KEY],
  })
  encrypt(
    @Body() body: EncryptBatchRequest,
    @CurrentClient() caller: ClientCaller,
    @CurrentCall() call: Call,
  ): Promise<EncryptBatchAnswer> {
    note(call, body);
    return this.batches.encrypt(caller, call, body);
  }

  @Endpoint({
    method: 'POST',
    path: '/v1/decrypt/batch',
    access: 'decrypt',
    summary: 'Decrypts up to 1,000 items, each as decrypt does.',
    body: DecryptBatchRequest,
    answer: DecryptBatchAnswer,
    errors: [...KEY_ERRORS, 'quota_exceeded'],
    headers: [MASTER_KEY],
  })
  decrypt(
    @Body() body: DecryptBatchRequest,
    @CurrentClient() caller: ClientCaller,
    @CurrentCall() call: Call,
  ): Promise<DecryptBatchAnswer> {
    note(call, body);
    return this.batches.decrypt(caller, call, body);
  }

  @Endpoint({
    method: 'POST',
    path: '/v1/reencrypt/batch',
    access: 'reencrypt',
    summary: 'Re-encrypts up to 1,000 items, each as re-encrypt does.',
    body: DecryptBatchRequest,
    answer: ReencryptBatchAnswer,
    errors: [...KEY_ERRORS, 'version_destroyed'],
    headers: [MASTER_KEY],
  })
  reencrypt(
    @Body() body: DecryptBatchRequest,
    @CurrentClient() caller: ClientCaller,
    @CurrentCall() call: Call,
  ): Promise<ReencryptBatchAnswer> {
    note(call, body);
    return this.batches.reencrypt(caller, call, body);
  }

  @Endpoint({
    method: 'POST',
    path: '/v1/verify/batch',
    access: 'reencrypt',
    summary: 'Says which of up to 1,000 items open, and never what is in them.',
    body: DecryptBatchRequest,
    answer: VerifyBatchAnswer,
    errors: KEY_ERRORS,
    headers: [MASTER_KEY],
  })
  verify(
    @Body() body: DecryptBatchRequest,
    @CurrentClient() caller: ClientCaller,
    @CurrentCall() call: Call,
  ): Promise<VerifyBatchAnswer> {
    note(call, body);
    return this.batches.verify(caller, call, body);
  }
}

function note({ log }: Call, { encryptionId, items }: DecryptBatchRequest): void {
  log['encryptionId'] = encryptionId;
  log['items'] = items.length;
}
