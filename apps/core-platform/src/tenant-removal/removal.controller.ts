import { Controller, Param } from '@nestjs/common';
import { type Call, CurrentCall, Endpoint } from '@app/server';
import { memberOf } from '../access/caller.js';
import { DeleteTenant } from './delete-tenant.js';

@Controller()
export class RemovalController {
  readonly #deleteTenant: DeleteTenant;

  constructor(deleteTenant: DeleteTenant) {
    this.#deleteTenant = deleteTenant;
  }

  @Endpoint({
    method: 'DELETE',
    path: '/api/v1/tenants/:tenantId',
    access: 'tenant:delete',
    summary:
      'Delete a tenant with its members, its vault and its keys at the encryption service. There is no way back',
  })
  async delete(@Param('tenantId') tenantId: string, @CurrentCall() call: Call): Promise<void> {
    await this.#deleteTenant.delete(memberOf(call, tenantId));
  }
}
