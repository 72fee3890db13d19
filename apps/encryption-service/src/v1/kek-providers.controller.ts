import { Controller, Query } from '@nestjs/common';
import { KekProviderAnswer, type Page, PageQuery } from '@app/contract';
import { Endpoint } from '@app/server';
import { ListKekProviders } from '../master-key/list-kek-providers.js';

@Controller()
export class KekProvidersController {
  constructor(private readonly kekProviders: ListKekProviders) {}

  @Endpoint({
    method: 'GET',
    path: '/v1/kek-providers',
    access: 'keys:read',
    summary: 'Lists the master keys of the platform, and whether they can be used now.',
    query: PageQuery,
    answer: KekProviderAnswer,
    paged: true,
  })
  list(@Query() query: PageQuery): Promise<Page<KekProviderAnswer>> {
    return this.kekProviders.run(query);
  }
}
