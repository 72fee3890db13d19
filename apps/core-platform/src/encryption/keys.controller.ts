import { Body, Controller, Headers, Param, Query } from '@nestjs/common';
import {
  IDEMPOTENCY_KEY,
  MASTER_KEY,
  type Page,
  pageLimit,
  PageQuery,
  RotateAnswer,
  VersionAnswer,
  parseIdempotencyKey,
} from '@app/contract';
import { type Call, CurrentCall, Endpoint } from '@app/server';
import { memberOf } from '../access/caller.js';
import { EncryptionGateway } from './encryption-gateway.js';
import { RotateKeys } from './rotate-keys.js';
import { KEY_ERRORS, SERVICE_ERRORS } from './service-errors.js';

/** `POST /tenants/{id}/rotate-keys`: it takes no field, and refuses whatever is sent as one. */
// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- a class is what a body is checked against
export class RotateKeysRequest {}

@Controller()
export class KeysController {
  readonly #rotateKeys: RotateKeys;
  readonly #gateway: EncryptionGateway;

  constructor(rotateKeys: RotateKeys, gateway: EncryptionGateway) {
    this.#rotateKeys = rotateKeys;
    this.#gateway = gateway;
  }

  @Endpoint({
    method: 'POST',
    path: '/api/v1/tenants/:tenantId/rotate-keys',
    access: 'keys:rotate',
    summary: 'Give the tenant a new active version of its key; no blob changes',
    body: RotateKeysRequest,
    answer: RotateAnswer,
    errors: KEY_ERRORS,
    headers: [IDEMPOTENCY_KEY, MASTER_KEY],
  })
  async rotate(
    @Param('tenantId') tenantId: string,
    @Body() _body: RotateKeysRequest,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
    @CurrentCall() call: Call,
  ): Promise<RotateAnswer> {
    const key = parseIdempotencyKey(idempotencyKey);
    return this.#rotateKeys.rotate(key, memberOf(call, tenantId));
  }

  @Endpoint({
    method: 'GET',
    path: '/api/v1/tenants/:tenantId/versions',
    access: 'versions:read',
    summary: "The versions of the tenant's key at its encryption service",
    query: PageQuery,
    answer: VersionAnswer,
    paged: true,
    errors: SERVICE_ERRORS,
  })
  async versions(
    @Param('tenantId') tenantId: string,
    @Query() query: PageQuery,
    @CurrentCall() call: Call,
  ): Promise<Page<VersionAnswer>> {
    const page = { limit: pageLimit(query), cursor: query.cursor };
    return this.#gateway.listVersions(page, memberOf(call, tenantId));
  }
}
