import type { FourfoldColumns } from "../count/fourfold.ts";
import { bate1998Columns } from "./bate1998.ts";
import { ebgmColumns } from "./ebgm-columns.ts";
import type { GpsPrior } from "./ebgm.ts";
import { chiSquareColumns } from "./chi-square.ts";
import { fisherColumns } from "./fisher.ts";
import { icColumns } from "./ic.ts";
import { prrColumns } from "./prr.ts";
import { rorColumns } from "./ror.ts";
import { rrrColumns } from "./rrr.ts";

/** Score columns of a screening, by name. */
export type ScoreColumns = Readonly<Record<string, Float64Array>>;

/** What some measures need beside the counts; asked for only when they are computed. */
export interface MeasureContext {
  readonly gpsPrior: () => GpsPrior;
}

/** A measure of a screening: the columns it yields and how they come from the counts of all pairs. */
export interface Measure {
  readonly columns: readonly string[];
  readonly compute: (counts: FourfoldColumns, context: MeasureContext) => ScoreColumns;
}

/** Every measure `screen` knows, under its name. */
export const measures = {
  prr: {
    columns: ["prr", "prrLower", "prrUpper"],
    compute: (counts) => {
      const { estimate, lower, upper } = prrColumns(counts);
      return { prr: estimate, prrLower: lower, prrUpper: upper };
    },
  },
  ror: {
    columns: ["ror", "rorLower", "rorUpper"],
    compute: (counts) => {
      const { estimate, lower, upper } = rorColumns(counts);
      return { ror: estimate, rorLower: lower, rorUpper: upper };
    },
  },
  rrr: {
    columns: ["rrr", "rrrLower", "rrrUpper"],
    compute: (counts) => {
      const { estimate, lower, upper } = rrrColumns(counts);
      return { rrr: estimate, rrrLower: lower, rrrUpper: upper };
    },
  },
  chiSquare: {
    columns: ["chi2", "chi2Yates"],
    compute: (counts) => {
      const { pearson, yates } = chiSquareColumns(counts);
      return { chi2: pearson, chi2Yates: yates };
    },
  },
  ic: { columns: ["ic", "ic025", "ic975"], compute: ({ a, expected }) => ({ ...icColumns(a, expected) }) },
  bate1998: {
    columns: ["bateIc", "bateSd", "bateLower", "bateUpper", "bateMinus2sd"],
    compute: (counts) => {
      const { ic, sd, lower, upper, minus2sd } = bate1998Columns(counts);
      return { bateIc: ic, bateSd: sd, bateLower: lower, bateUpper: upper, bateMinus2sd: minus2sd };
    },
  },
  ebgm: {
    columns: ["ebgm", "eb05", "eb95"],
    compute: ({ a, expected }, { gpsPrior }) => {
      const { ebgm, eb05, eb95 } = ebgmColumns(a, expected, gpsPrior());
      return { ebgm, eb05, eb95 };
    },
  },
  fisher: {
    columns: ["fisherP", "fisherMidP"],
    compute: (counts) => {
      const { p, midP } = fisherColumns(counts);
      return { fisherP: p, fisherMidP: midP };
    },
  },
} as const satisfies Record<string, Measure>;

/** Name of a measure of `screen`. */
export type MeasureName = keyof typeof measures;

/** Columns of counts that criteria can read beside the scores. */
export const COUNT_COLUMNS = ["a", "b", "c", "d", "n1", "m1", "n", "expected"] as const;

/** Every column name a criterion can use, for `parseCriterion`. */
export const CRITERION_COLUMNS: readonly string[] = [
  ...COUNT_COLUMNS,
  ...Object.values(measures).flatMap((measure): readonly string[] => measure.columns),
  "fdr",
];

/** The measure that yields a column, or `undefined` for a column of counts or an unknown one. */
export function measureOf(column: string): MeasureName | undefined {
  const found = Object.entries(measures).find(([, measure]) => (measure.columns as readonly string[]).includes(column));
  return found?.[0] as MeasureName | undefined;
}
