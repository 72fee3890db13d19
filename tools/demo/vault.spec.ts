import { describe, expect, it } from 'vitest';
import { encodeContent } from './record.js';
import { compare, metadataOf, type StoredRecord } from './vault.js';

const record = { name: 'a/letter.txt', content: Buffer.from('Grüße') };
const stored: StoredRecord = { record, itemId: 'item', versionId: 'version' };
const item = {
  ...encodeContent(record.content),
  type: 'text',
  metadata: metadataOf(record),
  encryptionVersionId: 'version',
};

describe('compare', () => {
  it('finds no difference in what is the same', () => {
    expect(compare(stored, item)).toEqual([]);
    const base64 = { data: record.content.toString('base64'), encoding: 'base64' };
    expect(compare(stored, { ...item, ...base64 })).toEqual([]);
  });

  it.each([
    ['content', { data: 'Grüsse' }, 2],
    ['metadata', { metadata: { fileName: 'b', bytes: 5 } }, 1],
    ['no metadata', { metadata: undefined }, 1],
    ['type', { type: 'file' }, 1],
    ['version', { encryptionVersionId: 'other' }, 1],
    ['no content at all', { data: undefined }, 1],
    ['an unknown encoding', { encoding: 'latin1' }, 1],
  ])('finds other %s', (_what, change, count) => {
    expect(compare(stored, { ...item, ...change })).toHaveLength(count);
  });
});
