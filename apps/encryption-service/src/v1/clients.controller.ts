import { Body, Controller, Param, Query } from '@nestjs/common';
import {
  ClientAnswer,
  CreateClientRequest,
  CreatedClientAnswer,
  type Page,
  PageQuery,
  PatchClientRequest,
} from '@app/contract';
import { type Call, CurrentCall, Endpoint } from '@app/server';
import { CurrentClient } from '../callers/access.js';
import type { ClientCaller } from '../callers/caller.js';
import { ManageClients } from '../clients/manage-clients.js';

@Controller()
export class ClientsController {
  constructor(private readonly clients: ManageClients) {}

  @Endpoint({
    method: 'POST',
    path: '/v1/clients',
    access: 'clients:manage',
    summary: 'Makes a client, which gets no more than the caller has; its secret is told once.',
    body: CreateClientRequest,
    answer: CreatedClientAnswer,
    status: 201,
    errors: ['audit_unavailable'],
  })
  create(
    @Body() body: CreateClientRequest,
    @CurrentClient() caller: ClientCaller,
    @CurrentCall() call: Call,
  ): Promise<CreatedClientAnswer> {
    return this.clients.create(caller, call, body);
  }

  @Endpoint({
    method: 'GET',
    path: '/v1/clients',
    access: 'clients:manage',
    summary: 'Lists the clients of the tenant.',
    query: PageQuery,
    answer: ClientAnswer,
    paged: true,
  })
  list(
    @Query() query: PageQuery,
    @CurrentClient() caller: ClientCaller,
  ): Promise<Page<ClientAnswer>> {
    return this.clients.list(caller, query);
  }

  @Endpoint({
    method: 'PATCH',
    path: '/v1/clients/:id',
    access: 'clients:manage',
    summary: 'Renames a client, or changes its certificates or its end.',
    body: PatchClientRequest,
    answer: ClientAnswer,
    errors: ['audit_unavailable'],
  })
  patch(
    @Param('id') id: string,
    @Body() body: PatchClientRequest,
    @CurrentClient() caller: ClientCaller,
    @CurrentCall() call: Call,
  ): Promise<ClientAnswer> {
    return this.clients.patch(caller, call, id, body);
  }

  @Endpoint({
    method: 'DELETE',
    path: '/v1/clients/:id',
    access: 'clients:manage',
    summary: 'Revokes a client. The last one that can manage clients stays.',
    errors: ['conflict', 'audit_unavailable'],
  })
  revoke(
    @Param('id') id: string,
    @CurrentClient() caller: ClientCaller,
    @CurrentCall() call: Call,
  ): Promise<void> {
    return this.clients.revoke(caller, call, id);
  }
}
