import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import {
  AppError,
  catalogueEntry,
  type ErrorCode,
  PROBLEM_MEDIA_TYPE,
  toAppError,
  toProblem,
} from '@app/errors';
import { errorFields } from '../logging/error-fields.js';

const BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: 'invalid_request',
  404: 'not_found',
  408: 'invalid_request',
  413: 'payload_too_large',
  414: 'not_found',
  415: 'unsupported_media_type',
};

// A URL that does not decode matches no route, and so it is answered like any other address that is not there.
const BAD_URL = new Set(['FST_ERR_BAD_URL', 'FST_ERR_ASYNC_CONSTRAINT']);

/** Our code for an error of Nest or Fastify; `undefined` for any other. */
function frameworkCode(error: unknown): ErrorCode | undefined {
  if (error instanceof HttpException) return BY_STATUS[error.getStatus()] ?? 'internal';
  const { code, statusCode } = (error ?? {}) as { code?: unknown; statusCode?: unknown };
  if (typeof code !== 'string') return undefined;
  if (BAD_URL.has(code)) return 'not_found';
  if (!code.startsWith('FST_') || typeof statusCode !== 'number') return undefined;
  return BY_STATUS[statusCode] ?? 'internal';
}

/** Statuses that always say when to try again (RFC 9110, section 10.2.3). */
const RETRIED = new Set([429, 503]);

function translate(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const code = frameworkCode(error);
  return code === undefined ? toAppError(error) : new AppError(code, { cause: error });
}

/** Renders every error of an application as RFC 9457, and logs those that are ours. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Logs an error that is ours, or an alarm; what is the caller's stands in the line of the request. */
  readonly report = (error: AppError, requestId: string): void => {
    if (catalogueEntry(error.code).level === 'error' || error.alarm !== undefined) {
      this.#logger.error({ requestId, ...errorFields(error) }, error.alarm ?? 'request failed');
    }
  };

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.send(thrown, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  /** Also for what never reaches Nest: errors of the router itself. */
  send(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const error = translate(thrown);
    const requestId = request.call.requestId;
    request.call.errorCode = error.code;
    if (error.reason !== undefined) request.call.log['reason'] = error.reason;
    this.report(error, requestId);
    const retryAfter = error.retryAfterSeconds ?? (RETRIED.has(error.status) ? 1 : undefined);
    if (retryAfter !== undefined) void reply.header('retry-after', String(retryAfter));
    if (error.allow !== undefined) void reply.header('allow', error.allow.join(', '));
    // Bytes: to text Fastify adds a charset, which this media type does not have.
    void reply
      .status(error.status)
      .header('content-type', PROBLEM_MEDIA_TYPE)
      .send(Buffer.from(JSON.stringify(toProblem(error, requestId))));
  }
}
