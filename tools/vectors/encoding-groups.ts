import { encodeBase64, encodeContext, encodeMembers } from '@app/encoding';
import {
  itemContext,
  type ItemPart,
  type ItemParts,
} from '../../apps/core-platform/src/vault/item-context.js';
import type { Computed } from './check.js';
import { contextOf } from './inputs.js';
import type { Fields } from './fields.js';

export function computeMembers(input: Fields): Computed {
  return { result: { E: encodeMembers(...input.members('members')).toString('hex') } };
}

export function computeContext(input: Fields): Computed {
  return { result: { C: encodeContext(contextOf(input)).toString('hex') } };
}

export function computeVaultItem(input: Fields): Computed {
  const context = itemContext({
    tenantId: input.uuid('tenantId'),
    itemId: input.uuid('itemId'),
    part: input.oneOf<ItemPart>('part', ['data', 'metadata']),
    parts: input.oneOf<ItemParts>('parts', ['data', 'data,metadata']),
    revision: input.uuid('revision'),
    type: input.text('type'),
    labels: input.texts('labels'),
  });
  return { steps: { context }, result: { C: encodeContext(context).toString('hex') } };
}

/** What the core encrypts at a service that has no contexts: the context goes into the plaintext. */
export function computeInner(input: Fields): Computed {
  const context = encodeContext(contextOf(input));
  const [encoding, data] = [input.text('encoding'), input.bytes('dataBytes')];
  const inner = encodeMembers('keyward/v1/inner', context, encoding, data);
  return {
    steps: { C: context.toString('hex') },
    result: { inner: inner.toString('hex'), data: encodeBase64(inner) },
  };
}
