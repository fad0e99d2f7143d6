import { PvError } from "../error.ts";

/** One row of a dictionary table, by the names of its columns. */
export type DictionaryRow = Readonly<Record<string, string | number | boolean | null | undefined>>;

const UNQUOTED = ["$", "|"];

/** How the text of a table is written. */
export interface DictionaryTextOptions {
  /** Between two values; a comma unless told. */
  readonly delimiter?: string | undefined;
  /** Names of the columns where the text has no header line. */
  readonly header?: readonly string[] | undefined;
}

/**
 * The rows of a delimited text with a header line: values may be quoted (`""` is a quote) but where the delimiter is `$` or
 * `|`, whose tables know no quotes; an empty line is no row.
 *
 * @throws PvError `INVALID_ARGUMENT` for a row with more values than the header and for a quote that never closes
 * @example
 * dictionaryRows("code,name\nA,\"Rash, mild\"\n"); // [{ code: "A", name: "Rash, mild" }]
 */
export function dictionaryRows(text: string, options: DictionaryTextOptions = {}): DictionaryRow[] {
  const { delimiter = "," } = options;
  if (delimiter.length !== 1 || delimiter === '"')
    throw new PvError("INVALID_OPTION", `delimiter: expected one character, got ${JSON.stringify(delimiter)}`);
  const records = split(text.startsWith("\ufeff") ? text.slice(1) : text, delimiter);
  const header = (options.header ?? records.shift()?.values ?? []).map((name) => name.trim());
  return records.map(({ values, line }) => {
    const surplus = values.slice(header.length);
    // Tables of some terminologies end every row with the delimiter.
    if (surplus.some((value) => value.trim() !== ""))
      throw new PvError("INVALID_ARGUMENT", `line ${line}: ${values.length} values for ${header.length} columns`);
    return Object.fromEntries(header.map((name, i) => [name, values[i]]));
  });
}

interface TextRecord {
  readonly values: readonly string[];
  readonly line: number;
}

function split(text: string, delimiter: string): TextRecord[] {
  const quoted = !UNQUOTED.includes(delimiter);
  const records: TextRecord[] = [];
  let at = 0;
  let line = 1;
  const field = (): string => {
    let value = "";
    if (quoted && text[at] === '"') {
      const begun = line;
      for (at++; ; at++) {
        const close = text.indexOf('"', at);
        if (close < 0) throw new PvError("INVALID_ARGUMENT", `line ${begun}: a quote never closes`);
        value += text.slice(at, close);
        at = close + 1;
        if (text[at] !== '"') break;
        value += '"';
      }
      for (let i = value.indexOf("\n"); i >= 0; i = value.indexOf("\n", i + 1)) line++;
    }
    const from = at;
    while (at < text.length && text[at] !== delimiter && text[at] !== "\n") at++;
    return value + text.slice(from, text[at] !== delimiter && text[at - 1] === "\r" && at > from ? at - 1 : at);
  };
  while (at < text.length) {
    const begun = line;
    const values = [field()];
    for (; text[at] === delimiter; values.push(field())) at++;
    at++;
    line++;
    if (values.length > 1 || values[0]!.trim() !== "") records.push({ values, line: begun });
  }
  return records;
}

/** A value of a row as trimmed text; `""` where the row has none. */
export function rowText(row: DictionaryRow, column: string | undefined): string {
  const value = column === undefined || !Object.hasOwn(row, column) ? undefined : row[column];
  return value === undefined || value === null ? "" : String(value).trim();
}
