export {
  decodeBase64,
  decodeBase64Url,
  encodeBase64,
  encodeBase64Url,
  isCanonicalBase64,
} from './base64.js';
export { checkContext, encodeContext, MAX_CONTEXT_ENTRIES } from './context.js';
export type { Context } from './context.js';
export { encodeMembers } from './members.js';
export type { Member } from './members.js';
export { splitMembers } from './split-members.js';
export { parseStrictJson } from './strict-json.js';
export { isUuid, parseUuid, uuidBytes } from './uuid.js';
