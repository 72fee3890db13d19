import { constants, generateKeySync, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { TwinCipher } from './twin-cipher.js';
import { parseDecrypt, parseEncrypt } from './twin-requests.js';

/** PEM. */
export interface TwinTls {
  readonly certificate: Buffer;
  readonly key: Buffer;
  readonly clientCa: Buffer;
}

type Handler = (body: unknown) => object | undefined;

function routesOf(cipher: TwinCipher): Readonly<Record<string, Handler>> {
  return {
    '/v1/encrypt': (body) => {
      const request = parseEncrypt(body);
      return request && cipher.seal(request);
    },
    '/v1/decrypt': (body) => {
      const request = parseDecrypt(body);
      return request && cipher.open(request);
    },
  };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
}

function answer(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response
    .writeHead(status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    })
    .end(text);
}

async function handle(
  routes: Readonly<Record<string, Handler>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const result = routes[request.url ?? '']?.(await readJson(request));
    if (result === undefined) answer(response, 400, { code: 'invalid_request' });
    else answer(response, 200, result);
  } catch {
    // One answer for broken JSON and for what does not open: the bench takes any status but 200 as a failure.
    answer(response, 400, { code: 'refused' });
  }
}

/**
 * What the encryption service is measured against: the least that a server can do for the same request and answer. TLS 1.3 with a client
 * certificate, JSON, AES-256-GCM with associated data under a KeyObject. It has no framework, checks no API secret, keeps no
 * database, counts nothing and records nothing. Its one key lives as long as its process.
 */
export function createTwin({ certificate, key, clientCa }: TwinTls): Server {
  const cipher = new TwinCipher(generateKeySync('aes', { length: 256 }), randomUUID());
  const routes = routesOf(cipher);
  return createServer(
    {
      cert: certificate,
      key,
      ca: clientCa,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.3',
      ecdhCurve: 'X25519MLKEM768:X25519',
      secureOptions: constants.SSL_OP_NO_TICKET,
    },
    (request, response) => void handle(routes, request, response),
  );
}
