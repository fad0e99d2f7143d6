import { PvError } from "../error.ts";

/** Engines that can count pairs. */
export const SQL_DIALECTS = ["duckdb", "clickhouse", "postgres", "spark"] as const;
/** One of {@link SQL_DIALECTS}. */
export type SqlDialect = (typeof SQL_DIALECTS)[number];
/** A value that is compared with a column; it is always bound, never written into the text. */
export type SqlValue = string | number;

/** How an engine writes what differs between them. */
export interface DialectText {
  /** A name in quotes, which no character of it can leave. */
  readonly quote: (name: string) => string;
  /** The place of parameter i, from 1. */
  readonly parameter: (i: number, value: SqlValue) => string;
  /** A label: text, `""` where absent. */
  readonly text: (expression: string) => string;
  /** Text, `""` and absent replaced. */
  readonly textOr: (expression: string, missing: string) => string;
}

const halfCharacter = /\p{Surrogate}/u;

const doubled =
  (mark: string) =>
  (name: string): string =>
    mark + name.replaceAll(mark, mark + mark) + mark;
const cast = (type: string): Pick<DialectText, "text" | "textOr"> => ({
  text: (x) => `coalesce(cast(${x} as ${type}), '')`,
  textOr: (x, missing) => `coalesce(nullif(cast(${x} as ${type}), ''), '${missing}')`,
});

export const dialectText: Readonly<Record<SqlDialect, DialectText>> = {
  duckdb: { quote: doubled('"'), parameter: (i) => `$${i}`, ...cast("varchar") },
  postgres: { quote: doubled('"'), parameter: (i) => `$${i}`, ...cast("text") },
  spark: { quote: doubled("`"), parameter: (i) => `:p${i}`, ...cast("string") },
  clickhouse: {
    // In a quoted name of this engine a backslash escapes, so it is escaped itself.
    quote: (name) => `\`${name.replace(/[\\`]/g, "\\$&")}\``,
    parameter: (i, value) =>
      `{p${i}:${typeof value === "string" ? "String" : Number.isSafeInteger(value) ? "Int64" : "Float64"}}`,
    text: (x) => `ifNull(toString(${x}), '')`,
    textOr: (x, missing) => `ifNull(nullIf(toString(${x}), ''), '${missing}')`,
  },
};

/** @throws PvError `INVALID_ARGUMENT` for a name that no engine can have: empty, with NUL, or half of a character */
export function checkName(kind: string, name: unknown): string {
  if (typeof name !== "string" || name === "" || name.includes("\u0000") || halfCharacter.test(name)) {
    throw new PvError("INVALID_ARGUMENT", `${kind}: expected a name without NUL, got ${JSON.stringify(name)}`);
  }
  return name;
}

/** @throws PvError `INVALID_ARGUMENT` for a value that cannot be bound */
export function checkValue(kind: string, value: unknown): SqlValue {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (typeof value === "string" && !value.includes("\u0000") && !halfCharacter.test(value)) return value;
  throw new PvError("INVALID_ARGUMENT", `${kind}: expected text without NUL or a finite number, got ${String(value)}`);
}
