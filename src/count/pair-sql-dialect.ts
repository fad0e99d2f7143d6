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
  /** Rows of equal reports side by side, every one with every one. */
  readonly join: string;
  /** Whether parts of a statement can be named in front of it (`with … as`). */
  readonly namesParts: boolean;
}

const halfCharacter = /\p{Surrogate}/u;

const doubled =
  (mark: string) =>
  (name: string): string =>
    mark + name.replaceAll(mark, mark + mark) + mark;
/** What most engines share; `type` is what they call text. */
const common = (type: string): Pick<DialectText, "text" | "textOr" | "join" | "namesParts"> => ({
  text: (x) => `coalesce(cast(${x} as ${type}), '')`,
  textOr: (x, missing) => `coalesce(nullif(cast(${x} as ${type}), ''), '${missing}')`,
  join: "join",
  namesParts: true,
});

export const dialectText: Readonly<Record<SqlDialect, DialectText>> = {
  duckdb: { quote: doubled('"'), parameter: (i) => `$${i}`, ...common("varchar") },
  postgres: {
    quote: doubled('"'),
    // A parameter takes the type of its column, and an integer column refuses 2008.5 and what is beyond its range.
    parameter: (i, value) => (typeof value === "string" || (value | 0) === value ? `$${i}` : `cast($${i} as numeric)`),
    ...common("text"),
  },
  spark: { quote: doubled("`"), parameter: (i) => `:p${i}`, ...common("string") },
  clickhouse: {
    // In a quoted name of this engine a backslash escapes, so it is escaped itself.
    quote: (name) => `\`${name.replace(/[\\`]/g, "\\$&")}\``,
    parameter: (i, value) =>
      `{p${i}:${typeof value === "string" ? "String" : Number.isSafeInteger(value) ? "Int64" : "Float64"}}`,
    text: (x) => `ifNull(toString(${x}), '')`,
    textOr: (x, missing) => `ifNull(nullIf(toString(${x}), ''), '${missing}')`,
    // Old versions (18.16 is tested) have no named parts, want to be told that all matches are meant, and take one join a
    // selection; the language still has all of this.
    join: "all inner join",
    namesParts: false,
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
