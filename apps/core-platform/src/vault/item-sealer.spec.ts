import { describe, expect, it } from 'vitest';
import { RandomIdentifiers } from '@app/ambient';
import type { TenantCaller } from '../access/caller.js';
import {
  type Bound,
  EncryptionGateway,
  type Plaintext,
  type SealedBlob,
} from '../encryption/encryption-gateway.js';
import type { StoredItem, WholeItem } from '../vault-store/stored-item.js';
import type { ItemContent } from './item-content.js';
import { itemContext } from './item-context.js';
import { ItemSealer } from './item-sealer.js';

const caller: TenantCaller = {
  requestId: 'request-1',
  accessReason: undefined,
  address: '192.0.2.1',
  userId: '11111111-1111-4111-8111-111111111111',
  username: 'keeper',
  sessionId: '22222222-2222-4222-8222-222222222222',
  tenantId: '33333333-3333-4333-8333-333333333333',
  role: 'owner',
  masterKey: 'absent',
};
const item: StoredItem = {
  id: '44444444-4444-4444-8444-444444444444',
  type: 'note',
  labels: ['a', 'b'],
  revision: '55555555-5555-4555-8555-555555555555',
  createdAt: new Date(0),
  updatedAt: new Date(0),
};
const content: ItemContent = {
  type: 'note',
  labels: ['a', 'b'],
  data: 'text',
  encoding: 'utf8',
  metadata: { a: 1 },
};

/** Seals nothing: keeps what it was given, and opens to whatever it is told. */
class ScriptedGateway extends EncryptionGateway {
  readonly contexts: unknown[] = [];
  opened: Plaintext[] = [];

  override encrypt(plaintexts: readonly Bound<Plaintext>[]): Promise<SealedBlob[]> {
    this.contexts.push(...plaintexts.map(({ context }) => context));
    return Promise.resolve(plaintexts.map(() => sealed()));
  }

  override decrypt(blobs: readonly Bound<SealedBlob>[]): Promise<Plaintext[]> {
    this.contexts.push(...blobs.map(({ context }) => context));
    return Promise.resolve(this.opened.slice(0, blobs.length));
  }

  override rotate(): never {
    throw new Error('not asked for');
  }

  override rewrap(): never {
    throw new Error('not asked for');
  }

  override listVersions(): never {
    throw new Error('not asked for');
  }
}

function sealed(): SealedBlob {
  return {
    connectionId: item.id,
    encryptionId: item.id,
    encryptionVersionId: item.revision,
    algorithm: 'AES-256-GCM',
    cipherText: Buffer.from('sealed'),
    metadata: {},
  };
}

const whole = (...parts: ('data' | 'metadata')[]): WholeItem => ({
  item,
  blobs: parts.map((part) => ({ ...sealed(), id: part, part })),
});
const both = new Set(['data', 'metadata'] as const);
const text = (data: string): Plaintext => ({ data, encoding: 'utf8' });
const contextOf = (part: 'data' | 'metadata', parts: 'data' | 'data,metadata') => {
  const { id: itemId, type, labels, revision } = item;
  return itemContext({ tenantId: caller.tenantId, itemId, part, parts, revision, type, labels });
};

function make(...opened: Plaintext[]): { sealer: ItemSealer; gateway: ScriptedGateway } {
  const gateway = new ScriptedGateway();
  gateway.opened = opened;
  return { sealer: new ItemSealer(gateway, new RandomIdentifiers()), gateway };
}

describe('ItemSealer.seal', () => {
  it('binds each part to all that lies in clear beside it', async () => {
    const { sealer, gateway } = make();
    const blobs = await sealer.seal(item, content, caller);
    expect(blobs.map(({ part }) => part)).toEqual(['data', 'metadata']);
    expect(gateway.contexts).toEqual([
      contextOf('data', 'data,metadata'),
      contextOf('metadata', 'data,metadata'),
    ]);
  });

  it('binds data alone to being alone', async () => {
    const { sealer, gateway } = make();
    await sealer.seal(item, { ...content, metadata: undefined }, caller);
    expect(gateway.contexts).toEqual([contextOf('data', 'data')]);
  });
});

describe('ItemSealer.open', () => {
  it('opens what was sealed, under the same contexts', async () => {
    const { sealer, gateway } = make(text('text'), text('{"a":1}'));
    const [opened] = await sealer.open([whole('data', 'metadata')], both, caller);
    expect(opened).toMatchObject({ data: text('text'), metadata: { a: 1 } });
    expect(gateway.contexts).toEqual([
      contextOf('data', 'data,metadata'),
      contextOf('metadata', 'data,metadata'),
    ]);
  });

  it('leaves closed what was not asked for', async () => {
    const { sealer, gateway } = make(text('{"a":1}'));
    const [opened] = await sealer.open(
      [whole('data', 'metadata')],
      new Set(['metadata'] as const),
      caller,
    );
    expect(opened).toMatchObject({ metadata: { a: 1 } });
    expect(opened).not.toHaveProperty('data');
    expect(gateway.contexts).toEqual([contextOf('metadata', 'data,metadata')]);
  });

  it('refuses an item that lost its data', async () => {
    const { sealer } = make(text('{"a":1}'));
    await expect(sealer.open([whole('metadata')], both, caller)).rejects.toMatchObject({
      code: 'decryption_failed',
    });
  });

  it.each<[string, Plaintext]>([
    ['no JSON', text('{"a":')],
    ['a list', text('[1]')],
    ['null', text('null')],
    ['a number', text('7')],
    ['bytes', { data: 'e30=', encoding: 'base64' }],
  ])('rejects a service that opens metadata as %s', async (_, metadata) => {
    const { sealer } = make(text('text'), metadata);
    const opening = sealer.open([whole('data', 'metadata')], both, caller);
    await expect(opening).rejects.toMatchObject({ code: 'encryption_service_rejected' });
  });
});
