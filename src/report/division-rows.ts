import { PvError } from "../error.ts";

/** The levels of a division list, from the top. */
export const DIVISION_LEVELS = ["province", "city", "county"] as const;
/** One of {@link DIVISION_LEVELS}. */
export type DivisionLevel = (typeof DIVISION_LEVELS)[number];

/** One row of a division list. The key is (code, level): 441900 is a city and its own county. */
export interface DivisionRow {
  /** Six digits, GB/T 2260. */
  readonly code: string;
  readonly name: string;
  readonly level: DivisionLevel;
  /** Code of the next higher division; empty for a province. */
  readonly parent: string;
}

/** A division of the list. */
export interface Division extends DivisionRow {
  /** A county row that is no county: development zones that the statistics list under 71 to 80. */
  readonly statisticalZone: boolean;
  /** A city row that is no city: 省直辖县级行政区划 (xx90), and the 市辖区 and 县 of the municipalities. */
  readonly notional: boolean;
}

const COLUMNS = ["code", "name", "level", "parent"] as const;

/**
 * Rows of a division list in CSV with the columns code, name, level and parent, in any order; others are ignored. A byte order
 * mark, CRLF and quoted cells are understood.
 *
 * @throws PvError `INVALID_ARGUMENT` for a missing column, a row of another width or a value that is no code, name or level
 */
export function divisionRows(csvText: string): readonly DivisionRow[] {
  const [header, ...lines] = csvText
    .replace(/^\ufeff/, "")
    .split(/\r?\n/)
    .map((line, i) => ({ line: i + 1, cells: cellsOf(line) }))
    .filter(({ cells }) => cells.length > 1 || cells[0] !== "");
  const places = COLUMNS.map((column) => header?.cells.indexOf(column) ?? -1);
  const missing = COLUMNS.filter((_, i) => places[i]! < 0);
  if (header === undefined || missing.length > 0) {
    throw new PvError(
      "INVALID_ARGUMENT",
      `division list: expected columns code,name,level,parent, missing ${missing.join(", ")}`,
    );
  }
  return lines.map(({ line, cells }) => {
    if (cells.length !== header.cells.length) {
      throw new PvError(
        "INVALID_ARGUMENT",
        `division list, line ${line}: expected ${header.cells.length} cells, got ${cells.length}`,
      );
    }
    const [code, name, level, parent] = places.map((place) => cells[place]!.trim());
    return checkDivisionRow(
      { code: code!, name: name!, level: level as DivisionLevel, parent: parent! },
      `line ${line}`,
    );
  });
}

/**
 * The row itself when it is well formed.
 *
 * @throws PvError `INVALID_ARGUMENT`
 */
export function checkDivisionRow(row: DivisionRow, where: string): DivisionRow {
  const fail = (what: string): never => {
    throw new PvError("INVALID_ARGUMENT", `division list, ${where}: expected ${what}, got ${JSON.stringify(row)}`);
  };
  if (!/^\d{6}$/.test(row.code)) fail("a code of six digits");
  if (typeof row.name !== "string" || row.name.trim() === "") fail("a name");
  if (!DIVISION_LEVELS.includes(row.level)) fail("the level province, city or county");
  if (row.level === "province" ? row.parent !== "" : !/^\d{6}$/.test(row.parent)) {
    fail(row.level === "province" ? "no parent of a province" : "a parent code of six digits");
  }
  return row;
}

/** A row with what its code and name tell about it. */
export function toDivision(row: DivisionRow): Division {
  const { code, name, level, parent } = row;
  const last = Number(code.slice(4));
  return {
    code,
    name,
    level,
    parent,
    statisticalZone: level === "county" && last >= 71 && last <= 80,
    notional: level === "city" && (code.slice(2, 4) === "90" || name === "市辖区" || name === "县"),
  };
}

/** Cells of one line; names hold no line breaks, so a quoted cell ends on its line. */
function cellsOf(line: string): string[] {
  if (!line.includes('"')) return line.split(",");
  const cells: string[] = [];
  let cell = "";
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const character = line[i]!;
    if (character === '"' && quoted && line[i + 1] === '"') cell += line[i++]!;
    else if (character === '"') quoted = !quoted;
    else if (character === "," && !quoted) {
      cells.push(cell);
      cell = "";
    } else cell += character;
  }
  return [...cells, cell];
}
