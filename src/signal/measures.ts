import type { FourfoldColumns } from "../count/fourfold.ts";
import { bate1998Columns } from "./bate1998.ts";
import { ebgmColumns } from "./ebgm-columns.ts";
import type { GpsPrior } from "./ebgm.ts";
import { chiSquareColumns } from "./chi-square.ts";
import { fisherColumns } from "./fisher.ts";
import { gould2003Columns } from "./gould2003.ts";
import { icApproximateColumns } from "./ic-approximate.ts";
import { icColumns } from "./ic.ts";
import { lrtColumns } from "./lrt.ts";
import { icNoren2006Columns } from "./noren2006.ts";
import { poissonPColumns } from "./poisson-p.ts";
import { prrColumns } from "./prr.ts";
import { rorColumns } from "./ror.ts";
import { rrrColumns } from "./rrr.ts";
import { yuleQColumns } from "./yule.ts";

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
  gould2003: {
    columns: ["gouldIc", "gouldSd", "gouldLower", "gouldUpper"],
    compute: (counts) => {
      const { ic, sd, lower, upper } = gould2003Columns(counts);
      return { gouldIc: ic, gouldSd: sd, gouldLower: lower, gouldUpper: upper };
    },
  },
  noren2006: {
    columns: ["norenIc", "norenIc025", "norenIc975"],
    compute: (counts) => {
      const { ic, ic025, ic975 } = icNoren2006Columns(counts);
      return { norenIc: ic, norenIc025: ic025, norenIc975: ic975 };
    },
  },
  icApproximate: {
    columns: ["icApprox025", "icApprox975"],
    compute: ({ a, expected }) => {
      const { ic025, ic975 } = icApproximateColumns(a, expected);
      return { icApprox025: ic025, icApprox975: ic975 };
    },
  },
  lrt: {
    columns: ["lrtHuang", "lrtPoisson"],
    compute: (counts) => ({
      lrtHuang: lrtColumns(counts, "huang2011").logLr,
      lrtPoisson: lrtColumns(counts, "poisson").logLr,
    }),
  },
  yule: {
    columns: ["yuleQ", "yuleLower", "yuleUpper"],
    compute: (counts) => {
      const { estimate, lower, upper } = yuleQColumns(counts);
      return { yuleQ: estimate, yuleLower: lower, yuleUpper: upper };
    },
  },
  poisson: {
    columns: ["poissonP", "poissonLogP"],
    compute: ({ a, expected }) => {
      const { p, logP } = poissonPColumns({ a, expected });
      return { poissonP: p, poissonLogP: logP };
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
