/** How to reach one encryption service. */
export interface ServiceAddress {
  /** Scheme, host and port, without `/v1`: `https://localhost:8443`. */
  readonly url: string;
  /** PEM of the only authorities that the service's certificate may come from. */
  readonly ca: string | Buffer;
  /** PEM of the client certificate. */
  readonly certificate: string | Buffer;
  /** PEM of its private key. Handed to OpenSSL; not kept here. */
  readonly key: string | Buffer;
}

/** Whether a text is a URL of the one scheme under which a service is called. */
export function isHttpsUrl(url: string): boolean {
  return URL.parse(url)?.protocol === 'https:';
}
