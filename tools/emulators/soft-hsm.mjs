import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

/** Where Debian, Fedora and Homebrew put the library. */
const MODULES = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib64/pkcs11/libsofthsm2.so',
  '/usr/local/lib/softhsm/libsofthsm2.so',
  '/opt/homebrew/lib/softhsm/libsofthsm2.so',
];

/** What of SoftHSM 2 this machine lacks, in words; undefined where tests can use it. */
export function softHsmLacks() {
  try {
    createRequire(import.meta.url).resolve('pkcs11js/build/Release/pkcs11.node');
  } catch {
    return 'npm could not build pkcs11js, which takes python3, make and a C++ compiler';
  }
  return MODULES.some((module) => existsSync(module))
    ? undefined
    : 'not installed; it is the package softhsm2 of the operating system';
}

/** The library of SoftHSM 2, where tests can use it. */
export function findSoftHsm() {
  return softHsmLacks() === undefined ? MODULES.find((module) => existsSync(module)) : undefined;
}
