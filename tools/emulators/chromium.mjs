import { existsSync } from 'node:fs';

/** Where Debian, Ubuntu, Fedora and macOS put it; `playwright-core` brings none and downloads none. */
const PROGRAMS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The Chromium of this machine; undefined where it has none. */
export function findChromium() {
  return PROGRAMS.find((program) => existsSync(program));
}

/** What tests of a browser lack here, in words; undefined where they can run. */
export function chromiumLacks() {
  return findChromium() === undefined
    ? 'not installed; it is the package chromium of the operating system'
    : undefined;
}
