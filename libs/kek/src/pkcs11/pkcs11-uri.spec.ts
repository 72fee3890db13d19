import { describe, expect, it } from 'vitest';
import { findKeyName } from './pkcs11-uri.js';

describe('a PKCS #11 URI', () => {
  it('names a token and a key on it', () => {
    expect(findKeyName('pkcs11:token=keyward;object=master')).toEqual({
      token: { label: 'keyward' },
      object: { label: 'master' },
    });
  });

  it('is decoded by its attributes, text as UTF-8 and the id as bytes', () => {
    const uri =
      'pkcs11:token=My%20token%3b;manufacturer=M%c3%bcller;model=m;serial=0%2F1;object=a:b,c;id=%00%ff1;type=private';
    expect(findKeyName(uri)).toEqual({
      token: { label: 'My token;', manufacturer: 'Müller', model: 'm', serial: '0/1' },
      object: { label: 'a:b,c', id: Buffer.from([0, 255, 0x31]), type: 'private' },
    });
  });

  it('takes a serial number for a token and an id for a key', () => {
    expect(findKeyName('pkcs11:serial=1;id=%01;type=secret-key')).toBeDefined();
  });

  it.each([
    ['another scheme', 'pkcs12:token=a;object=b'],
    ['no token', 'pkcs11:object=b'],
    ['no key', 'pkcs11:token=a'],
    ['nothing', 'pkcs11:'],
    ['a PIN', 'pkcs11:token=a;object=b?pin-value=1234'],
    ['a file of a PIN', 'pkcs11:token=a;object=b?pin-source=/etc/pin'],
    ['a module', 'pkcs11:token=a;object=b?module-path=/lib/x.so'],
    ['a slot', 'pkcs11:token=a;object=b;slot-id=1'],
    ['a library', 'pkcs11:token=a;object=b;library-version=1'],
    ['a type that wraps nothing', 'pkcs11:token=a;object=b;type=cert'],
    ['an attribute twice', 'pkcs11:token=a;token=b;object=c'],
    ['an attribute without a value', 'pkcs11:token=;object=c'],
    ['a broken escape', 'pkcs11:token=a%2;object=c'],
    ['a blank', 'pkcs11:token=a b;object=c'],
    ['a semicolon behind', 'pkcs11:token=a;object=c;'],
    ['a name of a prototype', 'pkcs11:token=a;object=c;__proto__=d'],
  ])('has not %s', (_, uri) => {
    expect(findKeyName(uri)).toBeUndefined();
  });
});
