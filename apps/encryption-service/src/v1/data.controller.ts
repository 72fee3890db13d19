import { Body, Controller, Headers } from '@nestjs/common';
import {
  IDEMPOTENCY_KEY,
  MASTER_KEY,
  DecryptAnswer,
  DecryptRequest,
  EncryptAnswer,
  EncryptRequest,
  RotateAnswer,
  RotateRequest,
  parseIdempotencyKey,
} from '@app/contract';
import { type Call, CurrentCall, Endpoint } from '@app/server';
import { CurrentClient } from '../callers/access.js';
import type { ClientCaller } from '../callers/caller.js';
import { DecryptData } from '../keysets/data/decrypt-data.js';
import { EncryptData } from '../keysets/data/encrypt-data.js';
import { RotateKeyset } from '../keysets/versions/rotate-keyset.js';
import { KEY_ERRORS, OPENING_ERRORS } from './key-errors.js';

/** Encrypt, decrypt and rotate: what every service of this contract has. */
@Controller()
export class DataController {
  constructor(
    private readonly encryptData: EncryptData,
    private readonly decryptData: DecryptData,
    private readonly rotateKeyset: RotateKeyset,
  ) {}

  @Endpoint({
    method: 'POST',
    path: '/v1/encrypt',
    access: 'encrypt',
    summary:
      'Encrypts data under the active version of an encryption, or under the one that is named.',
    body: EncryptRequest,
    answer: EncryptAnswer,
    errors: [...KEY_ERRORS, 'invalid_base64'],
    headers: [MASTER_KEY],
  })
  encrypt(
    @Body() body: EncryptRequest,
    @CurrentClient() caller: ClientCaller,
    @CurrentCall() call: Call,
  ): Promise<EncryptAnswer> {
    call.log['encryptionId'] = body.encryptionId;
    return this.encryptData.run(caller, call, body);
  }

  @Endpoint({
    method: 'POST',
    path: '/v1/decrypt',
    access: 'decrypt',
    summary: 'Decrypts what encrypt answered, with the same context.',
    body: DecryptRequest,
    answer: DecryptAnswer,
    errors: [...OPENING_ERRORS, 'quota_exceeded'],
    headers: [MASTER_KEY],
  })
  decrypt(
    @Body() body: DecryptRequest,
    @CurrentClient() caller: ClientCaller,
    @CurrentCall() call: Call,
  ): Promise<DecryptAnswer> {
    call.log['encryptionId'] = body.encryptionId;
    return this.decryptData.run(caller, call, body);
  }

  @Endpoint({
    method: 'POST',
    path: '/v1/rotate',
    access: 'rotate',
    summary: 'Makes a new active version; the one before it is deactivated and goes on decrypting.',
    body: RotateRequest,
    answer: RotateAnswer,
    errors: [...KEY_ERRORS, 'conflict'],
    headers: [IDEMPOTENCY_KEY, MASTER_KEY],
  })
  rotate(
    @Body() body: RotateRequest,
    @CurrentClient() caller: ClientCaller,
    @CurrentCall() call: Call,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
  ): Promise<RotateAnswer> {
    call.log['encryptionId'] = body.encryptionId;
    return this.rotateKeyset.run(caller, call, body, parseIdempotencyKey(idempotencyKey));
  }
}
