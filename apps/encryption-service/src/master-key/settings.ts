import { type ConfigOf, type ConfigProblem, option } from '@app/config';
import { KEK_BYTES } from '@app/crypto';
import { KEK_SETTINGS } from '@app/kek';

/** The platform's master keys. */
export const KEK_OPTIONS = {
  default: option.text({
    optional: true,
    help: 'Name of the master key that wraps new keys. Absent: kek.local, or the only one of kek.providers.',
  }),
  providers: option.entries(KEK_SETTINGS, {
    default: [],
    help: 'Master keys beside kek.local, or in place of it. What is wrapped names its master key, so one stays here until nothing names it.',
  }),
  local: {
    name: option.text({
      default: 'default',
      help: 'Name of the local master key; never given to another key.',
    }),
    file: option.path({
      optional: true,
      help: 'The local master key, 32 bytes or their base64, mode 0600; made at the first start.',
    }),
    key: option.secretBytes({
      bytes: KEK_BYTES,
      optional: true,
      help: 'The local master key itself, in place of a file. The operating system may still show it: a file is better.',
    }),
  },
} as const;

export type KekConfig = ConfigOf<typeof KEK_OPTIONS>;

/** Whether there is the local master key of `kek.local`. */
export function hasLocalKey({ local }: KekConfig): boolean {
  return local.file !== undefined || local.key !== undefined;
}

/** The names of all master keys, that of `kek.local` first. */
function namesOf(kek: KekConfig): string[] {
  const names = kek.providers.map(({ name }) => name);
  return hasLocalKey(kek) ? [kek.local.name, ...names] : names;
}

/** The name of the default master key; undefined where the settings leave it open. */
export function defaultNameOf(kek: KekConfig): string | undefined {
  if (kek.default !== undefined) return kek.default;
  const [first, ...others] = namesOf(kek);
  return hasLocalKey(kek) || others.length === 0 ? first : undefined;
}

function broken(name: string, rule: string): ConfigProblem {
  return { code: 'invalid', name, rule };
}

/** What is wrong with the settings of the master keys together, each of them being right by itself. */
export function kekProblems(kek: KekConfig): readonly ConfigProblem[] {
  const names = namesOf(kek);
  if (kek.local.file !== undefined && kek.local.key !== undefined)
    return [broken('kek.local', 'must have only one of file and key')];
  if (names.length === 0)
    return [broken('kek', 'needs kek.local.file, kek.local.key or an entry of kek.providers')];
  if (new Set(names).size < names.length)
    return [broken('kek.providers', 'must not have the name of kek.local')];
  const defaultName = defaultNameOf(kek);
  if (defaultName === undefined)
    return [broken('kek.default', 'is required where there are several, none of them kek.local')];
  return names.includes(defaultName)
    ? []
    : [broken('kek.default', 'must be the name of a configured master key')];
}
