import type { SpaceTimePlan } from "./scan-plan.ts";
import { windowStatistic } from "./scan-statistic.ts";
import { ScanLowThresholds, ScanThresholds, type ThresholdQuestion } from "./scan-thresholds.ts";

/** Thresholds of one level of the statistic, made as they are asked for. */
export class ScanLevel {
  readonly hasHigh: boolean;
  readonly hasLow: boolean;
  readonly #plan: SpaceTimePlan;
  readonly #level: number;
  readonly #penalty: readonly number[];
  readonly #largest: number;
  readonly #high: (readonly ScanThresholds[])[];
  readonly #low: (readonly ScanLowThresholds[])[];

  /**
   * @param penalty - factor of the statistic by shape of zone
   * @param largest - largest base of a window
   */
  constructor(plan: SpaceTimePlan, level: number, penalty: readonly number[], largest: number) {
    this.hasHigh = plan.options.rates !== "low";
    this.hasLow = plan.options.rates !== "high";
    this.#plan = plan;
    this.#level = level;
    this.#penalty = penalty;
    this.#largest = largest;
    this.#high = penalty.map(() => []);
    this.#low = penalty.map(() => []);
  }

  /** @param grid - see `gridIndex`; 0 where all windows are compared with all cases */
  high(shape: number, grid: number): ScanThresholds {
    const known = this.#high[shape]![grid];
    if (known !== undefined) return known;
    const made = new ScanThresholds(this.#question(shape, grid), this.#plan.options.minCases);
    this.#share(this.#high as ScanThresholds[][], shape, grid, made);
    return made;
  }

  low(shape: number, grid: number): ScanLowThresholds {
    const known = this.#low[shape]![grid];
    if (known !== undefined) return known;
    const made = new ScanLowThresholds(this.#question(shape, grid));
    this.#share(this.#low as ScanLowThresholds[][], shape, grid, made);
    return made;
  }

  /** Shapes in different directions have one factor. */
  #share<T>(tables: T[][], shape: number, grid: number, made: T): void {
    for (const [other, row] of tables.entries()) if (this.#penalty[other] === this.#penalty[shape]) row[grid] = made;
  }

  #question(shape: number, grid: number): ThresholdQuestion {
    const { options, totalCases, totalBase } = this.#plan;
    const total = options.trend === "stratified" ? gridTotal(grid) : totalCases;
    return {
      statistic: windowStatistic(options.model, totalBase),
      // what is at the level must be below the threshold, whatever the last digits
      level: (this.#level / this.#penalty[shape]!) * (1 - 1e-9),
      total,
      // expected cases sum to the cases, in every window too
      totalBase: options.model === "bernoulli" ? totalBase : total,
      perBase: totalCases / totalBase,
      largest: this.#largest,
      isBernoulli: options.model === "bernoulli",
    };
  }
}

/*
 * Where each window is compared with the cases of its own time, thresholds are worked out for totals 5 % apart: the statistic falls
 * as the total grows, so that the next smaller total is on the safe side.
 */
const GRID = 1.05;
const gridTotal = (grid: number): number => Math.floor(Math.pow(GRID, grid - 1));

/** The largest total of the grid that does not exceed `total`, by number; 0 below one case. */
export function gridIndex(total: number): number {
  if (total < 1) return 0;
  let grid = Math.floor(Math.log(total) / Math.log(GRID)) + 1;
  while (gridTotal(grid) > total) grid--;
  return grid;
}
