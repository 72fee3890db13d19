import type { EntityManager } from 'typeorm';
import type { Clock } from '@app/ambient';
import type { EncryptionAnswer, ImportAnswer, ImportRequest } from '@app/contract';
import { type ExportedEncryption, type ExportPayload, parseExportPayload } from '@app/crypto';
import { AppError } from '@app/errors';
import { unlessTaken } from '@app/persistence';
import type { SecretBytes } from '@app/secret';
import type { Call } from '@app/server';
import type { AuditLog } from '../audit/audit-log.js';
import { type Act, entryOf, runAct } from '../audit/audited-acts.js';
import { type ClientCaller, reaches } from '../callers/caller.js';
import { changedRow } from '../integrity/row-seals.js';
import { toEncryptionAnswer } from '../keysets/encryptions/answers.js';
import { ENCRYPTION_FORMAT } from '../keysets/rows/encryption.entity.js';
import {
  type EncryptionKeyVersionEntity,
  KEY_VERSION_FORMAT,
} from '../keysets/rows/encryption-key-version.entity.js';
import type { KeysetRows } from '../keysets/rows/keyset.repository.typeorm.js';
import type { NewVersions } from '../keysets/versions/new-version.js';
import type { TenantChanges } from '../keysets/rows/tenant-changes.js';
import {
  assertSince1970,
  assertStorable,
  type ImportedKeyset,
  toImported,
} from './imported-keyset.js';
import type { KeysOfFile } from './keys-of-file.js';
import { optionalKey } from '../master-key/optional-key.js';
import { verifyFile } from './read-file.js';
import type { TrustedSigners } from './trusted-signers.js';

const OPERATION = 'import';

/** An import under way: of which encryption a refusal would be, and who signed the file. */
interface Importing extends Act {
  readonly caller: ClientCaller;
  encryptionId: string | undefined;
  subject: string | undefined;
}

/** An encryption that is ready to be written, with the version that is to be its active one. */
interface Ready extends ImportedKeyset {
  /** Undefined in client mode without the client's key: the first call that brings it makes one. */
  readonly fresh: EncryptionKeyVersionEntity | undefined;
}

function assertReached(act: Importing, caller: ClientCaller, { encryptions }: ExportPayload): void {
  for (const { encryptionId } of encryptions) {
    act.encryptionId = encryptionId;
    if (!reaches(caller, encryptionId)) throw new AppError('not_found');
  }
}

/** Takes in what export made, with the same ids, for the same tenant: all of it or nothing, and never over what is there. */
export class ImportKeysets {
  constructor(
    private readonly changes: TenantChanges,
    private readonly rows: KeysetRows,
    private readonly keysOfFile: KeysOfFile,
    private readonly newVersions: NewVersions,
    private readonly signers: TrustedSigners,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws AppError `invalid_request`, `unsupported_algorithm`, `payload_too_large`, `forbidden` (another tenant's file, or a signer
   *   that nobody vouches for), `not_found` (an encryption that the client does not reach), `master_key_malformed`,
   *   `master_key_not_applicable`, `master_key_mismatch`, `already_exists` (an id or a name), `kms_unavailable`,
   *   `database_unavailable`.
   */
  async run(caller: ClientCaller, call: Call, request: ImportRequest): Promise<ImportAnswer> {
    const { tenantId } = caller.client;
    const act: Importing = {
      ...{ tenantId, caller, call, operation: OPERATION },
      encryptionId: undefined,
      subject: undefined,
    };
    return runAct(this.audit, act, async () => {
      const payload = this.#open(act, request);
      const ready = await this.#prepare(act, payload);
      act.encryptionId = payload.encryptions[0]?.encryptionId;
      const items = await unlessTaken(
        this.changes.run(caller, async (manager, current) => {
          assertReached(act, current, payload);
          return this.#write(manager, act, ready);
        }),
      );
      return { items, signer: String(act.subject) };
    });
  }

  #open(act: Importing, request: ImportRequest): ExportPayload {
    const opened = verifyFile(request);
    act.subject = opened.fingerprint;
    this.signers.assertTrusted(opened.fingerprint, request.signer);
    const payload = parseExportPayload(opened);
    if (payload.tenantId !== act.tenantId) {
      throw new AppError('forbidden', { detail: 'The file is not of the tenant that imports it.' });
    }
    assertSince1970(payload.exportedAt, 'payload.exportedAt');
    for (const [index, encryption] of payload.encryptions.entries())
      assertStorable(encryption, `payload.encryptions[${String(index)}]`);
    return payload;
  }

  /** Opens and wraps keys before any lock is taken: a key service may be slow. */
  async #prepare(act: Importing, payload: ExportPayload): Promise<Ready[]> {
    assertReached(act, act.caller, payload);
    const clientKey = optionalKey(act.call, payload.encryptions);
    const ready: Ready[] = [];
    for (const exported of payload.encryptions) {
      act.encryptionId = exported.encryptionId;
      ready.push(await this.#prepareOne(act, exported, payload.exportedAt, clientKey));
    }
    return ready;
  }

  async #prepareOne(
    { tenantId, caller }: Importing,
    exported: ExportedEncryption,
    exportedAt: Date,
    clientKey: SecretBytes | undefined,
  ): Promise<Ready> {
    const keys = await this.keysOfFile.take({ tenantId, exported }, clientKey);
    const place = { tenantId, exportedAt, now: this.clock.now() };
    const keyset = toImported(exported, place, keys);
    const { id: encryptionId, mode, provider } = keyset.encryption;
    if (mode === 'client' && clientKey === undefined) return { ...keyset, fresh: undefined };
    const fresh = await this.newVersions.make(
      { tenantId, encryptionId, suite: exported.algorithm, mode, provider },
      { clientId: caller.client.id, key: clientKey },
    );
    fresh.number = Math.max(...exported.versions.map(({ number }) => number)) + 1;
    return { ...keyset, fresh };
  }

  async #write(
    manager: EntityManager,
    act: Importing,
    ready: readonly Ready[],
  ): Promise<EncryptionAnswer[]> {
    for (const { encryption, versions, counts, fresh } of ready) {
      act.encryptionId = encryption.id;
      const all = fresh === undefined ? versions : [...versions, fresh];
      await this.rows.insert(manager, encryption);
      await this.rows.insertVersions(manager, all);
      await this.rows.insertCounts(manager, counts);
      await this.audit.append(manager, {
        ...entryOf({ ...act, versionId: fresh?.id }),
        revisions: [
          changedRow(ENCRYPTION_FORMAT, encryption),
          ...all.map((version) => changedRow(KEY_VERSION_FORMAT, version)),
        ],
      });
    }
    return ready.map(({ encryption, fresh }) => toEncryptionAnswer(encryption, fresh?.id));
  }
}
