import { readFile } from 'node:fs/promises';
import { parseStrictJson } from '@app/encoding';
import { type ClientCredentials, OperatorClient, ServiceTransport } from '@app/encryption-client';
import { AppError } from '@app/errors';
import { SecretString } from '@app/secret';
import type { CorePlatformConfig } from '../config.js';
import { type LocalService, TlsLocalService } from '../connections/local-service.js';

/** The core's own encryption service, and the connections to it, which whoever opens them closes. */
export interface OpenedService {
  readonly transport: ServiceTransport;
  readonly service: LocalService;
}

/** Reads the files that the configuration names. Nothing is connected yet: the service may start later. */
export async function openLocalService({ service }: CorePlatformConfig): Promise<OpenedService> {
  const transport = new ServiceTransport({
    url: service.url,
    ca: await readFile(service.ca),
    certificate: await readFile(service.certificate),
    key: await readFile(service.key),
  });
  const operator = new OperatorClient(transport, readOperator(service.operator));
  return { transport, service: new TlsLocalService(transport, operator) };
}

function readOperator(file: SecretString): ClientCredentials {
  try {
    const fields = parseStrictJson(Buffer.from(file.expose(), 'utf8')) as Record<string, unknown>;
    const { apiKey, apiSecret } = fields;
    if (typeof apiKey === 'string' && typeof apiSecret === 'string')
      return { apiKey, apiSecret: new SecretString(apiSecret) };
  } catch {
    // The parser's message could quote the secret: it is dropped on purpose.
  }
  throw new AppError('internal', {
    detail:
      'service.operator must be JSON with apiKey and apiSecret, as `operator create` wrote it.',
  });
}
