import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { ErrorCode } from '@app/errors';
import type { StoredBlob } from '../vault-store/stored-item.js';
import type { WrittenFile } from './zip-stream.js';

/** What a manifest says before anything was exported. */
export interface ManifestHead {
  readonly format: 'keyward.tenant-export.v1';
  readonly tenant: { readonly id: string; readonly name: string };
  readonly exportedAt: string;
  readonly exportedBy: string;
  readonly content: 'items';
}

/** A blob of which the content was exported. */
export type ExportedBlob = Pick<
  StoredBlob,
  'id' | 'part' | 'encryptionId' | 'encryptionVersionId'
> & { readonly itemId: string };

/** An item that did not open, and why. */
export interface ExportFailure {
  readonly itemId: string;
  readonly code: ErrorCode;
}

/** What is in an export: files with their digests, ids and versions, and what could not be exported. It is written last. */
export class Manifest {
  readonly #head: ManifestHead;
  readonly #files: WrittenFile[] = [];
  readonly #failures: ExportFailure[] = [];
  /** Lines of JSON, compressed: a large vault has many ids, and they wait here until everything else is written. */
  readonly #blobs: Buffer[] = [];
  #count = 0;

  constructor(head: ManifestHead) {
    this.#head = head;
  }

  addFile(file: WrittenFile): void {
    this.#files.push(file);
  }

  addBlobs(blobs: readonly ExportedBlob[]): void {
    if (blobs.length === 0) return;
    const lines = blobs.map((blob) => JSON.stringify(blob)).join(',\n');
    this.#blobs.push(deflateRawSync(lines));
    this.#count += blobs.length;
  }

  addFailures(failures: readonly ExportFailure[]): void {
    this.#failures.push(...failures);
  }

  async *text(): AsyncGenerator<string> {
    const counts = { blobCount: this.#count, failures: this.#failures, files: this.#files };
    const head = JSON.stringify({ ...this.#head, ...counts });
    yield `${head.slice(0, -1)},"blobs":[`;
    for (const [index, lines] of this.#blobs.entries())
      yield `${index === 0 ? '\n' : ',\n'}${inflateRawSync(lines).toString('utf8')}`;
    yield Promise.resolve('\n]}\n');
  }
}
