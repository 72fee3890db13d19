import type { MemberAnswer } from '../members/member.dto.js';
import type { ItemAnswer } from '../vault/vault.dto.js';
import type { Columns } from './file-texts.js';

/** JSON inside a cell, where a value is none of text or number. */
function json(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}

export const ITEM_COLUMNS: Columns<ItemAnswer> = {
  id: (item) => item.id,
  type: (item) => item.type,
  labels: (item) => json(item.labels),
  metadata: (item) => json(item.metadata),
  data: (item) => item.data,
  encoding: (item) => item.encoding,
  encryptionVersionId: (item) => item.encryptionVersionId,
  createdAt: (item) => item.createdAt,
  updatedAt: (item) => item.updatedAt,
};

export const MEMBER_COLUMNS: Columns<MemberAnswer> = {
  userId: (member) => member.userId,
  username: (member) => member.username,
  role: (member) => member.role,
  state: (member) => member.state,
  createdAt: (member) => member.createdAt,
};
