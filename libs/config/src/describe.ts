import type { LoadedConfig } from './load-config.js';
import { nameOptions } from './names.js';
import type { OptionTree } from './option.js';

function shown(value: unknown, isSecret: boolean): string {
  if (value === undefined) return '';
  return isSecret ? '[secret]' : JSON.stringify(value);
}

/** A loaded configuration as lines of `path = value (origin)`, for `config print`. Secrets stand as `[secret]`. */
export function describeConfig(loaded: LoadedConfig<OptionTree>): string {
  const lines = loaded.settings.map(
    ({ named, value, origin }) =>
      `${named.path.join('.')} = ${shown(value, named.option.isSecret)} (${origin})`,
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
        ? ` (default: ${shown(spec.default, option.isSecret)})`
        : spec.optional
          ? ''
          : ' (required)';
    return [`  ${names.join(', ')}`, `      ${spec.help}${standing}`];
  });
  return lines.join('\n');
}
