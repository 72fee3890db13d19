import { encodeContext } from '@app/encoding';
import { describe, expect, it } from 'vitest';
import { itemContext, type ItemPlace } from './item-context.js';

const PLACE: ItemPlace = {
  tenantId: '7ff3b602-997b-4510-a596-5db792f8e3a6',
  itemId: '4d617a21-7574-4cc9-8392-8eeaad156a57',
  part: 'metadata',
  parts: 'data,metadata',
  revision: '5c9bc386-82c7-4b60-b8cb-4425ea0e160b',
  type: 'login',
  labels: ['work', '\u00fcber', '\u{1f3e0}'],
};

const CHANGES: [string, Partial<ItemPlace>][] = [
  ['the tenant', { tenantId: '7ff3b602-997b-4510-a596-5db792f8e3a7' }],
  ['the item', { itemId: '4d617a21-7574-4cc9-8392-8eeaad156a58' }],
  ['the part', { part: 'data' }],
  ['that there is metadata', { parts: 'data' }],
  ['the revision', { revision: '5c9bc386-82c7-4b60-b8cb-4425ea0e160c' }],
  ['the type', { type: 'note' }],
  ['a label', { labels: ['work', '\u00fcber', '\u{1f3e1}'] }],
  ['the order of the labels', { labels: ['\u00fcber', 'work', '\u{1f3e0}'] }],
  ['how the labels are cut', { labels: ['workü', 'ber', '\u{1f3e0}'] }],
  ['a label that is dropped', { labels: ['work', '\u00fcber'] }],
];

describe('the context of a vault item', () => {
  it('has exactly these entries', () => {
    expect(itemContext(PLACE)).toEqual({
      'keyward.tenant': '7ff3b602-997b-4510-a596-5db792f8e3a6',
      'keyward.item': '4d617a21-7574-4cc9-8392-8eeaad156a57',
      'keyward.part': 'metadata',
      'keyward.parts': 'data,metadata',
      'keyward.revision': '5c9bc386-82c7-4b60-b8cb-4425ea0e160b',
      'keyward.type': 'login',
      'keyward.labels': '8MYDC5d3srcHQUtrEpTodGfsaJ7ash2eVjVU_V2H1ks',
    });
  });

  it.each(CHANGES)('changes with %s', (_, change) => {
    const changed = encodeContext(itemContext({ ...PLACE, ...change }));
    expect(changed.equals(encodeContext(itemContext(PLACE)))).toBe(false);
  });

  it('has its UUIDs in lower case, however the row spells them', () => {
    const shouted = {
      ...PLACE,
      tenantId: PLACE.tenantId.toUpperCase(),
      itemId: PLACE.itemId.toUpperCase(),
    };
    expect(itemContext(shouted)).toEqual(itemContext(PLACE));
  });

  it('tells no labels from one empty label', () => {
    expect(itemContext({ ...PLACE, labels: [] })).not.toEqual(
      itemContext({ ...PLACE, labels: [''] }),
    );
  });
});
