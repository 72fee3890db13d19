import type { SecretBytes, SecretString } from '@app/secret';
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

/** What may be said of an option of any kind. Without `default` and `optional` it is required. */
export interface OptionSpec<V> {
  /** One line for `--help` and for the generated documentation. */
  readonly help: string;
  readonly default?: V;
  /** The value may be absent; it is `undefined` then. */
  readonly optional?: true;
  /** The variable's name in place of the mechanical one. */
  readonly env?: string;
  /** A second variable that sets the same option. Both set is an error. */
  readonly alias?: string;
  /** The option belongs to one command line: no variable, no key of the file. Never for secrets. */
  readonly flagOnly?: true;
  /** A further rule; answers it in words when `value` breaks it. It must not repeat the value. */
  readonly check?: (value: V) => string | undefined;
}

/** A spec whose type of value has been forgotten. */
interface AnySpec extends Omit<OptionSpec<unknown>, 'check'> {
  readonly check?: (value: never) => string | undefined;
}

type Given<V, S> = S extends { optional: true } ? V | undefined : V;

/** One declared option. `V` is the type of its value in the loaded configuration. */
export class Option<V> {
  /** Makes `V` part of the type; there is no such property at run time. */
  declare readonly valueType: V;

  constructor(
    readonly kind: Kind<unknown>,
    readonly spec: AnySpec,
    readonly isSwitch = false,
  ) {}

  /** A secret never comes from a flag, where every process could read it, and never prints. */
  get isSecret(): boolean {
    return this.kind.fromBytes !== undefined;
  }

  /** The value when no source gives one. */
  get defaultValue(): unknown {
    const given = this.spec.default;
    return given === undefined ? undefined : (this.kind.fromDefault?.(given) ?? given);
  }

  /** The rule that a value of the right kind breaks, if any. */
  brokenRule(value: unknown): string | undefined {
    return this.spec.check?.(value as never);
  }
}

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
});

/** Options in named groups, as deep as needed; the path to an option makes its names. */
export interface OptionTree {
  readonly [name: string]: Option<unknown> | OptionTree;
}

/** The loaded values of a tree of options: the same shape, frozen. */
export type ConfigOf<T> = {
  readonly [K in keyof T]: T[K] extends Option<infer V> ? V : ConfigOf<T[K]>;
};
