/** A `bigint` column, which the driver gives as text. */
export const BIGINT = {
  to: (value: bigint | null | undefined): string | null => value?.toString() ?? null,
  from: (value: string | null): bigint | undefined => (value === null ? undefined : BigInt(value)),
};

/** A column that may be null: absent is `undefined` in our code. */
export const OPTIONAL = {
  to: (value: unknown): unknown => value ?? null,
  from: (value: unknown): unknown => value ?? undefined,
};

/** A row as PostgreSQL's `to_jsonb` gives it, read field by field. */
export class JsonRow {
  readonly #row: Readonly<Record<string, unknown>>;

  constructor(row: Readonly<Record<string, unknown>>) {
    this.#row = row;
  }

  text(column: string): string {
    return String(this.#row[column]);
  }

  optionalText(column: string): string | undefined {
    return (this.#row[column] as string | null) ?? undefined;
  }

  boolean(column: string): boolean {
    return this.#row[column] === true;
  }

  integer(column: string): number {
    return this.#row[column] as number;
  }

  optionalInteger(column: string): number | undefined {
    return (this.#row[column] as number | null) ?? undefined;
  }

  /** `bytea` is written as `\x` and hexadecimal digits. */
  bytes(column: string): Buffer {
    return Buffer.from((this.#row[column] as string).slice(2), 'hex');
  }

  time(column: string): Date {
    return new Date(this.#row[column] as string);
  }

  optionalTime(column: string): Date | undefined {
    const value = this.#row[column] as string | null;
    return value === null ? undefined : new Date(value);
  }

  bigint(column: string): bigint {
    return BigInt(this.#row[column] as number);
  }

  json(column: string): unknown {
    return this.#row[column] ?? undefined;
  }
}
