import type { Readable } from 'node:stream';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '@app/errors';
import { OCTETS_MEDIA_TYPE, type RouteFacts } from './endpoint.js';

/**
 * A body of any length, as it arrives: it is read no faster than it is asked for. Whoever stops asking leaves the rest to the server,
 * which can still answer. It throws where the peer breaks off.
 */
export type Octets = AsyncIterable<Buffer>;

/** What a peer breaks off is wrong with its request, and no fault of ours. */
async function* octetsOf(body: Readable): AsyncGenerator<Buffer, void, undefined> {
  try {
    // To destroy the body would destroy the connection, and with it the answer that says why.
    yield* body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  } catch (cause) {
    const errors = [{ field: 'body', message: 'must arrive whole' }];
    throw new AppError('invalid_request', { cause, errors });
  }
}

function isOctetRoute(request: FastifyRequest): boolean {
  return (request.routeOptions.config as { facts?: RouteFacts }).facts?.takesOctets === true;
}

/** @throws AppError `unsupported_media_type` where a route of raw bytes gets anything else. */
export function assertOctets(request: FastifyRequest): void {
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (isOctetRoute(request) && type !== OCTETS_MEDIA_TYPE)
    throw new AppError('unsupported_media_type');
}

/** Hands the body of a route of raw bytes on unread, whatever its length; no other route takes one. */
export function takeOctets(server: FastifyInstance): void {
  server.addContentTypeParser(OCTETS_MEDIA_TYPE, (request, payload, done) => {
    if (isOctetRoute(request)) done(null, payload);
    else done(new AppError('unsupported_media_type'));
  });
}

/** The {@link Octets} of a request, as a handler's parameter. */
export const OctetBody = createParamDecorator((_: unknown, context: ExecutionContext): Octets => {
  return octetsOf(context.switchToHttp().getRequest<FastifyRequest<{ Body: Readable }>>().body);
});
