import type { SecretBytes, SecretString } from '@app/secret';
import { entriesKind, type EntryOf } from './entries.js';
import {
  BOOLEAN,
  choiceKind,
  DURATION,
  integerKind,
  type Kind,
  LIST,
  PATH,
  SECRET,
  secretBytesKind,
  TEXT,
} from './kinds.js';
import { Option, type OptionSpec, type OptionTree } from './option.js';

type Given<V, S> = S extends { optional: true } ? V | undefined : V;

function declare<V, S extends OptionSpec<V>>(kind: Kind<V>, spec: S): Option<Given<V, S>> {
  return new Option<Given<V, S>>(kind, spec, (kind as Kind<unknown>) === BOOLEAN);
}

/** Declares the options of a configuration. Each function answers an option whose value has the type that its name says. */
export const option = Object.freeze({
  text: <S extends OptionSpec<string>>(spec: S) => declare<string, S>(TEXT, spec),
  /** A path, made absolute: against the working folder, or the folder of the configuration file where it stands in that. */
  path: <S extends OptionSpec<string>>(spec: S) => declare<string, S>(PATH, spec),
  /** A TCP port; 0 means any free one. */
  port: <S extends OptionSpec<number>>(spec: S) => declare<number, S>(integerKind(0, 65_535), spec),
  integer: <S extends OptionSpec<number> & { readonly least: number; readonly most: number }>(
    spec: S,
  ) => declare<number, S>(integerKind(spec.least, spec.most), spec),
  boolean: <S extends OptionSpec<boolean>>(spec: S) => declare<boolean, S>(BOOLEAN, spec),
  choice: <const C extends string, S extends OptionSpec<C>>(choices: readonly C[], spec: S) =>
    declare<C, S>(choiceKind(choices), spec),
  list: <S extends OptionSpec<readonly string[]>>(spec: S) =>
    declare<readonly string[], S>(LIST, spec),
  /** A length of time; the value is in milliseconds. */
  duration: <S extends OptionSpec<number>>(spec: S) => declare<number, S>(DURATION, spec),
  /** Secret text: from `NAME`, or from the file that `NAME_FILE` names, less one line end. */
  secret: <S extends OptionSpec<SecretString>>(spec: S) => declare<SecretString, S>(SECRET, spec),
  /** Secret bytes, `bytes` of them: base64 in `NAME`, or base64 or raw in the file that `NAME_FILE` names. */
  secretBytes: <S extends OptionSpec<SecretBytes> & { readonly bytes: number }>(spec: S) =>
    declare<SecretBytes, S>(secretBytesKind(spec.bytes), spec),
  /**
   * A list of things, each of one of several kinds with options of its own: an array of `{ kind, name, … }` in the configuration file, or
   * its JSON. Names are unique in it.
   */
  entries: <
    const V extends Readonly<Record<string, OptionTree>>,
    S extends OptionSpec<readonly EntryOf<V>[]>,
  >(
    variants: V,
    spec: S,
  ) =>
    new Option<Given<readonly EntryOf<V>[], S>>(
      entriesKind(variants) as Kind<unknown>,
      spec,
      false,
      variants,
    ),
});
