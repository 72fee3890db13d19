import { Body, Controller, Param, Query } from '@nestjs/common';
import { type Page, pageLimit, PageQuery, toPage } from '@app/contract';
import { AppError } from '@app/errors';
import { type Call, CurrentCall, Endpoint } from '@app/server';
import { memberOf, personOf } from '../access/caller.js';
import { parsePosition, positionKey } from '../paging/position.js';
import { CreateTenant } from './create-tenant.js';
import { RenameTenant } from './rename-tenant.js';
import { TenantAnswer, TenantRequest, toTenantAnswer } from './tenant.dto.js';
import { TenantRepository } from './tenant.repository.js';

@Controller()
export class TenantsController {
  readonly #tenants: TenantRepository;
  readonly #createTenant: CreateTenant;
  readonly #renameTenant: RenameTenant;

  constructor(tenants: TenantRepository, createTenant: CreateTenant, renameTenant: RenameTenant) {
    this.#tenants = tenants;
    this.#createTenant = createTenant;
    this.#renameTenant = renameTenant;
  }

  @Endpoint({
    method: 'POST',
    path: '/api/v1/tenants',
    access: 'tenants:create',
    summary: 'Make a tenant; the caller is its owner',
    body: TenantRequest,
    answer: TenantAnswer,
    status: 201,
  })
  async create(@Body() body: TenantRequest, @CurrentCall() call: Call): Promise<TenantAnswer> {
    return toTenantAnswer(await this.#createTenant.create(body.name, personOf(call)));
  }

  @Endpoint({
    method: 'GET',
    path: '/api/v1/tenants',
    access: 'tenants:list',
    summary: 'The tenants that the caller belongs to',
    query: PageQuery,
    answer: TenantAnswer,
    paged: true,
  })
  async list(@Query() query: PageQuery, @CurrentCall() call: Call): Promise<Page<TenantAnswer>> {
    const limit = pageLimit(query);
    const page = { limit: limit + 1, after: parsePosition(query) };
    const rows = await this.#tenants.listOfPerson(personOf(call).userId, page);
    return toPage(rows, limit, positionKey, toTenantAnswer);
  }

  @Endpoint({
    method: 'GET',
    path: '/api/v1/tenants/:tenantId',
    access: 'tenant:read',
    summary: 'One tenant',
    answer: TenantAnswer,
  })
  async get(@Param('tenantId') tenantId: string, @CurrentCall() call: Call): Promise<TenantAnswer> {
    const { role } = memberOf(call, tenantId);
    const tenant = await this.#tenants.find(tenantId);
    if (tenant === undefined) throw new AppError('not_found');
    return toTenantAnswer({ ...tenant, role });
  }

  @Endpoint({
    method: 'PUT',
    path: '/api/v1/tenants/:tenantId',
    access: 'tenant:rename',
    summary: 'Rename a tenant',
    body: TenantRequest,
    answer: TenantAnswer,
  })
  async rename(
    @Param('tenantId') tenantId: string,
    @Body() body: TenantRequest,
    @CurrentCall() call: Call,
  ): Promise<TenantAnswer> {
    const caller = memberOf(call, tenantId);
    return toTenantAnswer(await this.#renameTenant.rename(body.name, caller));
  }
}
