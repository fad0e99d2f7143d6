import { PvError } from "../error.ts";
import { AEFI_COLUMNS } from "./layout-aefi.ts";
import { COSMETIC_COLUMNS } from "./layout-cosmetic.ts";
import { DEVICE_COLUMNS } from "./layout-device.ts";
import { DRUG_COLUMNS } from "./layout-drug.ts";
import type { ColumnFamily } from "./layout-family.ts";
import { cellText, type SheetCell } from "./sheet.ts";

/** Layouts of the Chinese national exports that are told apart by their headers. */
export const LAYOUTS = [
  "national-device",
  "national-adr",
  "national-cosmetic",
  "aefi-group",
  "aefi-card",
  "holder-feedback",
  "holder-analysis",
  "device-2014",
] as const;
/** One of {@link LAYOUTS}. */
export type LayoutName = (typeof LAYOUTS)[number];

/** What the header of a table says about it. */
export interface DetectedLayout {
  readonly layout: LayoutName;
  /** Place of the header among the rows given, counted from 1. */
  readonly headerRow: number;
  /** Index of each column that was found, by the name it has in the national form; `"伤害#2"` is the second 伤害. */
  readonly columns: Readonly<Record<string, number>>;
  /** Values that stand above the header beside their names, as in the group register of vaccines. */
  readonly above: Readonly<Record<string, string>>;
  /** Columns of the form that the table does not have. */
  readonly missing: readonly string[];
  /** Headers, as they stand but for blanks, that belong to no column of the form. */
  readonly unknown: readonly string[];
}

interface LayoutRule {
  readonly family: ColumnFamily;
  /** Of each list one column has to be there. */
  readonly required: readonly (readonly string[])[];
  /** A table that has all required columns and one of these is of this layout, whatever else it has. */
  readonly marks: readonly string[];
  /** A table with one of these is not. */
  readonly never?: readonly string[];
  /** Columns may also stand above the header, as pairs of name and value. */
  readonly above?: true;
}

const drugContent = [["通用名称", "商品名称"], ["不良反应名称"]] as const;

export const LAYOUT_RULES: Readonly<Record<LayoutName, LayoutRule>> = {
  "national-device": {
    family: DEVICE_COLUMNS,
    required: [["报告编码"], ["产品名称"], ["伤害", "伤害表现", "器械故障表现"]],
    marks: ["UDI"],
    never: ["事件后果"],
  },
  "national-adr": {
    family: DRUG_COLUMNS,
    required: [["报告表编码", "唯一标识"], ...drugContent],
    marks: ["报告类型-新的"],
  },
  "national-cosmetic": {
    family: COSMETIC_COLUMNS,
    required: [["报告表编号"], ["化妆品名称"], ["自觉症状", "皮损形态", "初步判断"]],
    marks: ["光斑贴试验", "皮损部位"],
  },
  "aefi-group": {
    family: AEFI_COLUMNS,
    required: [["疫苗名称"], ["反应发生人数", "接种人数", "群体编码"]],
    marks: ["反应发生人数", "接种人数", "群体编码"],
    above: true,
  },
  "aefi-card": {
    family: AEFI_COLUMNS,
    required: [["编码"], ["疫苗名称"], ["反应发生日期", "初步临床诊断", "发热(腋温℃)"]],
    marks: ["接种日期"],
  },
  "holder-feedback": {
    family: DRUG_COLUMNS,
    required: [["反馈码"], ...drugContent],
    marks: ["反馈码"],
    never: ["报告表编码"],
  },
  "holder-analysis": {
    family: DRUG_COLUMNS,
    required: [["报告表编码", "唯一标识", "反馈码"], ...drugContent],
    marks: ["是否非预期"],
  },
  "device-2014": {
    family: DEVICE_COLUMNS,
    required: [["报告编码"], ["产品名称"], ["事件后果", "事件主要表现"]],
    marks: ["事件后果"],
  },
};

/** The header is looked for in so many rows. */
export const HEADER_ROWS = 20;
/** No national export comes near this many columns; beyond it a row is not searched for headers. */
const HEADER_CELLS = 2000;

/**
 * Finds which national export a table is, from its header, which may come after title rows. Header names are compared
 * without blanks, line breaks, full-width forms and a `*` at the end; a name that comes twice is told by its place.
 *
 * @param rows - the first rows of the table (20 are enough), or the header alone
 * @throws PvError `UNKNOWN_LAYOUT` naming the nearest layout and what it lacks
 * @example
 * detectLayout(["报告表编码", "报告类型-新的", "通用名称", "不良反应名称"]).layout; // "national-adr"
 */
export function detectLayout(rows: readonly (readonly SheetCell[])[] | readonly SheetCell[]): DetectedLayout {
  const table = isTable(rows) ? rows : [rows];
  const found = searchLayout(table);
  if (found === undefined) throw new PvError("UNKNOWN_LAYOUT", nearestLayout(table));
  return found;
}

const isTable = (
  rows: readonly (readonly SheetCell[])[] | readonly SheetCell[],
): rows is readonly (readonly SheetCell[])[] => rows.every((row) => Array.isArray(row));

/** As {@link detectLayout}, but `undefined` where there is none. */
export function searchLayout(rows: readonly (readonly SheetCell[])[]): DetectedLayout | undefined {
  const headers = candidates(rows);
  const fits = headers.filter((candidate) => lacking(candidate).length === 0 && !excluded(candidate));
  const marked = LAYOUTS.map((name) =>
    largest(fits.filter((fit) => fit.name === name && LAYOUT_RULES[name].marks.some((mark) => has(fit, mark)))),
  );
  // Without a mark the layout that knows the most columns.
  const best = marked.find((fit) => fit !== undefined) ?? largest(fits);
  if (best === undefined) return undefined;
  const { name, row, columns, above, unknown } = best;
  return {
    layout: name,
    headerRow: row + 1,
    columns: Object.fromEntries(columns),
    above: Object.fromEntries(above),
    missing: Object.keys(LAYOUT_RULES[name].family.columns).filter((column) => !has(best, column)),
    unknown,
  };
}

/** Of equals the first row, and the first layout in the list. */
const largest = (fits: readonly Candidate[]): Candidate | undefined =>
  fits.reduce<Candidate | undefined>((best, fit) => (fit.size > (best?.size ?? 0) ? fit : best), undefined);

/** How many known columns the best header among the rows has, whether or not they make a layout. */
export function knownColumns(rows: readonly (readonly SheetCell[])[]): number {
  return Math.max(0, ...candidates(rows).map(({ size }) => size));
}

/** Which layout comes nearest, in words. */
export function nearestLayout(rows: readonly (readonly SheetCell[])[]): string {
  let best: Candidate | undefined;
  let nearest = Infinity;
  for (const candidate of candidates(rows)) {
    if (candidate.size === 0) continue;
    const lack = lacking(candidate).length;
    if (lack > nearest || (lack === nearest && candidate.size <= (best?.size ?? 0))) continue;
    best = candidate;
    nearest = lack;
  }
  if (best === undefined) {
    // Without a header the first row may be a patient: its cells are counted, not shown.
    const first = rows.find((cells) => cells.some((cell) => headerForm(cell) !== ""));
    return `no header of a national export in the first ${HEADER_ROWS} rows; the first row with text has ${first?.length ?? 0} cells`;
  }
  const found = (rows[best.row] ?? []).slice(0, 100).map((cell) => textOf(cell).trim().slice(0, 40));
  const seen = `found ${found.join(", ").slice(0, 2000)}`;
  const lack = lacking(best).map((names) => names.join(" or "));
  const place = `nearest is ${best.name} with the header in row ${best.row + 1}`;
  if (lack.length > 0) return `not a known layout; ${place}, which lacks ${lack.join(", ")}; ${seen}`;
  return `not a known layout; ${place}, which has no column ${(LAYOUT_RULES[best.name].never ?? []).join(", ")}; ${seen}`;
}

interface Candidate {
  readonly name: LayoutName;
  /** Index of the row. */
  readonly row: number;
  readonly columns: ReadonlyMap<string, number>;
  readonly above: ReadonlyMap<string, string>;
  readonly unknown: readonly string[];
  /** Number of columns known. */
  readonly size: number;
}

/** A header row has at least so many known names; fewer can be a title or a line of values. */
const HEADER_NAMES = 3;

function candidates(rows: readonly (readonly SheetCell[])[]): Candidate[] {
  const head = rows.slice(0, HEADER_ROWS);
  const forms = head.map((cells) => cells.slice(0, HEADER_CELLS).map(headerForm));
  return head.flatMap((cells, row) =>
    LAYOUTS.flatMap((name) => {
      const { family, above: looksAbove } = LAYOUT_RULES[name];
      const columns = placeColumns(family, forms[row]!);
      if (columns.size < HEADER_NAMES) return [];
      const above = looksAbove === true ? pairs(family, head.slice(0, row), columns) : new Map<string, string>();
      const taken = new Set(columns.values());
      const { names } = indexOf(family);
      const unknown = forms[row]!.flatMap((form, i) =>
        form === "" || taken.has(i) || names.has(form) ? [] : [textOf(cells[i]).trim()],
      );
      return { name, row, columns, above, unknown, size: columns.size + above.size };
    }),
  );
}

/** Pairs of a column's name and its value, beside each other or with a colon between, in the rows above a header. */
function pairs(
  family: ColumnFamily,
  rows: readonly (readonly SheetCell[])[],
  columns: ReadonlyMap<string, number>,
): Map<string, string> {
  const { names } = indexOf(family);
  const found = new Map<string, string>();
  const put = (label: string, value: string): void => {
    const base = names.get(headerForm(label))?.base;
    if (base !== undefined && value !== "" && !columns.has(base) && !found.has(base)) found.set(base, value);
  };
  for (const row of rows) {
    const cells = row.slice(0, HEADER_CELLS).map((cell) => (cellText(cell) ?? "").trim());
    const filled = cells.filter((cell) => cell !== "");
    for (const [i, cell] of filled.entries()) {
      const colon = /^([^:：]+)[:：](.+)$/s.exec(cell);
      if (colon !== null) put(colon[1]!, colon[2]!.trim());
      else if (i + 1 < filled.length && !names.has(headerForm(filled[i + 1]))) put(cell, filled[i + 1]!);
    }
  }
  return found;
}

const has = ({ columns, above }: Candidate, column: string): boolean => columns.has(column) || above.has(column);

const lacking = (candidate: Candidate): (readonly string[])[] =>
  LAYOUT_RULES[candidate.name].required.filter((names) => !names.some((column) => has(candidate, column)));

const excluded = (candidate: Candidate): boolean =>
  LAYOUT_RULES[candidate.name].never?.some((column) => has(candidate, column)) === true;

/**
 * A header name in the form in which its spellings agree.
 *
 * @example
 * headerForm(" 特殊化妆品注册证书编号／\n普通化妆品备案编号*"); // "特殊化妆品注册证书编号/普通化妆品备案编号"
 */
export function headerForm(cell: SheetCell): string {
  return textOf(cell)
    .normalize("NFKC")
    .replace(/[\s\p{Cf}\p{Cc}]+/gu, "")
    .replace(/^\*+|[*:]+$/g, "")
    .toUpperCase();
}

const textOf = (cell: SheetCell): string => (typeof cell === "string" ? cell.slice(0, 500) : "");

/** Which columns go by a name: for a name that can come several times, the first column, the second … */
interface NamedColumns {
  /** The column the name stands for, without `#2`. */
  readonly base: string;
  /** Place of the name in the list of names of the column; the lower wins when several are in one header. */
  readonly rank: number;
}

const indexes = new Map<ColumnFamily, { names: Map<string, NamedColumns>; times: Map<string, number> }>();

function indexOf(family: ColumnFamily): { names: Map<string, NamedColumns>; times: Map<string, number> } {
  const known = indexes.get(family);
  if (known !== undefined) return known;
  const names = new Map<string, NamedColumns>();
  const times = new Map<string, number>();
  for (const [column, also] of Object.entries(family.columns)) {
    const base = column.replace(/#\d$/, "");
    times.set(base, (times.get(base) ?? 0) + 1);
    if (base !== column) continue;
    for (const [rank, name] of [column, ...also].entries()) {
      const form = headerForm(name);
      // A column's own name counts more than another's second one.
      if (rank === 0 || !names.has(form)) names.set(form, { base, rank });
    }
  }
  const index = { names, times };
  indexes.set(family, index);
  return index;
}

/** `伤害.1`, `伤害_1` and `疫苗名称2`: how programs tell repeated headers apart. */
const numbered = /^(.+?)[._]?(?:\d|\(\d\))$/;

function placeColumns(family: ColumnFamily, forms: readonly string[]): Map<string, number> {
  const { names, times } = indexOf(family);
  const columns = new Map<string, number>();
  const ranks = new Map<string, number>();
  const seen = new Map<string, number>();
  for (const [i, form] of forms.entries()) {
    if (form === "") continue;
    const found = names.get(form) ?? repeatedName(form, names, times);
    if (found === undefined) continue;
    const { base, rank } = found;
    const allowed = times.get(base)!;
    if (allowed > 1) {
      const nth = (seen.get(base) ?? 0) + 1;
      seen.set(base, nth);
      if (nth <= allowed) columns.set(nth === 1 ? base : `${base}#${nth}`, i);
    } else if (rank < (ranks.get(base) ?? Infinity)) {
      columns.set(base, i);
      ranks.set(base, rank);
    }
  }
  return columns;
}

function repeatedName(
  form: string,
  names: ReadonlyMap<string, NamedColumns>,
  times: ReadonlyMap<string, number>,
): NamedColumns | undefined {
  const base = numbered.exec(form)?.[1];
  const found = base === undefined ? undefined : names.get(base);
  return found !== undefined && times.get(found.base)! > 1 ? found : undefined;
}
