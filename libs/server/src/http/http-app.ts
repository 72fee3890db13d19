import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { DynamicModule } from '@nestjs/common';
import type { Logger } from 'pino';
import type { Identifiers } from '@app/ambient';
import { parseStrictJson } from '@app/encoding';
import { AppError } from '@app/errors';
import { addRequestLog } from '../logging/request-log.js';
import { BrokenHttp } from './broken-http.js';
import { readCall } from './call.js';
import { Draining } from './draining.js';
import { DtoPipe } from './dto-pipe.js';
import { addRequestHooks, type Admit, type Authorize } from './hooks.js';
import { takeOctets } from './octets.js';
import { PeerTimes } from './peer-times.js';
import { ProblemFilter } from './problem-filter.js';
import { RouteTable } from './route-table.js';
import { type TlsFiles, tlsOptions } from './tls.js';

export interface HttpAppOptions {
  readonly tls: TlsFiles;
  readonly bodyLimitBytes: number;
  readonly logger: Logger;
  readonly identifiers: Identifiers;
  /** How long a peer has for the headers of a request and for its body, and how long it may stand still in one of any length. */
  readonly peerMillis?: number;
  /** Networks of proxies whose `X-Forwarded-For` is believed, as {@link isNetwork} takes them; none where absent. */
  readonly trustedProxies?: readonly string[];
  /** Made from the application's own container once that is there; absent, everybody is let in to say who they are. */
  readonly admitFrom?: (app: NestFastifyApplication) => Admit;
  /** Likewise. */
  readonly authorizeFrom: (app: NestFastifyApplication) => Authorize;
}

export interface HttpApp {
  readonly nest: NestFastifyApplication;
  readonly routes: RouteTable;
  /** True from the moment that {@link HttpApp.close} was called: `/readyz` says so, and new requests are refused. */
  readonly isStopping: () => boolean;
  /**
   * Refuses new requests, lets those under way end (for 10 s at most) and closes, whatever peers are still connected. A second call
   * waits for the first one.
   */
  close(): Promise<void>;
}

/** Longer than any id; what is longer matches no route. */
const MAX_PARAM_LENGTH = 200;
const PEER_MILLIS = 30_000;

function makeAdapter(
  options: HttpAppOptions,
  filter: ProblemFilter,
  broken: BrokenHttp,
): FastifyAdapter {
  const { identifiers, peerMillis = PEER_MILLIS, trustedProxies = [] } = options;
  return new FastifyAdapter({
    https: { ...tlsOptions(options.tls), headersTimeout: peerMillis },
    bodyLimit: options.bodyLimitBytes,
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    // None for the request as a whole: a body may be of any length, and `PeerTimes` has the limits of each kind.
    requestTimeout: 0,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    exposeHeadRoutes: false,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    // No middleware is used: without it a request passes one hook less.
    skipMiddie: true,
    multipart: false,
    frameworkErrors: (error: Error, request: unknown, reply: FastifyReply) => {
      const plain = request as FastifyRequest;
      plain.call = readCall(plain, () => identifiers.newUuid(), filter.report);
      void reply.header('x-request-id', plain.call.requestId).header('cache-control', 'no-store');
      filter.send(error, plain, reply);
    },
    clientErrorHandler: (_error, socket) => {
      broken.breakOff(socket);
    },
  });
}

/** Strict JSON, and raw bytes where a route takes them. */
function takeBodies(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, body.length === 0 ? undefined : parseStrictJson(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
  takeOctets(server);
}

function refuse(): Promise<void> {
  return Promise.reject(new AppError('shutting_down', { retryAfterSeconds: 1 }));
}

function letIn(): Promise<void> {
  return Promise.resolve();
}

/** Makes an application of a Nest module: TLS, strict JSON, the order of refusals, problems, one log line for each request. */
export async function createHttpApp(
  module: DynamicModule,
  options: HttpAppOptions,
): Promise<HttpApp> {
  const { logger, identifiers } = options;
  const filter = new ProblemFilter(logger);
  const broken = new BrokenHttp(identifiers);
  const adapter = makeAdapter(options, filter, broken);
  const server = adapter.getInstance<FastifyInstance>();
  const routes = new RouteTable();
  let stopping = false;
  let admit: Admit = refuse;
  let authorize: Authorize = refuse;
  const draining = new Draining(server);
  let closed: Promise<unknown> | undefined;
  takeBodies(server);
  addRequestLog(server, logger);
  addRequestHooks(server, {
    identifiers,
    routes,
    broken,
    peerTimes: new PeerTimes(broken, options.peerMillis ?? PEER_MILLIS),
    report: filter.report,
    isStopping: () => stopping,
    admit: (call, path) => admit(call, path),
    authorize: (request, access) => authorize(request, access),
  });
  const nest = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: false,
    bodyParser: false,
    abortOnError: false,
  });
  nest.useGlobalFilters(filter);
  nest.useGlobalPipes(new DtoPipe());
  admit = options.admitFrom?.(nest) ?? letIn;
  authorize = options.authorizeFrom(nest);
  await nest.init();
  await server.ready();
  return {
    nest,
    routes,
    isStopping: () => stopping,
    close: async () => {
      stopping = true;
      // Nest stops listening, and then waits for the connections that are ended meanwhile.
      closed ??= Promise.all([nest.close(), draining.drain()]);
      await closed;
    },
  };
}
