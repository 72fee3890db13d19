/** What a spreadsheet takes for a formula, or strips to get to one. */
const FORMULA = /^[=+\-@\t\r]/;

/**
 * One cell after RFC 4180, safe to open in a spreadsheet: what would be read as a formula gets an apostrophe in front, since others
 * can have put it there for the one who opens the file.
 */
export function csvCell(value: string | number | undefined): string {
  const text = value === undefined ? '' : value.toString();
  const inert = typeof value === 'string' && FORMULA.test(text) ? `'${text}` : text;
  return `"${inert.replaceAll('"', '""')}"`;
}

/** One line with its end, as RFC 4180 has it. */
export function csvLine(values: readonly (string | number | undefined)[]): string {
  return `${values.map(csvCell).join(',')}\r\n`;
}
