import { compareText } from "../count/build.ts";
import { PvError } from "../error.ts";

/** Cases of a node and the number expected there; for the Poisson models. Rows of one node add up. */
export interface ExpectedRow {
  readonly node: string;
  readonly cases: number;
  /** Any unit for `"poisson"`, which rescales to the number of cases; counts for `"poisson-unconditional"`. */
  readonly expected: number;
}

/** Cases and controls of a node; for the Bernoulli models counting events. Rows of one node add up. */
export interface ControlRow {
  readonly node: string;
  readonly cases: number;
  readonly controls: number;
}

/** One person with one node, such as a reaction; for the Bernoulli models counting persons. A repeated row counts once. */
export interface PersonRow {
  readonly node: string;
  readonly person: string;
  /** Case or control: the same in all rows of the person. */
  readonly isCase: boolean;
}

/** Cases of a node at a whole point of time, such as a day number; for the temporal models. Rows of one node add up. */
export interface TimedRow {
  /** Not read by `"time-only"`. */
  readonly node?: string | undefined;
  readonly time: number;
  /** 1 unless told. */
  readonly cases?: number | undefined;
}

/** Counts per node, ready for a scan: position i of each column is one counted node, in the order of node numbers. */
export interface NodeCounts {
  readonly counted: readonly number[];
  readonly cases: Float64Array;
  /** Expected count, or trials. */
  readonly base: Float64Array;
}

/** Gives the number of a node, or throws. */
export type NodeNumber = (node: unknown, row: number) => number;

/** @throws PvError `UNKNOWN_TERM` */
export function nodeNumbers(names: readonly string[]): NodeNumber {
  const number = new Map<unknown, number>(names.map((name, i) => [name, i]));
  return (node, row) => {
    const found = number.get(node);
    if (found === undefined) {
      throw new PvError("UNKNOWN_TERM", `counts row ${row}: node ${JSON.stringify(node)} is not in the tree`);
    }
    return found;
  };
}

/** Adds up rows of cases and a base. */
export function addRows<Row extends { readonly node: string; readonly cases: number }>(
  rows: readonly Row[],
  numberOf: NodeNumber,
  baseOf: (row: Row, i: number) => number,
): NodeCounts {
  const read = rows.map((row, i) => ({
    node: numberOf(row.node, i),
    cases: count("cases", row.cases, i),
    base: baseOf(row, i),
  }));
  // numbers are added in an order of their own: sums of decimals depend on it
  read.sort((x, y) => x.node - y.node || x.base - y.base);
  const counted: number[] = [];
  const cases: number[] = [];
  const base: number[] = [];
  for (const row of read) {
    if (counted.at(-1) !== row.node) {
      counted.push(row.node);
      cases.push(0);
      base.push(0);
    }
    cases[cases.length - 1]! += row.cases;
    base[base.length - 1]! += row.base;
  }
  return { counted, cases: Float64Array.from(cases), base: Float64Array.from(base) };
}

/** @throws PvError `INVALID_COUNT` naming the row */
export function count(what: string, value: unknown, row: number): number {
  if (!(Number.isSafeInteger(value) && (value as number) >= 0)) {
    throw new PvError(
      "INVALID_COUNT",
      `counts row ${row}: ${what}: expected a whole number from 0, got ${String(value)}`,
    );
  }
  return value as number;
}

/** Persons with the counted nodes each of them has. */
export interface PersonNodes {
  readonly counted: readonly number[];
  /** For each person, ascending positions in `counted`. Persons are in the order of their names. */
  readonly cells: readonly (readonly number[])[];
  readonly isCase: Uint8Array;
}

/** @throws PvError `INVALID_COUNT` for a person who is both case and control */
export function gatherPersons(rows: readonly PersonRow[], numberOf: NodeNumber): PersonNodes {
  const persons = new Map<string, { readonly isCase: boolean; readonly nodes: Set<number> }>();
  for (const [i, { node, person, isCase }] of rows.entries()) {
    if (typeof person !== "string" || typeof isCase !== "boolean") {
      throw new PvError("INVALID_COUNT", `counts row ${i}: expected a person's name and isCase true or false`);
    }
    const known = persons.get(person);
    if (known !== undefined && known.isCase !== isCase) {
      throw new PvError("INVALID_COUNT", `counts row ${i}: person ${JSON.stringify(person)} is both case and control`);
    }
    const entry = known ?? { isCase, nodes: new Set<number>() };
    if (known === undefined) persons.set(person, entry);
    entry.nodes.add(numberOf(node, i));
  }
  const sorted = [...persons].sort(([x], [y]) => compareText(x, y)).map(([, entry]) => entry);
  const counted = [...new Set(sorted.flatMap(({ nodes }) => [...nodes]))].sort((x, y) => x - y);
  const cellOf = new Map(counted.map((node, cell) => [node, cell]));
  return {
    counted,
    cells: sorted.map(({ nodes }) => Array.from(nodes, (node) => cellOf.get(node)!).sort((x, y) => x - y)),
    isCase: Uint8Array.from(sorted, ({ isCase }) => Number(isCase)),
  };
}

/** Cases by counted node, and the time of each. */
export interface TimedCases {
  readonly counted: readonly number[];
  /** The cases of counted node i are positions `starts[i]` to `starts[i + 1] - 1` of `times`. */
  readonly starts: Int32Array;
  /** From 0, the first point of the period. */
  readonly times: Int32Array;
}

/** @throws PvError `INVALID_ARGUMENT` for a time outside the period */
export function gatherTimes(
  rows: readonly TimedRow[],
  period: { readonly start: number; readonly end: number },
  numberOf: NodeNumber,
): TimedCases {
  const cases: { readonly node: number; readonly time: number }[] = [];
  for (const [i, { node, time, cases: several = 1 }] of rows.entries()) {
    if (!(Number.isInteger(time) && time >= period.start && time <= period.end)) {
      throw new PvError(
        "INVALID_ARGUMENT",
        `counts row ${i}: time: expected a whole number from ${period.start} to ${period.end}, got ${time}`,
      );
    }
    const entry = { node: numberOf(node, i), time: time - period.start };
    for (let k = count("cases", several, i); k > 0; k--) cases.push(entry);
  }
  cases.sort((x, y) => x.node - y.node || x.time - y.time);
  const counted: number[] = [];
  const starts: number[] = [];
  for (const [i, { node }] of cases.entries()) {
    if (counted.at(-1) === node) continue;
    counted.push(node);
    starts.push(i);
  }
  return {
    counted,
    starts: Int32Array.from([...starts, cases.length]),
    times: Int32Array.from(cases, ({ time }) => time),
  };
}
