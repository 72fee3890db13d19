import { createHash } from 'node:crypto';

/** One call that may be repeated: of this client, to this route, with this key. */
export interface RepeatableCall {
  readonly tenantId: string;
  readonly clientId: string;
  readonly route: string;
  readonly key: string;
  readonly bodyHash: Buffer;
}

/** SHA-256 of a body as it was understood, so that white space and the order of fields do not matter. */
export function hashBody(fields: Readonly<Record<string, string | undefined>>): Buffer {
  const sorted = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest();
}
