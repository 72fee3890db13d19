import { Controller, Query } from '@nestjs/common';
import { type Page, UsageAnswer, UsageQuery } from '@app/contract';
import { Endpoint } from '@app/server';
import { CurrentClient } from '../callers/access.js';
import type { ClientCaller } from '../callers/caller.js';
import { ReadUsage } from '../usage/read-usage.js';

@Controller()
export class UsageController {
  constructor(private readonly usage: ReadUsage) {}

  @Endpoint({
    method: 'GET',
    path: '/v1/usage',
    access: 'audit:read',
    summary: 'What was done with each encryption on each day, the first day first.',
    query: UsageQuery,
    answer: UsageAnswer,
    paged: true,
  })
  read(
    @Query() query: UsageQuery,
    @CurrentClient() caller: ClientCaller,
  ): Promise<Page<UsageAnswer>> {
    return this.usage.read(caller, query);
  }
}
