import { fastify } from 'fastify';
import { describe, expect, it } from 'vitest';
import { readCall } from './call.js';
import { isNetwork } from './trusted-proxies.js';

const PROXY = '10.1.2.3';
const TRUSTED = ['10.0.0.0/8', 'fd00::/8'];

/** The address of a call from a peer, with the given header. */
async function addressOf(
  trustProxy: string[] | false,
  peer: string,
  forwarded?: string | string[],
): Promise<string> {
  const server = fastify({ trustProxy });
  const report = (): void => undefined;
  server.get('/', (request) => ({ address: readCall(request, () => 'id', report).address }));
  const { address } = (
    await server.inject({
      url: '/',
      remoteAddress: peer,
      headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
    })
  ).json<{ address: string }>();
  await server.close();
  return address;
}

describe('the address of a call', () => {
  it.each([
    ['of the peer, where nothing is said', PROXY, undefined, PROXY],
    ['that a trusted proxy tells', PROXY, '192.0.2.7', '192.0.2.7'],
    ['that the first of two trusted proxies tells', PROXY, '192.0.2.7, 10.9.9.9', '192.0.2.7'],
    ['and not what the caller made up before it', PROXY, '203.0.113.1, 192.0.2.7', '192.0.2.7'],
    [
      'and not what the caller made up as a proxy of ours',
      PROXY,
      '10.0.0.1, 192.0.2.7',
      '192.0.2.7',
    ],
    ['of an untrusted peer, whatever it says', '192.0.2.9', '203.0.113.1', '192.0.2.9'],
    ['of the proxy, where it passes on what is no address', PROXY, 'nobody', PROXY],
    ['of the proxy, where it passes on nothing', PROXY, '', PROXY],
    ['in IPv6', 'fd00::1', '2001:db8::7', '2001:db8::7'],
    ['of a trusted proxy in IPv4 that came over IPv6', '::ffff:10.1.2.3', '192.0.2.7', '192.0.2.7'],
  ])('%s', async (_, peer, forwarded, address) => {
    expect(await addressOf(TRUSTED, peer, forwarded)).toBe(address);
  });

  it('is the last one that a trusted proxy tells in several headers', async () => {
    const headers = ['203.0.113.1', '192.0.2.7'];
    expect(await addressOf(TRUSTED, PROXY, headers)).toBe('192.0.2.7');
  });

  it('is the peer’s where no proxy is trusted', async () => {
    expect(await addressOf(false, PROXY, '192.0.2.7')).toBe(PROXY);
  });
});

describe('networks', () => {
  it.each(['10.0.0.0/8', '192.0.2.7', '192.0.2.7/32', '2001:db8::/32', '::1', '::/1'])(
    'may be %s',
    (text) => {
      expect(isNetwork(text)).toBe(true);
    },
  );

  it.each([
    '',
    '10.0.0.0/',
    '10.0.0.0/0',
    '::/0',
    '10.0.0.0/33',
    '::/129',
    '10.0.0/8',
    'loopback',
    '1.2.3.4/8/8',
    '10.0.0.0/08',
  ])('may not be %s', (text) => {
    expect(isNetwork(text)).toBe(false);
  });
});
