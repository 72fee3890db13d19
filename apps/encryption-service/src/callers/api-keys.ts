const PREFIXES = { client: 'kwc_', operator: 'kwo_' } as const;
const FORM = /^kw[co]_[0-9a-f]{32}$/;

export type CallerKind = keyof typeof PREFIXES;

/** The public half of credentials: it names the client or operator, and is no secret. */
export function apiKeyOf(kind: CallerKind, id: string): string {
  return PREFIXES[kind] + id.replaceAll('-', '');
}

/** What a caller comes with, as limits name it: a key of ours, or that it is none. */
export function credentialOf(apiKey: unknown): string {
  return typeof apiKey === 'string' && FORM.test(apiKey) ? apiKey : 'none';
}

/** Whose key it is, by its form; undefined for what is no key of ours. */
export function kindOfApiKey(apiKey: string): CallerKind | undefined {
  if (!FORM.test(apiKey)) return undefined;
  return apiKey.startsWith(PREFIXES.operator) ? 'operator' : 'client';
}
