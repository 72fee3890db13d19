import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { RouteFacts } from '../http/endpoint.js';

function levelOf(status: number): 'info' | 'warn' | 'error' {
  if (status >= 500) return 'error';
  return status >= 400 ? 'warn' : 'info';
}

/**
 * One line for each request, of an allow-list: the route as declared (never the URL, whose query may hold anything), ids and sizes.
 * Bodies and headers are never logged.
 */
export function addRequestLog(server: FastifyInstance, logger: Logger): void {
  server.addHook('onResponse', (request: FastifyRequest, reply: FastifyReply, done) => {
    const level = levelOf(reply.statusCode);
    if (logger.isLevelEnabled(level)) {
      const { call } = request;
      const facts = (request.routeOptions.config as { facts?: RouteFacts }).facts;
      logger[level](
        {
          requestId: call.requestId,
          method: request.method,
          route: facts?.path ?? '(none)',
          status: reply.statusCode,
          durationMs: Math.round(reply.elapsedTime * 100) / 100,
          bytesIn: Number(request.headers['content-length'] ?? 0),
          ...call.log,
          ...(call.errorCode === undefined ? {} : { code: call.errorCode }),
        },
        'request',
      );
    }
    done();
  });
}
