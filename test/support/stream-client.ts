import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Credentials, ServiceApp } from './service-app.js';

/** What came of a stream: its bytes, the code of the refusal, or that it broke off. */
export type StreamOutcome = Buffer | string;

export const BROKEN_OFF = 'broken off';

export interface StreamCall {
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly context?: Readonly<Record<string, string>>;
  readonly replica?: number;
  readonly as?: Credentials;
}

/** Calls the streams of a service, so that both directions can be looked at while they run. */
export class StreamClient {
  constructor(
    private readonly service: ServiceApp,
    private readonly as: Credentials,
  ) {}

  /** Begins a call; its body is the caller's to send. */
  open(kind: 'encrypt' | 'decrypt', encryptionId: string, call: StreamCall = {}): ClientRequest {
    const { apiKey, apiSecret } = call.as ?? this.as;
    const { port } = new URL(this.service.url(call.replica));
    const file = (name: string): Buffer => readFileSync(join(this.service.folder, name));
    const context =
      call.context === undefined
        ? {}
        : {
            'x-encryption-context': Buffer.from(JSON.stringify(call.context)).toString('base64url'),
          };
    return request({
      port,
      host: '127.0.0.1',
      servername: 'localhost',
      ca: file('ca.pem'),
      cert: file('client.pem'),
      key: file('client.key'),
      agent: false,
      method: 'POST',
      path: `/v1/${kind}/stream`,
      headers: {
        'content-type': 'application/octet-stream',
        'x-api-key': apiKey,
        'x-api-secret': apiSecret,
        'x-encryption-id': encryptionId,
        ...context,
        ...call.headers,
      },
    }).on('error', () => undefined);
  }

  /** Sends a body whole and reads the answer whole. */
  async send(
    kind: 'encrypt' | 'decrypt',
    encryptionId: string,
    body: Buffer | readonly Buffer[],
    call?: StreamCall,
  ): Promise<StreamOutcome> {
    const begun = this.open(kind, encryptionId, call);
    const pieces = Buffer.isBuffer(body) ? (body.length === 0 ? [] : [body]) : body;
    Readable.from(pieces).pipe(begun);
    return outcomeOf(await responseTo(begun));
  }

  /** Seals; a refusal is an error of the test. */
  async seal(encryptionId: string, body: Buffer, call?: StreamCall): Promise<Buffer> {
    const sealed = await this.send('encrypt', encryptionId, body, call);
    if (typeof sealed === 'string') throw new Error(`not sealed: ${sealed}`);
    return sealed;
  }
}

/** The answer to a call, once its head is there. */
export async function responseTo(call: ClientRequest): Promise<IncomingMessage> {
  const [reply] = (await once(call, 'response')) as [IncomingMessage];
  return reply;
}

/** Reads an answer to its end, wherever that is. */
export async function outcomeOf(reply: IncomingMessage): Promise<StreamOutcome> {
  try {
    const bytes = await buffer(reply);
    if (reply.statusCode === 200) return bytes;
    return (JSON.parse(bytes.toString()) as { code: string }).code;
  } catch {
    return BROKEN_OFF;
  }
}
