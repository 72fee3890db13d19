/** What a header `Retry-After` asks for (RFC 9110, 10.2.3), in milliseconds. The form with a date is left out: no key service sends it. */
export function retryAfterMillis(header: unknown): number | undefined {
  return typeof header === 'string' && /^\d{1,5}$/.test(header) ? Number(header) * 1000 : undefined;
}
