import { readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";

export type GoldenRow = Readonly<Record<string, string>>;

/** Bytes of a file under test/golden, decompressed by its extension. */
export function goldenBytes(name: string): Buffer {
  const bytes = readFileSync(join(import.meta.dirname, "golden", name));
  if (name.endsWith(".gz")) return gunzipSync(bytes);
  return name.endsWith(".br") ? brotliDecompressSync(bytes) : bytes;
}

/** Rows of an RFC-4180 golden table, keyed by header. */
export function goldenRows(name: string): GoldenRow[] {
  const rows = parseCsv(goldenBytes(name).toString("utf8"));
  const header = rows[0] ?? [];
  return rows.slice(1).map((cells) => Object.fromEntries(header.map((key, i) => [key, cells[i] ?? ""])));
}

/** Golden numbers use the tokens NaN, Infinity, -Infinity; an empty field is "not available". */
export function goldenNumber(row: GoldenRow, key: string): number | undefined {
  const text = row[key];
  if (text === undefined) throw new Error(`golden column ${key} is missing; there are ${Object.keys(row).join(", ")}`);
  return text === "" ? undefined : Number(text);
}

function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const ch = text[i]!;
    if (quoted) {
      if (ch !== '"') cell += ch;
      else if (text[i + 1] === '"') cell += text[i++]!;
      else quoted = false;
    } else if (ch === '"') quoted = true;
    else if (ch === ",") {
      row.push(cell);
      cell = "";
    } else if (ch === "\n") {
      row.push(cell);
      rows.push(row);
      row = [];
      cell = "";
    } else if (ch !== "\r") cell += ch;
  }
  if (cell !== "" || row.length > 0) rows.push([...row, cell]);
  return rows;
}
