/** A program of an emulator; undefined where it is not installed. */
export function findProgram(name: string, program: string): string | undefined;
