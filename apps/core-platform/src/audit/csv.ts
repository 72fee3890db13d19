/**
 * What a spreadsheet takes for a formula: one of the four signs, full-width ones included, behind white space that it strips. It looks for
 * one not only where a cell begins, but also behind what separates cells where a comma does not.
 */
const FORMULA = /(^|[;\t]|\r\n?|\n)(\s*[=+\-@\uff1d\uff0b\uff0d\uff20])/g;
const STRIPPED = /^[\t\r\n]/;

/**
 * One cell after RFC 4180, safe to open in a spreadsheet: what would be read as a formula gets an apostrophe in front, since others
 * can have put it there for the one who opens the file.
 */
export function csvCell(value: string | number | undefined): string {
  const text = value === undefined ? '' : value.toString();
  const inert = typeof value === 'string' ? defuse(text) : text;
  return `"${inert.replaceAll('"', '""')}"`;
}

function defuse(text: string): string {
  const inert = text.replaceAll(FORMULA, "$1'$2");
  return STRIPPED.test(inert) ? `'${inert}` : inert;
}

/** One line with its end, as RFC 4180 has it. */
export function csvLine(values: readonly (string | number | undefined)[]): string {
  return `${values.map(csvCell).join(',')}\r\n`;
}
