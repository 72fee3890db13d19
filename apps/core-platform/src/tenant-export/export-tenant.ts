import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { Clock } from '@app/ambient';
import { AppError } from '@app/errors';
import type { TenantCaller } from '../access/caller.js';
import { TenantRepository } from '../tenants/tenant.repository.js';
import { begun } from './begun.js';
import { ITEM_COLUMNS, MEMBER_COLUMNS } from './export-columns.js';
import { type Columns, csvText, type ExportFormat, jsonText } from './file-texts.js';
import { ItemPages } from './item-pages.js';
import { Manifest, type ManifestHead } from './manifest.js';
import { MemberPages } from './member-pages.js';
import { type ZippedFile, zipStream } from './zip-stream.js';

/** Writes all that a tenant has into a zip: what it stores, who belongs to it, and a manifest of ids, versions and digests. */
@Injectable()
export class ExportTenant {
  readonly #tenants: TenantRepository;
  readonly #items: ItemPages;
  readonly #members: MemberPages;
  readonly #clock: Clock;

  constructor(tenants: TenantRepository, items: ItemPages, members: MemberPages, clock: Clock) {
    this.#tenants = tenants;
    this.#items = items;
    this.#members = members;
    this.#clock = clock;
  }

  /**
   * The first page is read, and for a person opened, before this resolves. A failure behind it destroys the stream, so that a cut file
   * does not look whole.
   */
  async export(format: ExportFormat, caller: TenantCaller): Promise<Readable> {
    const tenant = await this.#tenants.find(caller.tenantId);
    if (tenant === undefined) throw new AppError('not_found');
    const now = this.#clock.now();
    const manifest = new Manifest({ ...headOf(tenant, caller), exportedAt: now.toISOString() });
    const own = withOwnKey(caller);
    try {
      const content = await this.#contentOf(format, own.caller, manifest);
      const members = this.#members.read(caller.tenantId);
      const files = [
        content,
        fileOf('members', format, members, MEMBER_COLUMNS),
        { name: 'manifest.json', text: () => manifest.text() },
      ];
      const zip = zipStream(files, now, (file) => {
        manifest.addFile(file);
      });
      return zip.once('close', own.dispose);
    } catch (error) {
      own.dispose();
      throw error;
    }
  }

  async #contentOf(
    format: ExportFormat,
    caller: TenantCaller,
    manifest: Manifest,
  ): Promise<ZippedFile> {
    const pages = await begun(this.#items.read(caller, manifest));
    return fileOf('items', format, pages, ITEM_COLUMNS);
  }
}

function headOf(
  { id, name }: { readonly id: string; readonly name: string },
  { userId }: TenantCaller,
): Omit<ManifestHead, 'exportedAt'> {
  return {
    format: 'keyward.tenant-export.v1',
    tenant: { id, name },
    exportedBy: userId,
    content: 'items',
  };
}

function fileOf<Row>(
  name: string,
  format: ExportFormat,
  pages: AsyncIterable<readonly Row[]>,
  columns: Columns<Row>,
): ZippedFile {
  return {
    name: `${name}.${format}`,
    text: () => (format === 'json' ? jsonText(pages) : csvText(pages, columns)),
  };
}

/** A request's keys are overwritten once its answer begins; that of an export is needed until it ends. */
function withOwnKey(caller: TenantCaller): { caller: TenantCaller; dispose: () => void } {
  const { masterKey } = caller;
  if (typeof masterKey === 'string') return { caller, dispose: () => undefined };
  const copy = masterKey.copy();
  return {
    caller: { ...caller, masterKey: copy },
    dispose: () => {
      copy.dispose();
    },
  };
}
