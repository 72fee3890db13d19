import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Identifiers } from '@app/ambient';
import { AppError, invalidField } from '@app/errors';
import type { BrokenHttp } from './broken-http.js';
import { type Call, disposeOfKeys, readCall, type Report } from './call.js';
import { PUBLIC, type RouteFacts } from './endpoint.js';
import { assertOctets } from './octets.js';
import type { PeerTimes } from './peer-times.js';
import type { RouteTable } from './route-table.js';

/**
 * Says who is calling and whether they may, before a byte of the body is read. It sets `request.call.principal`.
 *
 * @throws AppError `unauthenticated`, `forbidden`, `rate_limited` or what its database gave.
 */
export type Authorize = (request: FastifyRequest, access: string) => Promise<void>;

/**
 * Looks at where a request comes from and at its route, as that is declared, before anybody says who they are. Public routes too.
 *
 * @throws AppError `rate_limited`.
 */
export type Admit = (call: Call, path: string) => Promise<void>;

export interface HookOptions {
  readonly admit: Admit;
  readonly authorize: Authorize;
  readonly identifiers: Identifiers;
  readonly routes: RouteTable;
  readonly broken: BrokenHttp;
  readonly peerTimes: PeerTimes;
  readonly report: Report;
  /** True from the moment that the process was told to stop. */
  readonly isStopping: () => boolean;
}

function factsOf(request: FastifyRequest): RouteFacts | undefined {
  return (request.routeOptions.config as { facts?: RouteFacts }).facts;
}

/** `Content-Encoding` other than identity, and a charset other than UTF-8, are other media types to us (RFC 9110, section 8). */
function assertPlainBody(request: FastifyRequest): void {
  // A GET has no body that anybody reads.
  if (request.method === 'GET') return;
  const encoding = request.headers['content-encoding'];
  const charset = /charset\s*=\s*"?([^\s;"]+)/i.exec(request.headers['content-type'] ?? '')?.[1];
  const plain = encoding === undefined || encoding.trim().toLowerCase() === 'identity';
  if (plain && (charset === undefined || charset.toLowerCase() === 'utf-8')) return;
  throw new AppError('unsupported_media_type');
}

function assertHeaders(request: FastifyRequest): void {
  const { malformedHeader } = request.call;
  if (malformedHeader !== undefined) {
    const rule =
      malformedHeader === 'X-Request-Id'
        ? 'must be 1 to 128 visible ASCII characters'
        : 'must be at most 256 characters without control characters';
    throw invalidField(malformedHeader, rule);
  }
}

function isEmpty(value: unknown): boolean {
  if (value === undefined) return true;
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** What a call does not take it refuses, and does not pass over. */
function assertNothingMore(request: FastifyRequest): void {
  const facts = factsOf(request);
  for (const [name, value, isTaken] of [
    ['query', request.query, facts?.takesQuery],
    ['body', request.body, facts?.takesBody],
  ] as const) {
    if (isTaken !== true && !isEmpty(value)) throw invalidField(name, 'is not taken by this call');
  }
}

/**
 * The order of refusals: route, credentials, rights, then what is wrong with headers and body. The body itself is read and checked
 * after these.
 */
export function addRequestHooks(server: FastifyInstance, options: HookOptions): void {
  const { admit, authorize, identifiers, routes, broken, peerTimes, report, isStopping } = options;
  routes.watch(server);
  server.decorateRequest('call');
  server.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    request.call = readCall(request, () => identifiers.newUuid(), report);
    const facts = factsOf(request);
    broken.begin(request.raw.socket, reply.raw);
    peerTimes.watch(request.raw, reply.raw, facts?.takesOctets === true);
    void reply.header('x-request-id', request.call.requestId).header('cache-control', 'no-store');
    if (isStopping()) {
      void reply.header('connection', 'close');
      throw new AppError('shutting_down', { retryAfterSeconds: 1 });
    }
    if (request.is404) throw routes.refusal(request.method, request.url);
    if (facts === undefined) throw new AppError('internal');
    await admit(request.call, facts.path);
    if (facts.access !== PUBLIC) await authorize(request, facts.access);
  });
  // Once there is an answer no key is used any more. `onResponse` would be too late, and comes never for a peer that has hung up.
  server.addHook('onSend', (request: FastifyRequest, _reply, _payload, done) => {
    // A malformed URL ends before there is one.
    const call = request.call as Call | undefined;
    if (call !== undefined) disposeOfKeys(call);
    done();
  });
  server.addHook('preParsing', async (request: FastifyRequest) => {
    assertPlainBody(request);
    assertOctets(request);
    return Promise.resolve(undefined);
  });
  server.addHook('preValidation', async (request: FastifyRequest) => {
    assertHeaders(request);
    assertNothingMore(request);
    return Promise.resolve();
  });
}
