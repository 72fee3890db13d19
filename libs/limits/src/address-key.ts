import { isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** RFC 6177: what one subscriber has at least, with as many addresses in it as they like. */
const SUBSCRIBER_BYTES = 8;

/**
 * What an address is limited by: itself where it is IPv4, also inside IPv6 (RFC 4291, section 2.5.5.2), and its /64 where it is IPv6. What
 * is no address is one and the same.
 */
export function addressKey(address: string): string {
  if (isIPv4(address)) return address;
  if (!ipaddr.isValid(address)) return 'unknown';
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return `${Buffer.from(parsed.toByteArray().slice(0, SUBSCRIBER_BYTES)).toString('hex')}/64`;
}
