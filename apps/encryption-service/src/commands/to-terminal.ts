/** A line for whoever runs a command. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** An encryption that a command left as it was, and why. */
export interface LeftBehind {
  readonly tenantId: string;
  readonly encryptionId: string;
  readonly code: string;
}

/** Names what a command left behind, for which it then ends with status 1. */
export function printLeftBehind(failed: readonly LeftBehind[]): void {
  for (const { tenantId, encryptionId, code } of failed)
    process.stderr.write(`tenant ${tenantId}, encryption ${encryptionId}: ${code}\n`);
  if (failed.length > 0) process.exitCode = 1;
}
