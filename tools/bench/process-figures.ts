import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { errorCode } from '../trial/error-code.js';

/** What `/proc/PID/stat` says of a process (proc(5)); times in clock ticks. */
export interface ProcessTimes {
  readonly parent: number;
  /** User and system time of all its threads, ended ones included. */
  readonly own: number;
  /** The same of its children that have ended. */
  readonly endedChildren: number;
}

const USUAL_TICKS_PER_SECOND = 100;

/** Reads the text of `/proc/PID/stat`. */
export function parseStat(text: string): ProcessTimes {
  // The second field is the program's name in parentheses, which may itself hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const at = (field: number): number => Number(fields[field - 3]);
  return { parent: at(4), own: at(14) + at(15), endedChildren: at(16) + at(17) };
}

/** The peak of resident memory in bytes, from the text of `/proc/PID/status`; `undefined` where it does not say. */
export function parsePeakMemory(text: string): number | undefined {
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(text)?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}

/** The cores that a process may run on, from a list such as `0-2,5`. */
export function parseCoreList(list: string): number[] {
  return list.split(',').flatMap((part) => {
    const [first = '', last = first] = part.trim().split('-');
    const count = Number(last) - Number(first) + 1;
    return Array.from({ length: count }, (_, index) => Number(first) + index);
  });
}

function readProc(file: string): string | undefined {
  try {
    return readFileSync(`/proc/${file}`, 'utf8');
  } catch (error) {
    // ESRCH: the process ended between opening and reading.
    if (['ENOENT', 'ESRCH'].includes(errorCode(error))) return undefined;
    throw error;
  }
}

function timesOf(pid: number | string): ProcessTimes | undefined {
  const text = readProc(`${pid.toString()}/stat`);
  return text === undefined ? undefined : parseStat(text);
}

/** The living children of a process. */
export function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && timesOf(name)?.parent === parent)
    .map(Number);
}

/** Clock ticks that a process, its living children and its ended ones have used. */
function familyTicks(parent: number): number | undefined {
  const head = timesOf(parent);
  if (head === undefined) return undefined;
  const living = childrenOf(parent).map((pid) => timesOf(pid)?.own ?? 0);
  return living.reduce((sum, ticks) => sum + ticks, head.own + head.endedChildren);
}

/** Processor time and memory of other processes, where the operating system has a `/proc` to tell it. */
export class ProcessFigures {
  readonly #ticksPerSecond: number;

  private constructor(ticksPerSecond: number) {
    this.#ticksPerSecond = ticksPerSecond;
  }

  /** `undefined` where processor times cannot be read. */
  static open(): ProcessFigures | undefined {
    if (timesOf('self') === undefined) return undefined;
    try {
      return new ProcessFigures(Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })));
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
      return new ProcessFigures(USUAL_TICKS_PER_SECOND);
    }
  }

  /** Processor seconds that a process has used; `undefined` when it is gone. */
  seconds(pid: number): number | undefined {
    const ticks = timesOf(pid)?.own;
    return ticks === undefined ? undefined : ticks / this.#ticksPerSecond;
  }

  /** Processor seconds that a process and its children have used. */
  secondsOfFamily(pid: number): number | undefined {
    const ticks = familyTicks(pid);
    return ticks === undefined ? undefined : ticks / this.#ticksPerSecond;
  }

  /** Bytes. */
  peakMemory(pid: number): number | undefined {
    const text = readProc(`${pid.toString()}/status`);
    return text === undefined ? undefined : parsePeakMemory(text);
  }
}

/** The cores that this process may run on; `undefined` where the operating system does not tell. */
export function allowedCores(): number[] | undefined {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readProc('self/status') ?? '')?.[1];
  return list === undefined ? undefined : parseCoreList(list);
}
