/** One line for the person at the terminal. */
export function printLine(text = ''): void {
  process.stdout.write(`${text}\n`);
}

/** One line about what went wrong. */
export function printError(text: string): void {
  process.stderr.write(`${text}\n`);
}
