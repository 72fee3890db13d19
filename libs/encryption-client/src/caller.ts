import { DEFAULT_BODY_LIMIT_BYTES, HEADERS } from '@app/contract';
import { parseStrictJson } from '@app/encoding';
import { AppError } from '@app/errors';
import type { SecretBytes } from '@app/secret';
import { problemOf } from './problem-answer.js';
import type { ClientCredentials } from './service-answers.js';
import type { ServiceTransport, WireAnswer } from './transport.js';

/** What a call says about the request that it serves; it ends up in the service's audit record. */
export interface CallContext {
  readonly requestId: string;
  readonly accessReason?: string | undefined;
}

/** The context of a call that uses keys. */
export interface KeyContext extends CallContext {
  /** A client's own master key: 32 bytes, borrowed for the call. Absent where none is to be sent. */
  readonly masterKey?: SecretBytes | undefined;
}

/** One call of the contract. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly expect: 200 | 201 | 204;
  readonly body?: object;
  readonly idempotencyKey?: string;
  /** Sent as `X-Master-Key`: 32 bytes, borrowed for the call. */
  readonly masterKey?: SecretBytes | undefined;
  /** Sent as `X-New-Master-Key`: 32 bytes, borrowed for the call. */
  readonly newMasterKey?: SecretBytes;
  /** False for a call that has another effect when it is carried out twice. */
  readonly mayRepeat?: boolean;
}

const JSON_TYPE = /^application\/json\s*(;|$)/i;

/** Carries out calls with the credentials of one client. */
export class ServiceCaller {
  readonly #transport: ServiceTransport;
  readonly #credentials: ClientCredentials;

  /** @param transport - borrowed: one serves many clients, and whoever made it closes it. */
  constructor(transport: ServiceTransport, credentials: ClientCredentials) {
    this.#transport = transport;
    this.#credentials = credentials;
  }

  /**
   * @param context - of it no more is sent than a {@link CallContext} has: what else a caller's object holds is not for the service.
   * @returns the JSON of the answer, not looked at yet; `undefined` where none is expected.
   * @throws AppError with the code that the service answered; `encryption_service_unavailable` or `encryption_service_rejected` where it
   * gave none; `payload_too_large` for a body that it would refuse.
   */
  async call(call: Call, context: CallContext): Promise<unknown> {
    const answer = await this.#transport.send({
      method: call.method,
      path: call.path,
      headers: this.#headersOf(call, context),
      ...(call.mayRepeat === undefined ? {} : { mayRepeat: call.mayRepeat }),
      ...(call.body === undefined ? {} : { body: encodeBody(call.body) }),
    });
    if (answer.status >= 400) throw problemOf(answer);
    if (answer.status !== call.expect) throw new AppError('encryption_service_rejected');
    return call.expect === 204 ? undefined : parseAnswer(answer);
  }

  #headersOf(call: Call, context: CallContext): Record<string, string> {
    const { requestId, accessReason } = context;
    return {
      accept: 'application/json',
      [HEADERS.apiKey]: this.#credentials.apiKey,
      [HEADERS.apiSecret]: this.#credentials.apiSecret.expose(),
      [HEADERS.requestId]: requestId,
      // A header is bytes, one for each character of the string that undici takes.
      ...(accessReason === undefined
        ? {}
        : { [HEADERS.accessReason]: Buffer.from(accessReason, 'utf8').toString('latin1') }),
      ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(call.idempotencyKey === undefined
        ? {}
        : { [HEADERS.idempotencyKey]: call.idempotencyKey }),
      ...keyHeader(HEADERS.masterKey, call.masterKey),
      ...keyHeader(HEADERS.newMasterKey, call.newMasterKey),
    };
  }
}

/** A key as text cannot be overwritten: it is made for its request, and goes with it. */
function keyHeader(name: string, key: SecretBytes | undefined): Record<string, string> {
  return key === undefined ? {} : { [name]: key.expose().toString('base64') };
}

function encodeBody(body: object): Buffer {
  const bytes = Buffer.from(JSON.stringify(body), 'utf8');
  if (bytes.length > DEFAULT_BODY_LIMIT_BYTES) throw new AppError('payload_too_large');
  return bytes;
}

function parseAnswer({ contentType, body }: WireAnswer): unknown {
  if (!JSON_TYPE.test(contentType)) throw new AppError('encryption_service_rejected');
  try {
    return parseStrictJson(body);
  } catch (cause) {
    throw new AppError('encryption_service_rejected', { cause });
  }
}
