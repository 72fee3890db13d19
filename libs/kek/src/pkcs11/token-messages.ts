import type { KeyServiceReason } from '../remote/key-service.js';

/** Which token. Only what is given has to be equal. */
export interface TokenName {
  readonly label?: string;
  readonly manufacturer?: string;
  readonly model?: string;
  readonly serial?: string;
}

/** Which key on it. */
export interface ObjectName {
  readonly label?: string;
  readonly id?: Buffer;
  readonly type?: 'secret-key' | 'private';
}

/** What a token is opened with. */
export interface TokenSettings {
  /** Path of the maker's PKCS #11 library. */
  readonly module: string;
  readonly token: TokenName;
  readonly object: ObjectName;
  readonly pin: string | undefined;
  /** Hash of RSA-OAEP and of its MGF1. */
  readonly oaepHash: 'sha256' | 'sha1';
}

/** What the process of a token is asked, one thing at a time; `open` comes first. */
export type TokenRequest =
  | { readonly kind: 'open'; readonly settings: TokenSettings }
  | { readonly kind: 'wrap'; readonly key: Buffer; readonly aad: Buffer }
  | { readonly kind: 'unwrap'; readonly provided: Buffer; readonly aad: Buffer };

/** What it answers. */
export type TokenAnswer =
  | { readonly kind: 'done'; readonly bytes: Buffer }
  | {
      readonly kind: 'failed';
      readonly reason: KeyServiceReason;
      /** A code of PKCS #11, or our words. */
      readonly detail: string;
      /** A further try with this PIN may lock the token. */
      readonly pinRefused: boolean;
    };
