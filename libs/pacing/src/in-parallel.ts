import { Turns } from './turns.js';

/**
 * Carries out `work` for each item, at most `limit` at once: a key service that is asked for thousands of keys must not be flooded. Work
 * that never waits, as under a local master key, lets others have the process now and then.
 *
 * @returns the results in the order of the items. After a failure nothing new is begun, and the failure is thrown once what was begun
 *   has ended.
 */
export async function inParallel<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const failures: unknown[] = [];
  const queue = items.entries();
  const turns = new Turns();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (failures.length > 0) return;
      try {
        results[index] = await work(item);
        if (turns.isOver) await turns.end();
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
  return results;
}
