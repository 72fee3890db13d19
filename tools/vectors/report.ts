import type { GroupVerdicts, Verdict } from './run-vectors.js';

const VERDICTS: readonly Verdict[] = ['right', 'wrong', 'not yet'];
const NUMBER_WIDTH = 8;

function count(verdicts: GroupVerdicts, verdict: Verdict): number {
  return [...verdicts.values()].filter((found) => found === verdict).length;
}

function row(name: string, width: number, cells: readonly (string | number)[]): string {
  return name.padEnd(width) + cells.map((cell) => String(cell).padStart(NUMBER_WIDTH)).join('');
}

/** How many vectors have a verdict, over all groups. */
export function total(groups: ReadonlyMap<string, GroupVerdicts>, verdict: Verdict): number {
  return [...groups.values()].reduce((sum, verdicts) => sum + count(verdicts, verdict), 0);
}

/** A table with one line for each group and a total, then the ids of what was wrong. */
export function renderReport(groups: ReadonlyMap<string, GroupVerdicts>): string[] {
  const width = Math.max(...[...groups.keys(), 'group', 'total'].map((name) => name.length));
  const lines = [...groups].map(([group, verdicts]) =>
    row(
      group,
      width,
      VERDICTS.map((verdict) => count(verdicts, verdict)),
    ),
  );
  const wrong = [...groups.values()].flatMap((verdicts) =>
    [...verdicts].filter(([, verdict]) => verdict === 'wrong').map(([id]) => `wrong: ${id}`),
  );
  return [
    row('group', width, VERDICTS),
    ...lines,
    row(
      'total',
      width,
      VERDICTS.map((verdict) => total(groups, verdict)),
    ),
    ...wrong,
  ];
}
