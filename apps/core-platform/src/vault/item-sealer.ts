import { Injectable } from '@nestjs/common';
import { Identifiers } from '@app/ambient';
import { AppError } from '@app/errors';
import type { TenantCaller } from '../access/caller.js';
import { type Bound, EncryptionGateway, type Plaintext } from '../encryption/encryption-gateway.js';
import {
  partsOf,
  type StoredBlob,
  type StoredItem,
  type WholeItem,
} from '../vault-store/stored-item.js';
import type { ItemContent, ItemMetadata } from './item-content.js';
import { itemContext, type ItemPart } from './item-context.js';

/** What an item is sealed with, besides its content. */
export type ItemFrame = Pick<StoredItem, 'id' | 'type' | 'labels' | 'revision'>;

/** An item, with those of its parts that were asked for and that it has. */
export interface OpenedItem {
  readonly item: StoredItem;
  readonly encryptionVersionId: string;
  readonly data?: Plaintext;
  readonly metadata?: ItemMetadata;
}

interface Part {
  readonly part: ItemPart;
  readonly plaintext: Plaintext;
}

/** Seals what a person stores, each part bound to all that lies in clear beside it, and opens it again. */
@Injectable()
export class ItemSealer {
  readonly #gateway: EncryptionGateway;
  readonly #identifiers: Identifiers;

  constructor(gateway: EncryptionGateway, identifiers: Identifiers) {
    this.#gateway = gateway;
    this.#identifiers = identifiers;
  }

  async seal(frame: ItemFrame, content: ItemContent, caller: TenantCaller): Promise<StoredBlob[]> {
    const parts = partsOfContent(content);
    const context = contextOf(frame, parts, caller.tenantId);
    const plaintexts = parts.map(({ part, plaintext }) => ({
      ...plaintext,
      context: context(part),
    }));
    const sealed = await this.#gateway.encrypt(plaintexts, caller);
    return parts.map(({ part }, index) => {
      const blob = sealed[index];
      if (blob === undefined) throw new AppError('internal');
      return { ...blob, id: this.#identifiers.newUuid(), part };
    });
  }

  /**
   * @param wanted - the parts to open; the others stay sealed.
   * @param nameOf - how a refusal names one of several items; without it, it names none.
   * @throws AppError `decryption_failed` also for an item that lost its data.
   */
  async open(
    items: readonly WholeItem[],
    wanted: ReadonlySet<ItemPart>,
    caller: TenantCaller,
    nameOf: (index: number) => string | undefined = () => undefined,
  ): Promise<OpenedItem[]> {
    items.forEach((whole, index) => {
      assertWhole(whole, nameOf(index));
    });
    const bound = items.flatMap((whole, index) =>
      boundBlobs(whole, caller.tenantId)
        .filter(({ part }) => wanted.has(part))
        .map((blob) => ({ ...blob, field: nameOf(index) })),
    );
    const opened = await this.#gateway.decrypt(bound, caller);
    const plaintexts = new Map(bound.map(({ id }, index) => [id, opened[index]]));
    return items.map((whole) => assemble(whole, plaintexts));
  }
}

function partsOfContent({ data, encoding, metadata }: ItemContent): Part[] {
  const parts: Part[] = [{ part: 'data', plaintext: { data, encoding } }];
  if (metadata !== undefined) {
    const plaintext = { data: JSON.stringify(metadata), encoding: 'utf8' } as const;
    parts.push({ part: 'metadata', plaintext });
  }
  return parts;
}

function contextOf(
  { id, type, labels, revision }: ItemFrame,
  blobs: readonly { readonly part: ItemPart }[],
  tenantId: string,
): (part: ItemPart) => Record<string, string> {
  const common = { tenantId, itemId: id, parts: partsOf(blobs), revision, type, labels };
  return (part) => itemContext({ ...common, part });
}

function boundBlobs({ item, blobs }: WholeItem, tenantId: string): Bound<StoredBlob>[] {
  const context = contextOf(item, blobs, tenantId);
  return blobs.map((blob) => ({ ...blob, context: context(blob.part) }));
}

function assertWhole({ blobs }: WholeItem, field: string | undefined): void {
  if (blobs.some(({ part }) => part === 'data')) return;
  const errors = field === undefined ? {} : { errors: [{ field, message: 'has lost its data' }] };
  throw new AppError('decryption_failed', errors);
}

function assemble(
  { item, blobs }: WholeItem,
  plaintexts: ReadonlyMap<string, Plaintext | undefined>,
): OpenedItem {
  const sealedData = blobs.find(({ part }) => part === 'data');
  if (sealedData === undefined) throw new AppError('internal');
  const sealedMetadata = blobs.find(({ part }) => part === 'metadata');
  const data = plaintexts.get(sealedData.id);
  const metadata = sealedMetadata && plaintexts.get(sealedMetadata.id);
  return {
    item,
    encryptionVersionId: sealedData.encryptionVersionId,
    ...(data === undefined ? {} : { data }),
    ...(metadata === undefined ? {} : { metadata: parseMetadata(metadata) }),
  };
}

/** It was an object when it was sealed; a service that opens it as anything else has given a wrong answer. */
function parseMetadata({ data, encoding }: Plaintext): ItemMetadata {
  try {
    const value: unknown = encoding === 'utf8' ? JSON.parse(data) : undefined;
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as ItemMetadata;
  } catch {
    // Refused below; the parser's message quotes its input, which is a person's content, and so it is dropped.
  }
  throw new AppError('encryption_service_rejected');
}
