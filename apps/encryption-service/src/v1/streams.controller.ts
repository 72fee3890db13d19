import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { Controller, Headers } from '@nestjs/common';
import {
  MASTER_KEY,
  parseDecryptHeaders,
  parseEncryptHeaders,
  STREAM_HEADERS,
} from '@app/contract';
import { type Call, CurrentCall, Endpoint, OctetBody, type Octets } from '@app/server';
import { CurrentClient } from '../callers/access.js';
import type { ClientCaller } from '../callers/caller.js';
import { StreamData } from '../keysets/streams/stream-data.js';
import { KEY_ERRORS } from './key-errors.js';

/** Bodies of any length. Their answers begin while they still arrive, and are to be read meanwhile. */
@Controller()
export class StreamsController {
  constructor(private readonly streams: StreamData) {}

  @Endpoint({
    method: 'POST',
    path: '/v1/encrypt/stream',
    access: 'encrypt',
    summary:
      'Encrypts a body of any length as one message, while it arrives. An answer that breaks off is no stream.',
    octets: true,
    errors: KEY_ERRORS,
    headers: [
      STREAM_HEADERS.encryptionId,
      STREAM_HEADERS.encryptionVersionId,
      STREAM_HEADERS.encryptionContext,
      MASTER_KEY,
    ],
  })
  encrypt(
    @Headers() headers: IncomingHttpHeaders,
    @OctetBody() body: Octets,
    @CurrentClient() caller: ClientCaller,
    @CurrentCall() call: Call,
  ): Promise<Readable> {
    const target = parseEncryptHeaders(headers);
    call.log['encryptionId'] = target.encryptionId;
    return this.streams.encrypt(caller, call, target, body);
  }

  @Endpoint({
    method: 'POST',
    path: '/v1/decrypt/stream',
    access: 'decrypt',
    summary:
      'Decrypts a stream while it arrives: each chunk is authentic, and the whole is only where the answer ends and does not break off.',
    octets: true,
    errors: [...KEY_ERRORS, 'version_destroyed', 'decryption_failed', 'quota_exceeded'],
    headers: [STREAM_HEADERS.encryptionId, STREAM_HEADERS.encryptionContext, MASTER_KEY],
  })
  decrypt(
    @Headers() headers: IncomingHttpHeaders,
    @OctetBody() body: Octets,
    @CurrentClient() caller: ClientCaller,
    @CurrentCall() call: Call,
  ): Promise<Readable> {
    const target = parseDecryptHeaders(headers);
    call.log['encryptionId'] = target.encryptionId;
    return this.streams.decrypt(caller, call, target, body);
  }
}
