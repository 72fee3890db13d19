import { fastify, type FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { AppError } from '@app/errors';
import { Draining } from '../http/draining.js';
import { type TlsFiles, tlsOptions } from '../http/tls.js';

export interface OperationsOptions {
  readonly host: string;
  readonly port: number;
  /** Needed anywhere else than on loopback. */
  readonly tls?: TlsFiles | undefined;
  readonly metrics: Registry;
  /** True once the process was told to stop: `/readyz` is `503` then, so that nobody sends it new work. */
  readonly isStopping: () => boolean;
  /** Resolves when the application can answer; its rejection is `503` at `/readyz`. */
  readonly checkReady: () => Promise<void>;
}

/** An answer takes as long as a look at the database at most, and whoever asked knows by then that the process is stopping. */
const GRACE_MILLIS = 1_000;
const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

/** A registry with the figures of the process itself. */
export function createMetrics(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

/**
 * The operations port: `/livez`, `/readyz`, `/metrics` and nothing else. Plain HTTP on loopback, TLS 1.3 anywhere else.
 *
 * @throws AppError `internal` where another address is given without a certificate.
 */
export async function startOperations(options: OperationsOptions): Promise<FastifyInstance> {
  const { host, port, tls, metrics, isStopping, checkReady } = options;
  if (tls === undefined && !LOOPBACK.has(host)) {
    throw new AppError('internal', {
      detail:
        'The operations port is not on loopback: operations.tlsCertificate and operations.tlsKey must be set.',
    });
  }
  const common = { logger: false, exposeHeadRoutes: false, forceCloseConnections: true } as const;
  const server = (
    tls === undefined ? fastify(common) : fastify({ ...common, https: tlsOptions(tls) })
  ) as FastifyInstance;
  const draining = new Draining(server, GRACE_MILLIS);
  server.addHook('preClose', () => draining.drain());
  server.addHook('onRequest', (_request, reply, done) => {
    void reply.header('cache-control', 'no-store');
    done();
  });
  server.get('/livez', () => ({ status: 'ok' }));
  server.get('/readyz', async (_request, reply) => {
    try {
      if (isStopping()) throw new AppError('shutting_down');
      await checkReady();
      return { status: 'ok' };
    } catch (error) {
      const code = error instanceof AppError ? error.code : 'internal';
      return reply.status(503).send({ status: 'unavailable', code });
    }
  });
  server.get('/metrics', async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.metrics()),
  );
  await server.listen({ host, port });
  return server;
}
