/** All that a page gets: the library, and the Argon2id of browsers. */
export * from '@app/client-keys';
export * from '@app/client-keys/browser';
