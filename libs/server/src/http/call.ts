import { isUtf8 } from 'node:buffer';
import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { HEADERS, MASTER_KEY } from '@app/contract';
import type { AppError } from '@app/errors';
import { SecretBytes } from '@app/secret';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';

/** A key that came in a header: 32 bytes, or why there are none. It is owned by the request, which disposes of it. */
export type HeaderKey = SecretBytes | 'absent' | 'malformed';

/** Logs an error that no answer tells, with the id of its request. */
export type Report = (error: AppError, requestId: string) => void;

/** What is known of one request beside its route: filled by the hooks, read by handlers and the request log. */
export interface Call {
  /** Echoed in the answer, and written to log and audit record. */
  readonly requestId: string;
  /**
   * The peer's IP address as text, or what a trusted proxy says that it is; empty for a peer that hung up before its request was read.
   */
  readonly address: string;
  /** `X-Access-Reason`, for the audit record. */
  readonly accessReason: string | undefined;
  /** Which of the two headers was outside its form; refused once it is the turn of a 400. */
  readonly malformedHeader: string | undefined;
  /** `X-Master-Key`: overwritten when the answer is there, and kept nowhere else. */
  readonly masterKey: HeaderKey;
  /** `X-New-Master-Key`, likewise. */
  readonly newMasterKey: HeaderKey;
  /** Who is calling; absent on public routes. */
  principal: unknown;
  /** Fields for the request log: ids alone. */
  readonly log: Record<string, string | number>;
  errorCode: string | undefined;
  /** Logs what was wrong and is not, or not alone, what the answer says: with one item of many, or after the answer had begun. */
  readonly report: (error: AppError) => void;
}

declare module 'fastify' {
  interface FastifyRequest {
    call: Call;
  }
}

const REQUEST_ID = /^[\x21-\x7e]{1,128}$/;
const ACCESS_REASON = /^[^\p{Cc}]{0,256}$/u;
const MASTER_KEY_FORM = new RegExp(MASTER_KEY.pattern);

function textOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.join(', ');
}

/** Node reads a header as latin1, a byte for a character; what was sent as UTF-8 is read as that (RFC 9110, section 5.5). */
function readUtf8(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const bytes = Buffer.from(header, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : header;
}

function keyOf(header: string | undefined): HeaderKey {
  if (header === undefined) return 'absent';
  // Node's decoder takes both alphabets, and the form was checked.
  return MASTER_KEY_FORM.test(header)
    ? new SecretBytes(Buffer.from(header, 'base64'))
    : 'malformed';
}

/** Overwrites the keys of a request that has its answer. */
export function disposeOfKeys(call: Call): void {
  for (const key of [call.masterKey, call.newMasterKey]) {
    if (typeof key !== 'string') key.dispose();
  }
}

/** The right-most hop that no trusted proxy vouches for; where a proxy passes on what is no address, the proxy's own. */
function addressOf(request: FastifyRequest): string {
  const peer = request.raw.socket.remoteAddress;
  // A socket that is closed by now has none.
  if (peer === undefined) return '';
  return isIP(request.ip) === 0 ? peer : request.ip;
}

/** Reads the headers that every route takes. `newId` makes up a request id where there is none or it is malformed. */
export function readCall(request: FastifyRequest, newId: () => string, report: Report): Call {
  const sentId = textOf(request.headers['x-request-id']);
  const accessReason = readUtf8(textOf(request.headers['x-access-reason']));
  const badId = sentId !== undefined && !REQUEST_ID.test(sentId);
  const badReason = accessReason !== undefined && !ACCESS_REASON.test(accessReason);
  const requestId = sentId === undefined || badId || badReason ? newId() : sentId;
  return {
    requestId,
    address: addressOf(request),
    accessReason: badReason || accessReason === '' ? undefined : accessReason,
    malformedHeader: badId ? 'X-Request-Id' : badReason ? 'X-Access-Reason' : undefined,
    masterKey: keyOf(textOf(request.headers[HEADERS.masterKey])),
    newMasterKey: keyOf(textOf(request.headers[HEADERS.newMasterKey])),
    principal: undefined,
    log: {},
    errorCode: undefined,
    report: (error) => {
      report(error, requestId);
    },
  };
}

/** The {@link Call} of the request, as a handler's parameter. */
export const CurrentCall = createParamDecorator((_: unknown, context: ExecutionContext): Call => {
  return context.switchToHttp().getRequest<FastifyRequest>().call;
});
