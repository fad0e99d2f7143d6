import { PvError } from "../error.ts";

/** JSON has no words for these. */
const NUMBER = "$number";

/**
 * JSON with keys in order from which every number comes back as it was: NaN, infinities and -0 are written as
 * `{"$number":"NaN"}`. Absent fields are left out.
 *
 * @throws PvError `INVALID_ARGUMENT` for what JSON cannot hold (functions, dates, maps, typed arrays, gaps in lists), saying where
 */
export function exactJson(value: unknown, where = "value"): string {
  if (typeof value === "number") {
    if (Number.isFinite(value) && !Object.is(value, -0)) return String(value);
    return `{"${NUMBER}":"${Object.is(value, -0) ? "-0" : String(value)}"}`;
  }
  if (typeof value === "string" || typeof value === "boolean" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((one, i) => exactJson(one, `${where}[${i}]`)).join(",")}]`;
  if (!isPlain(value)) {
    const what = typeof value === "object" ? (value.constructor as { name?: string } | undefined)?.name : typeof value;
    throw new PvError(
      "INVALID_ARGUMENT",
      `${where}: expected what JSON can hold, got ${what ?? "an object of no kind"}`,
    );
  }
  const fields: string[] = [];
  for (const name of Object.keys(value).sort()) {
    if (name === NUMBER)
      throw new PvError("INVALID_ARGUMENT", `${where}: a field called ${NUMBER} stands for a number`);
    const field = value[name];
    if (field !== undefined) fields.push(`${JSON.stringify(name)}:${exactJson(field, `${where}.${name}`)}`);
  }
  return `{${fields.join(",")}}`;
}

/**
 * The value that {@link exactJson} wrote.
 *
 * @throws SyntaxError for text that is not JSON
 */
export function parseExactJson(text: string): unknown {
  // A reviver is many times as slow, and hardly any text needs it.
  if (!text.includes(`"${NUMBER}"`)) return JSON.parse(text) as unknown;
  return JSON.parse(text, (_, value: unknown) =>
    isPlain(value) && Object.hasOwn(value, NUMBER) ? Number(value[NUMBER]) : value,
  ) as unknown;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // A plain object of another realm has another Object.prototype, of which the prototype is null.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
