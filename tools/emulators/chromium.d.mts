/** The Chromium of this machine; undefined where it has none. */
export function findChromium(): string | undefined;

/** What tests of a browser lack here, in words; undefined where they can run. */
export function chromiumLacks(): string | undefined;
