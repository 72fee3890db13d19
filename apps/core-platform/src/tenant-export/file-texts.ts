import { csvLine } from '../audit/csv.js';

export const EXPORT_FORMATS = ['json', 'csv'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** A column of a CSV file: its name, and what stands in it. */
export type Columns<Row> = Readonly<Record<string, (row: Row) => string | number | undefined>>;

/** An array of JSON, a row on a line. */
export async function* jsonText<Row>(pages: AsyncIterable<readonly Row[]>): AsyncGenerator<string> {
  let opening = '[';
  for await (const rows of pages) {
    if (rows.length === 0) continue;
    yield `${opening}\n${rows.map((row) => JSON.stringify(row)).join(',\n')}`;
    opening = ',';
  }
  yield opening === '[' ? '[]\n' : '\n]\n';
}

/** RFC 4180, safe to open in a spreadsheet. */
export async function* csvText<Row>(
  pages: AsyncIterable<readonly Row[]>,
  columns: Columns<Row>,
): AsyncGenerator<string> {
  yield csvLine(Object.keys(columns));
  const cells = Object.values(columns);
  for await (const rows of pages)
    yield rows.map((row) => csvLine(cells.map((cell) => cell(row)))).join('');
}
