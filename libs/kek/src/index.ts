export { KekProvider } from './kek-provider.js';
export type { WrappingKey } from './kek-provider.js';
export { KekProviders } from './kek-providers.js';
export type { KekKind } from './kek-uri.js';
export { KeyFileError, makeKeyFile, readKeyFile } from './key-file.js';
export type { KeyFileProblem } from './key-file.js';
export type { LocalKekOptions } from './local/local-kek-provider.js';
export { openKekProvider } from './registry.js';
export type { KekOptions } from './registry.js';
