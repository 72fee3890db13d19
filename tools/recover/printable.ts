// Control characters and those that turn or hide text (Unicode's categories Cc, Cf, Zl, Zp).
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Text out of a file as a terminal may show it: whoever made the file must not move the cursor or rewrite lines of the person who reads. */
export function printable(text: string): string {
  return text.replace(
    UNPRINTABLE,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
