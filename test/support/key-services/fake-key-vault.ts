import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type Fault, Faults, meet } from './faults.js';
import { answerOf, VaultKeys, type VaultAnswer } from './vault-keys.js';
import type { ServerCertificate } from './server-certificate.js';

const TENANT = '3f0b8d5c-2a0e-4f0c-9d57-6f1c0b8f1a11';

/** What an application signs in with at the fake's own sign-in service. */
export const AZURE_APPLICATION = {
  tenantId: TENANT,
  clientId: '0d3cbe4f-8c43-4a5e-9f05-1f5d6a0c2b22',
  clientSecret: 'the secret of a fake application',
} as const;

const TOKEN_PATH = `/${TENANT}/oauth2/v2.0/token`;
const DISCOVERY_PATH = `/${TENANT}/v2.0/.well-known/openid-configuration`;

/**
 * Azure Key Vault and the sign-in of Microsoft Entra, over TLS on one port, as far as `@azure/keyvault-keys` and `@azure/identity` speak
 * with them: the 401 challenge, client secrets and federated tokens, versions of RSA keys, and wrapping with real RSA-OAEP.
 *
 * What the real ones do and this does not: permissions and roles (any token of its own opens everything), soft delete, key_ops and
 * validity dates, keys other than RSA, `RSA1_5` and OAEP with SHA-1, limits of its own accord, tokens that expire, and the check of a
 * federated token's signature. The real challenge names `https://vault.azure.net`, of which every vault's name is a part; `localhost` can
 * have no such part.
 */
export class FakeKeyVault {
  readonly faults = new Faults();
  readonly keys = new VaultKeys(() => this.url);
  /** What the challenge says the vault is part of. */
  challengeResource = 'https://vault.azure.net';
  /** Method and path of each request, in order. */
  readonly requests: string[] = [];
  readonly #tokens = new Set<string>();

  private constructor(private readonly server: Server) {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void this.#serve(request, response);
    });
  }

  static async start({ certificate, key }: ServerCertificate): Promise<FakeKeyVault> {
    const server = createServer({ cert: certificate, key });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FakeKeyVault(server);
  }

  get url(): string {
    return `https://localhost:${(this.server.address() as AddressInfo).port.toString()}`;
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', this.url);
    const body = await text(request);
    this.requests.push(`${request.method ?? ''} ${pathname}`);
    const signIn = this.#signIn(pathname, body);
    if (signIn !== undefined) {
      send(response, signIn);
      return;
    }
    if (!this.#isAuthorized(request)) {
      response.setHeader('WWW-Authenticate', this.#challenge());
      send(response, answerOf(401, 'Unauthorized', 'AKV10000: Request is missing a token.'));
      return;
    }
    const fault = this.faults.take();
    if (fault !== undefined && (await this.#fail(fault, response, pathname))) return;
    send(response, this.keys.answer(request.method ?? '', pathname, body));
  }

  #isAuthorized({ headers }: IncomingMessage): boolean {
    return this.#tokens.has((headers.authorization ?? '').replace(/^Bearer /, ''));
  }

  #challenge(): string {
    return `Bearer authorization="${this.url}/${TENANT}", resource="${this.challengeResource}"`;
  }

  #signIn(path: string, body: string): VaultAnswer | undefined {
    if (path === DISCOVERY_PATH) {
      const authority = `${this.url}/${TENANT}`;
      return {
        status: 200,
        body: {
          issuer: `${authority}/v2.0`,
          token_endpoint: `${this.url}${TOKEN_PATH}`,
          authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
          end_session_endpoint: `${authority}/oauth2/v2.0/logout`,
          jwks_uri: `${authority}/discovery/v2.0/keys`,
        },
      };
    }
    if (path !== TOKEN_PATH) return undefined;
    const form = new URLSearchParams(body);
    const isKnown =
      form.get('client_id') === AZURE_APPLICATION.clientId &&
      (form.get('client_secret') === AZURE_APPLICATION.clientSecret ||
        form.has('client_assertion'));
    if (!isKnown) {
      return {
        status: 401,
        body: { error: 'invalid_client', error_description: 'AADSTS7000215: Invalid client.' },
      };
    }
    const token = randomBytes(24).toString('base64url');
    this.#tokens.add(token);
    return {
      status: 200,
      body: { token_type: 'Bearer', expires_in: 3599, ext_expires_in: 3599, access_token: token },
    };
  }

  #fail(fault: Fault, response: ServerResponse, path: string): Promise<boolean> {
    return meet(fault, response, {
      faults: this.faults,
      redirectTo: `${this.url}${path}`,
      sendError: (status) => {
        const code = status === 429 ? 'Throttled' : 'InternalServerError';
        send(response, answerOf(status, code, ''));
      },
    });
  }
}

function send(response: ServerResponse, { status, body }: VaultAnswer): void {
  response.statusCode = status;
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.end(JSON.stringify(body));
}
