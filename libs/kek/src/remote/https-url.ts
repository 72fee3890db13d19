const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** The rule that the address of a key service breaks, if any: a key goes there, so it is HTTPS, or does not leave this machine. */
export function brokenUrlRule(url: string): string | undefined {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isSafe =
    parsed?.protocol === 'https:' ||
    (parsed?.protocol === 'http:' && LOOPBACK.has(parsed.hostname));
  if (!isSafe) return 'must be a URL of https, or of http on loopback';
  const isBare = parsed.username + parsed.password + parsed.search + parsed.hash === '';
  return isBare ? undefined : 'must have neither credentials nor a query nor a fragment';
}
