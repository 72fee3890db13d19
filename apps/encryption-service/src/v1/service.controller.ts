import { Controller, Inject, Query } from '@nestjs/common';
import {
  AuditQuery,
  AuditRecordAnswer,
  CONTRACT_VERSION,
  HealthAnswer,
  type Page,
} from '@app/contract';
import { Endpoint, PUBLIC } from '@app/server';
import { AuditLog } from '../audit/audit-log.js';
import { ANY_CALLER, CurrentCaller, CurrentClient } from '../callers/access.js';
import { type Caller, type ClientCaller, scopesOf } from '../callers/caller.js';
import { FEATURES, OPENAPI_DOCUMENT } from './surface.js';

/** What the service says of itself, and its audit log. */
@Controller()
export class ServiceController {
  constructor(
    private readonly audit: AuditLog,
    @Inject(OPENAPI_DOCUMENT) private readonly document: { readonly current: object },
  ) {}

  @Endpoint({
    method: 'GET',
    path: '/v1/health',
    access: ANY_CALLER,
    summary: 'Says that the service answers, what it has, and who is calling.',
    answer: HealthAnswer,
  })
  health(@CurrentCaller() caller: Caller): HealthAnswer {
    const common = { status: 'ok' as const, contract: CONTRACT_VERSION, features: [...FEATURES] };
    const scopes = [...scopesOf(caller)];
    if (caller.kind === 'operator')
      return { ...common, client: { id: caller.operator.id, scopes } };
    const { id, tenantId, encryptionIds } = caller.client;
    return {
      ...common,
      client: { id, tenantId, scopes, ...(encryptionIds === undefined ? {} : { encryptionIds }) },
    };
  }

  @Endpoint({
    method: 'GET',
    path: '/v1/audit',
    access: 'audit:read',
    summary: 'The records of the tenant, the newest first.',
    query: AuditQuery,
    answer: AuditRecordAnswer,
    paged: true,
  })
  read(
    @Query() query: AuditQuery,
    @CurrentClient() caller: ClientCaller,
  ): Promise<Page<AuditRecordAnswer>> {
    const { tenantId, encryptionIds } = caller.client;
    return this.audit.read(tenantId, query, encryptionIds);
  }

  @Endpoint({
    method: 'GET',
    path: '/v1/openapi.json',
    access: PUBLIC,
    summary: 'The OpenAPI 3.1 document of exactly this surface.',
    document: { mediaType: 'application/json', schema: { type: 'object' } },
  })
  openapi(): object {
    return this.document.current;
  }
}
