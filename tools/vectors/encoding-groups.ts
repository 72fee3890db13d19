import { encodeContext, encodeMembers } from '@app/encoding';
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
