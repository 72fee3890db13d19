import { Body, Controller, Param, Query } from '@nestjs/common';
import {
  CreatedEncryptionAnswer,
  CreateEncryptionRequest,
  EncryptionAnswer,
  EncryptionsQuery,
  type Page,
  PageQuery,
  PatchEncryptionRequest,
  VersionAnswer,
} from '@app/contract';
import { type Call, CurrentCall, Endpoint } from '@app/server';
import { CurrentClient } from '../callers/access.js';
import type { ClientCaller } from '../callers/caller.js';
import { CreateEncryption } from '../keysets/create-encryption.js';
import { ManageEncryptions } from '../keysets/manage-encryptions.js';

@Controller()
export class EncryptionsController {
  constructor(
    private readonly createEncryption: CreateEncryption,
    private readonly encryptions: ManageEncryptions,
  ) {}

  @Endpoint({
    method: 'POST',
    path: '/v1/encryptions',
    access: 'keys:create',
    summary: 'Makes an encryption with its first version.',
    body: CreateEncryptionRequest,
    answer: CreatedEncryptionAnswer,
    status: 201,
    errors: ['unsupported_algorithm', 'already_exists', 'kms_unavailable', 'audit_unavailable'],
  })
  create(
    @Body() body: CreateEncryptionRequest,
    @CurrentClient() caller: ClientCaller,
    @CurrentCall() call: Call,
  ): Promise<CreatedEncryptionAnswer> {
    return this.createEncryption.run(caller, call, body);
  }

  @Endpoint({
    method: 'GET',
    path: '/v1/encryptions',
    access: 'keys:read',
    summary: 'Lists the encryptions that the client may use.',
    query: EncryptionsQuery,
    answer: EncryptionAnswer,
    paged: true,
  })
  list(
    @Query() query: EncryptionsQuery,
    @CurrentClient() caller: ClientCaller,
  ): Promise<Page<EncryptionAnswer>> {
    return this.encryptions.list(caller, query);
  }

  @Endpoint({
    method: 'GET',
    path: '/v1/encryptions/:id',
    access: 'keys:read',
    summary: 'Reads an encryption.',
    answer: EncryptionAnswer,
  })
  get(@Param('id') id: string, @CurrentClient() caller: ClientCaller): Promise<EncryptionAnswer> {
    return this.encryptions.get(caller, id);
  }

  @Endpoint({
    method: 'PATCH',
    path: '/v1/encryptions/:id',
    access: 'keys:manage',
    summary:
      'Renames, disables or enables an encryption. Once a disable has been answered, nothing more is released.',
    body: PatchEncryptionRequest,
    answer: EncryptionAnswer,
    errors: ['already_exists', 'conflict', 'audit_unavailable'],
  })
  patch(
    @Param('id') id: string,
    @Body() body: PatchEncryptionRequest,
    @CurrentClient() caller: ClientCaller,
    @CurrentCall() call: Call,
  ): Promise<EncryptionAnswer> {
    return this.encryptions.patch(caller, call, id, body);
  }

  @Endpoint({
    method: 'GET',
    path: '/v1/encryptions/:id/versions',
    access: 'keys:read',
    summary: 'Lists the versions of an encryption, the oldest first; never key material.',
    query: PageQuery,
    answer: VersionAnswer,
    paged: true,
  })
  versions(
    @Param('id') id: string,
    @Query() query: PageQuery,
    @CurrentClient() caller: ClientCaller,
  ): Promise<Page<VersionAnswer>> {
    return this.encryptions.versions(caller, id, query);
  }
}
