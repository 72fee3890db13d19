import { Body, Controller } from '@nestjs/common';
import { ExportAnswer, ExportRequest, ImportAnswer, ImportRequest } from '@app/contract';
import { type Call, CurrentCall, Endpoint } from '@app/server';
import { CurrentClient } from '../callers/access.js';
import type { ClientCaller } from '../callers/caller.js';
import { ExportKeysets } from '../transfer/export-keysets.js';
import { ImportKeysets } from '../transfer/import-keysets.js';

/** Keys on their way to another service, or into a safe. */
@Controller()
export class TransferController {
  constructor(
    private readonly exportKeysets: ExportKeysets,
    private readonly importKeysets: ImportKeysets,
  ) {}

  @Endpoint({
    method: 'POST',
    path: '/v1/export',
    access: 'export',
    summary:
      'Makes a signed file with all that opening blobs needs besides the master key, of all versions in all states.',
    body: ExportRequest,
    answer: ExportAnswer,
    errors: [
      'not_found',
      'master_key_malformed',
      'master_key_not_applicable',
      'encryption_disabled',
      'version_not_usable',
      'version_destroyed',
      'kms_unavailable',
      'audit_unavailable',
    ],
  })
  export(
    @Body() body: ExportRequest,
    @CurrentClient() caller: ClientCaller,
    @CurrentCall() call: Call,
  ): Promise<ExportAnswer> {
    return this.exportKeysets.run(caller, call, body);
  }

  @Endpoint({
    method: 'POST',
    path: '/v1/import',
    access: 'import',
    summary:
      'Takes in what export made: the same ids, for the same tenant, all of it or nothing, never over what is there.',
    body: ImportRequest,
    answer: ImportAnswer,
    status: 201,
    errors: [
      'not_found',
      'unsupported_algorithm',
      'master_key_malformed',
      'master_key_not_applicable',
      'master_key_mismatch',
      'already_exists',
      'kms_unavailable',
      'audit_unavailable',
    ],
  })
  import(
    @Body() body: ImportRequest,
    @CurrentClient() caller: ClientCaller,
    @CurrentCall() call: Call,
  ): Promise<ImportAnswer> {
    return this.importKeysets.run(caller, call, body);
  }
}
