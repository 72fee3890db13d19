import { performance } from 'node:perf_hooks';
import { printLine } from '../terminal/print.js';

const INDENT = '   ';
const PROGRESS_EVERY_MILLIS = 5000;
const AT_ONCE = 4;

export function countOf(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

function seconds(millis: number): string {
  return `${(millis / 1000).toFixed(1)} s`;
}

/** Tells the person at the terminal what is done, step by step, and how long each took. */
export class Story {
  readonly #began = performance.now();
  #steps = 0;

  /** One step: its title, what `work` says meanwhile, and its time. */
  async step<T>(title: string, work: () => Promise<T>): Promise<T> {
    this.#steps += 1;
    const began = performance.now();
    printLine(`${this.#steps.toString()}. ${title}`);
    const result = await work();
    this.say(`(${seconds(performance.now() - began)})`);
    printLine();
    return result;
  }

  say(...lines: readonly string[]): void {
    for (const line of lines) printLine(`${INDENT}${line}`);
  }

  /** Does the same with each of many things, some at a time, and tells how far it is when that takes long. Results are in order. */
  async each<T, R>(things: readonly T[], work: (thing: T) => Promise<R>): Promise<R[]> {
    const results: R[] = [];
    let next = 0;
    let done = 0;
    const timer = setInterval(() => {
      this.say(`… ${done.toLocaleString('en')} of ${things.length.toLocaleString('en')}`);
    }, PROGRESS_EVERY_MILLIS);
    const worker = async (): Promise<void> => {
      for (let index = next; index < things.length; index = next) {
        next += 1;
        results[index] = await work(things[index] as T);
        done += 1;
      }
    };
    try {
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
    } finally {
      clearInterval(timer);
    }
    return results;
  }

  /** Since the story began. */
  get elapsed(): string {
    return seconds(performance.now() - this.#began);
  }
}
