import { describe, expect, it } from 'vitest';
import { addressKey } from './address-key.js';

describe('what an address is limited by', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '20010db800010002/64'],
    ['2001:db8:1:2::', '20010db800010002/64'],
    ['fe80::1%eth0', 'fe80000000000000/64'],
    ['', 'unknown'],
    ['no address', 'unknown'],
  ])('%s: %s', (address, key) => {
    expect(addressKey(address)).toBe(key);
  });
});
