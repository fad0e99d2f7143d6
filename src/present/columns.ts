import { PvError } from "../error.ts";
import type { PairCounts } from "../count/pairs.ts";
import type { Screening } from "../signal/screen.ts";

/** A column of a result as plain arrays, which columnar libraries take as they are. */
export type ResultColumn =
  /** Text: row i is `values[codes[i]]`, or absent where the code is -1. */
  | {
      readonly name: string;
      readonly type: "dictionary";
      readonly codes: Int32Array;
      readonly values: readonly string[];
    }
  | { readonly name: string; readonly type: "int32"; readonly data: Int32Array }
  /** `NaN` and `Infinity` are values of their own, never absences. */
  | { readonly name: string; readonly type: "float64"; readonly data: Float64Array }
  /** 0 is no, 1 is yes; absent where `valid` is 0. */
  | {
      readonly name: string;
      readonly type: "bool";
      readonly data: Uint8Array;
      readonly valid: Uint8Array;
    };

/** A result as columns of the same length, and what it says about itself as JSON. */
export interface ResultColumns {
  readonly rows: number;
  readonly columns: readonly ResultColumn[];
  /** Echoed options, exclusions, rules, prior and false discovery rate of a result; empty for plain rows. */
  readonly about: Readonly<Record<string, unknown>>;
}

/** A plain row: what `writeCsv` takes too. */
export type PlainRow = Readonly<Record<string, string | number | boolean | null | undefined>>;

const MOST = 2 ** 31 - 1;

/**
 * A result as typed columns, for Arrow, Parquet and data frames. Counts and screenings give `product` and `event` as dictionaries,
 * the counts `a`, `b`, `c`, `d`, `n1`, `m1`, `n`, the expected count, every score, and per rule a column `rule:NAME` that is absent
 * where the rule could not decide. Scores keep `Infinity` (nothing to compare with) and `NaN` (undefined) as the measures define
 * them: only text and yes or no can be absent. Counts are 32-bit integers, or doubles, exact up to 2^53, when the total is above
 * 2^31 - 1; never 64-bit integers, which JavaScript and R have no plain numbers for. Where counts were withheld before exchange,
 * `aUpper`, `n1Upper` and `m1Upper` are the upper bounds.
 *
 * Plain rows (alerts flattened, say) have the columns of the first row; a column holds text, numbers or yes and no. A number that
 * is absent becomes `NaN`.
 *
 * In apache-arrow a dictionary is `makeVector({ type: new Dictionary(new Utf8(), new Int32()), data: codes, dictionary:
 * vectorFromArray(values, new Utf8()) })`, a number column `makeVector(data)`, yes and no
 * `vectorFromArray(Array.from(data, (yes, i) => (valid[i] ? yes === 1 : null)), new Bool())`.
 *
 * @throws PvError `INVALID_ARGUMENT` for plain rows of other columns than the first, or a column of several kinds
 * @example
 * toColumns([{ id: "7", p: 0.1 }, { id: "8", p: 0.2 }]).columns[1]; // { name: "p", type: "float64", data: Float64Array.of(0.1, 0.2) }
 */
export function toColumns(result: Screening | PairCounts | Iterable<PlainRow>): ResultColumns {
  if ("verdict" in result) return screeningColumns(result);
  if ("excluded" in result) return { rows: result.size, columns: countColumns(result), about: aboutCounts(result) };
  return plainColumns([...result]);
}

function screeningColumns(screening: Screening): ResultColumns {
  const { size, counts, rules, measures, gps, fdr } = screening;
  const scores = Object.entries(screening.columns).map(([name, data]): ResultColumn => ({
    name,
    type: "float64",
    data,
  }));
  const flags = rules.map(({ name }): ResultColumn => {
    const data = new Uint8Array(size);
    const valid = new Uint8Array(size);
    for (let i = 0; i < size; i++) {
      const verdict = screening.verdict(name, i);
      data[i] = verdict === 1 ? 1 : 0;
      valid[i] = verdict === 2 ? 0 : 1;
    }
    return { name: `rule:${name}`, type: "bool", data, valid };
  });
  return {
    rows: size,
    columns: [...countColumns(counts), ...scores, ...flags],
    about: { ...aboutCounts(counts), measures, rules, gps, fdr },
  };
}

const aboutCounts = ({ options, excluded, n }: PairCounts): Record<string, unknown> => ({ options, excluded, n });

function countColumns(counts: PairCounts): ResultColumn[] {
  const { size, product, event, bounds } = counts;
  const { a, b, c, d, expected } = counts.columns();
  const n1 = new Float64Array(size);
  const m1 = new Float64Array(size);
  const n = new Float64Array(size);
  let largest = counts.n;
  for (let i = 0; i < size; i++) {
    n1[i] = a[i]! + b[i]!;
    m1[i] = a[i]! + c[i]!;
    n[i] = n1[i]! + c[i]! + d[i]!;
    largest = Math.max(largest, n[i]!);
  }
  const whole = (name: string, data: Float64Array): ResultColumn =>
    largest > MOST ? { name, type: "float64", data } : { name, type: "int32", data: Int32Array.from(data) };
  const upper =
    bounds === undefined
      ? []
      : [
          whole("aUpper", bounds.a),
          whole(
            "n1Upper",
            Float64Array.from(product, (p) => bounds.n1[p]!),
          ),
          whole(
            "m1Upper",
            Float64Array.from(event, (e) => bounds.m1[e]!),
          ),
        ];
  return [
    { name: "product", type: "dictionary", codes: Int32Array.from(product), values: counts.products },
    { name: "event", type: "dictionary", codes: Int32Array.from(event), values: counts.events },
    whole("a", a),
    whole("b", b),
    whole("c", c),
    whole("d", d),
    whole("n1", n1),
    whole("m1", m1),
    whole("n", n),
    ...upper,
    { name: "expected", type: "float64", data: expected },
  ];
}

function plainColumns(rows: readonly PlainRow[]): ResultColumns {
  const names = Object.keys(rows[0] ?? {});
  rows.forEach((row, i) => {
    const strange = Object.keys(row).find((name) => !names.includes(name));
    if (strange !== undefined)
      throw new PvError("INVALID_ARGUMENT", `row ${i} has ${JSON.stringify(strange)}, which the first row has not`);
  });
  return {
    rows: rows.length,
    columns: names.map((name) =>
      plainColumn(
        name,
        rows.map((row) => row[name]),
      ),
    ),
    about: {},
  };
}

function plainColumn(name: string, cells: readonly PlainRow[string][]): ResultColumn {
  const kinds = new Set(cells.flatMap((cell) => (cell === null || cell === undefined ? [] : [typeof cell])));
  if (kinds.size > 1)
    throw new PvError("INVALID_ARGUMENT", `column ${JSON.stringify(name)} holds ${[...kinds].join(" and ")}`);
  if (kinds.has("number"))
    return { name, type: "float64", data: Float64Array.from(cells, (cell) => (typeof cell === "number" ? cell : NaN)) };
  if (kinds.has("boolean")) {
    const data = Uint8Array.from(cells, (cell) => (cell === true ? 1 : 0));
    return { name, type: "bool", data, valid: Uint8Array.from(cells, (cell) => (typeof cell === "boolean" ? 1 : 0)) };
  }
  const numbers = new Map<string, number>();
  const codes = Int32Array.from(cells, (cell) => {
    if (typeof cell !== "string") return -1;
    const known = numbers.get(cell);
    if (known === undefined) numbers.set(cell, numbers.size);
    return known ?? numbers.size - 1;
  });
  return { name, type: "dictionary", codes, values: [...numbers.keys()] };
}
