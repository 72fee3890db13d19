import type { Clock, Identifiers } from '@app/ambient';
import type { CreatedEncryptionAnswer, CreateEncryptionRequest } from '@app/contract';
import { type SuiteName, suiteNamed } from '@app/crypto';
import { AppError, invalidField } from '@app/errors';
import { unlessTaken } from '@app/persistence';
import type { Call } from '@app/server';
import type { AuditLog } from '../../audit/audit-log.js';
import { entryOf, runAct } from '../../audit/audited-acts.js';
import { type ClientCaller, reaches } from '../../callers/caller.js';
import type { PlatformMasterKeys } from '../../master-key/platform-master-keys.js';
import { toEncryptionAnswer, toVersionAnswer } from './answers.js';
import { changedRow } from '../../integrity/row-seals.js';
import { masterKeyOf } from '../../master-key/key-of-call.js';
import { ENCRYPTION_FORMAT, EncryptionEntity, rotationColumns } from '../rows/encryption.entity.js';
import { KEY_VERSION_FORMAT } from '../rows/encryption-key-version.entity.js';
import type { KeysetRows } from '../rows/keyset.repository.typeorm.js';
import type { NewVersions } from '../versions/new-version.js';
import type { TenantChanges } from '../rows/tenant-changes.js';

const DEFAULT_ALGORITHM = 'AES-256-GCM';

function parseAlgorithm(algorithm = DEFAULT_ALGORITHM): SuiteName {
  const suite = suiteNamed(algorithm);
  if (suite === undefined) throw new AppError('unsupported_algorithm');
  return suite.name;
}

/** Makes an encryption with its first version. */
export class CreateEncryption {
  constructor(
    private readonly changes: TenantChanges,
    private readonly rows: KeysetRows,
    private readonly newVersions: NewVersions,
    private readonly masterKeys: PlatformMasterKeys,
    private readonly audit: AuditLog,
    private readonly identifiers: Identifiers,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `unsupported_algorithm`, `invalid_request`, `already_exists` (the id or the name), `kms_unavailable`. */
  async run(
    caller: ClientCaller,
    call: Call,
    request: CreateEncryptionRequest,
  ): Promise<CreatedEncryptionAnswer> {
    const suite = parseAlgorithm(request.algorithm);
    const encryption = this.#rowOf(caller, request, suite);
    const { tenantId, id, provider } = encryption;
    const act = { tenantId, caller, call, operation: 'create-encryption', encryptionId: id };
    return runAct(this.audit, act, async () => {
      // An id outside of those it reaches does not exist for it; without an id it would make what it does not reach.
      if (!reaches(caller, id)) {
        throw new AppError(request.encryptionId === undefined ? 'forbidden' : 'not_found');
      }
      const brought = { clientId: caller.client.id, key: masterKeyOf(encryption.mode, call) };
      const place = { tenantId, encryptionId: id, suite, mode: encryption.mode, provider };
      const version = await this.newVersions.make(place, brought);
      await unlessTaken(
        this.changes.run(caller, async (manager) => {
          await this.rows.insert(manager, encryption);
          await this.rows.insertVersion(manager, version);
          await this.audit.append(manager, {
            ...entryOf({ ...act, versionId: version.id }),
            revisions: [
              changedRow(ENCRYPTION_FORMAT, encryption),
              changedRow(KEY_VERSION_FORMAT, version),
            ],
          });
        }),
      );
      return Object.assign(toEncryptionAnswer(encryption, version.id), {
        version: toVersionAnswer(version, undefined),
      });
    });
  }

  #rowOf(
    caller: ClientCaller,
    request: CreateEncryptionRequest,
    suite: SuiteName,
  ): EncryptionEntity {
    const now = this.clock.now();
    return Object.assign(new EncryptionEntity(), {
      tenantId: caller.client.tenantId,
      id: request.encryptionId ?? this.identifiers.newUuid(),
      name: request.name,
      algorithm: suite,
      state: 'enabled',
      mode: request.masterKey.mode,
      provider: this.#providerOf(request.masterKey),
      ...rotationColumns(request.rotation),
      olderVersionsEncrypt: request.olderVersionsEncrypt ?? true,
      createdAt: now,
      updatedAt: now,
    } satisfies Partial<EncryptionEntity>);
  }

  #providerOf({ mode, provider }: CreateEncryptionRequest['masterKey']): string | undefined {
    if (mode === 'platform') return this.masterKeys.nameOf(provider);
    if (provider === undefined) return undefined;
    throw invalidField('masterKey.provider', 'is not taken in client mode');
  }
}
