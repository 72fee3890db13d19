import { readFileSync } from 'node:fs';
import type { Identifiers } from '@app/ambient';
import { ServiceTransport } from '@app/encryption-client';
import type { DevelopmentCertificates } from '../certs/ensure-certificates.js';
import type { ApiCredentials } from './credentials.js';

export interface ServiceAnswer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** Calls the encryption service as the person at the machine does: with the client certificate and an API key. */
export class ServiceCaller {
  readonly #transport: ServiceTransport;
  readonly #identifiers: Identifiers;

  constructor(url: string, files: DevelopmentCertificates['files'], identifiers: Identifiers) {
    this.#identifiers = identifiers;
    this.#transport = new ServiceTransport({
      url,
      ca: readFileSync(files.ca.certificate),
      certificate: readFileSync(files.client.certificate),
      key: readFileSync(files.client.key),
    });
  }

  async call(
    method: 'GET' | 'POST',
    path: string,
    credentials: ApiCredentials,
    body?: object,
  ): Promise<ServiceAnswer> {
    const answer = await this.#transport.send({
      method,
      path,
      headers: {
        'x-api-key': credentials.apiKey,
        'x-api-secret': credentials.apiSecret,
        'x-request-id': this.#identifiers.newUuid(),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)) }),
    });
    const parsed = JSON.parse(answer.body.toString('utf8')) as Record<string, unknown>;
    return { status: answer.status, body: parsed };
  }

  async close(): Promise<void> {
    await this.#transport.close();
  }
}
