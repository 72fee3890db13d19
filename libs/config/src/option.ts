import type { Kind } from './kinds.js';

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

/** One declared option. `V` is the type of its value in the loaded configuration. */
export class Option<V> {
  /** Makes `V` part of the type; there is no such property at run time. */
  declare readonly valueType: V;

  constructor(
    readonly kind: Kind<unknown>,
    readonly spec: AnySpec,
    readonly isSwitch = false,
    /** For a list of entries: the options of each kind of entry. */
    readonly variants: Readonly<Record<string, OptionTree>> = {},
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

/** Options in named groups, as deep as needed; the path to an option makes its names. */
export interface OptionTree {
  readonly [name: string]: Option<unknown> | OptionTree;
}

/** The loaded values of a tree of options: the same shape, frozen. */
export type ConfigOf<T> = {
  readonly [K in keyof T]: T[K] extends Option<infer V> ? V : ConfigOf<T[K]>;
};
