import { Body, Controller, Param, Query } from '@nestjs/common';
import {
  CreatedTenantAnswer,
  CreateTenantRequest,
  type Page,
  PageQuery,
  PatchTenantRequest,
  TenantAnswer,
} from '@app/contract';
import { type Call, CurrentCall, Endpoint } from '@app/server';
import { CurrentOperator } from '../callers/access.js';
import type { OperatorCaller } from '../callers/caller.js';
import { ManageTenants } from '../tenants/manage-tenants.js';

@Controller()
export class TenantsController {
  constructor(private readonly tenants: ManageTenants) {}

  @Endpoint({
    method: 'POST',
    path: '/v1/tenants',
    access: 'tenants:manage',
    summary: 'Makes a tenant and its first clients, whose secrets are told once.',
    body: CreateTenantRequest,
    answer: CreatedTenantAnswer,
    status: 201,
    errors: ['already_exists'],
  })
  create(
    @Body() body: CreateTenantRequest,
    @CurrentOperator() caller: OperatorCaller,
    @CurrentCall() call: Call,
  ): Promise<CreatedTenantAnswer> {
    return this.tenants.create(caller, call, body);
  }

  @Endpoint({
    method: 'GET',
    path: '/v1/tenants',
    access: 'tenants:manage',
    summary: 'Lists the tenants that this operator made.',
    query: PageQuery,
    answer: TenantAnswer,
    paged: true,
  })
  list(
    @Query() query: PageQuery,
    @CurrentOperator() caller: OperatorCaller,
  ): Promise<Page<TenantAnswer>> {
    return this.tenants.list(caller, query);
  }

  @Endpoint({
    method: 'PATCH',
    path: '/v1/tenants/:id',
    access: 'tenants:manage',
    summary: 'Renames, disables or enables a tenant.',
    body: PatchTenantRequest,
    answer: TenantAnswer,
  })
  patch(
    @Param('id') id: string,
    @Body() body: PatchTenantRequest,
    @CurrentOperator() caller: OperatorCaller,
    @CurrentCall() call: Call,
  ): Promise<TenantAnswer> {
    return this.tenants.patch(caller, call, id, body);
  }
}
