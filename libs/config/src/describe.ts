import type { LoadedConfig } from './load-config.js';
import { nameOptions } from './names.js';
import type { Option, OptionTree } from './option.js';

function shown(value: unknown, { isSecret, kind }: Option<unknown>): string {
  if (value === undefined) return '';
  // Secrets inside an entry print as [secret] by themselves.
  return isSecret ? '[secret]' : (kind.toText?.(value) ?? JSON.stringify(value));
}

/** A loaded configuration as lines of `path = value (origin)`, for `config print`. Secrets stand as `[secret]`. */
export function describeConfig(loaded: LoadedConfig<OptionTree>): string {
  const lines = loaded.settings.map(
    ({ named, value, origin }) =>
      `${named.path.join('.')} = ${shown(value, named.option)} (${origin})`,
  );
  return lines.join('\n');
}

/** The options with their names, defaults and help, for `--help`. */
export function describeOptions(options: OptionTree, prefix?: string): string {
  const lines = nameOptions(options, prefix).flatMap(({ option, flag, variables }) => {
    const names = [
      ...(flag === undefined ? [] : [option.isSwitch ? `--${flag}` : `--${flag} VALUE`]),
      ...variables.flatMap((name) => (option.isSecret ? [name, `${name}_FILE`] : [name])),
    ];
    const { spec } = option;
    const standing =
      spec.default !== undefined
        ? ` (default: ${shown(spec.default, option)})`
        : spec.optional
          ? ''
          : ' (required)';
    return [`  ${names.join(', ')}`, `      ${spec.help}${standing}`];
  });
  return lines.join('\n');
}
