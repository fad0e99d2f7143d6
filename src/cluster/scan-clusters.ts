import { isProspective, isTemporal } from "./scan-options.ts";
import type { SpaceTimePlan } from "./scan-plan.ts";
import { windowStatistic } from "./scan-statistic.ts";
import { chiSquareFactor, shapePenalties } from "./scan-sweep.ts";

/** A zone and a window with what they hold. */
export interface ScanFinding {
  /** Row of the zones, and end of the zone in its members. */
  readonly row: number;
  readonly end: number;
  /** Time steps `first` to `last`. */
  readonly first: number;
  readonly last: number;
  readonly observed: number;
  readonly base: number;
  readonly llr: number;
  /** `llr` times the factor of the shape. */
  readonly statistic: number;
}

/** Statistics that should be equal differ by less, relative to their size. */
const TIE = 1e-10;

/**
 * Clusters of the data themselves, most likely first. Candidates are the best zone and window of each centre and each last time
 * step, and in an analysis of time alone every window; among equals the smaller zone, then the centre earlier in the order of ids,
 * then the earlier window. A candidate that shares a place in the same time step with one before it is left out.
 */
export function findClusters(plan: SpaceTimePlan): ScanFinding[] {
  const candidates = candidatesOf(plan);
  const key = (x: ScanFinding): number => Number(x.statistic.toPrecision(10));
  const size = (x: ScanFinding): number => x.end - plan.zones.starts[x.row]!;
  const centre = (x: ScanFinding): number => plan.zones.centre[x.row]!;
  candidates.sort(
    (x, y) => key(y) - key(x) || size(x) - size(y) || centre(x) - centre(y) || x.last - y.last || x.first - y.first,
  );
  const taken = new Uint8Array(plan.places * plan.steps);
  const clusters: ScanFinding[] = [];
  for (const candidate of candidates) {
    if (clusters.length === plan.options.maxClusters) break;
    const cells = cellsOf(plan, candidate);
    if (cells.some((cell) => taken[cell] === 1)) continue;
    for (const cell of cells) taken[cell] = 1;
    clusters.push(candidate);
  }
  return clusters;
}

/** Places of a zone in the order of distance. */
export function membersOf({ zones }: SpaceTimePlan, { row, end }: ScanFinding): Int32Array {
  return zones.members.subarray(zones.starts[row], end);
}

function cellsOf(plan: SpaceTimePlan, finding: ScanFinding): number[] {
  const cells: number[] = [];
  for (const place of membersOf(plan, finding)) {
    for (let t = finding.first; t <= finding.last; t++) cells.push(place * plan.steps + t);
  }
  return cells;
}

function candidatesOf(plan: SpaceTimePlan): ScanFinding[] {
  const { zones, steps, cases, base, options, stepCases, totalCases, totalBase } = plan;
  const statistic = windowStatistic(options.model, totalBase);
  const penalties = shapePenalties(plan);
  const perBase = totalCases / totalBase;
  const isHigh = options.rates !== "low";
  const isLow = options.rates !== "high";
  const firstEnd = isProspective(options.analysis) ? steps : 1;
  const caseSums = new Float64Array(steps + 1);
  const baseSums = new Float64Array(steps + 1);
  const totalSums = new Float64Array(steps + 1);
  for (let t = 0; t < steps; t++) totalSums[t + 1] = totalSums[t]! + stepCases[t]!;
  const out: ScanFinding[] = [];
  let best: (ScanFinding | undefined)[] = [];
  for (let row = 0; row + 1 < zones.starts.length; row++) {
    if (row === 0 || zones.centre[row] !== zones.centre[row - 1]) {
      for (const finding of best) if (finding !== undefined) out.push(finding);
      best = new Array<undefined>(steps + 1).fill(undefined);
    }
    caseSums.fill(0);
    baseSums.fill(0);
    const penalty = penalties[zones.shapeOf[row]!]!;
    for (let i = zones.starts[row]!; i < zones.starts[row + 1]!; i++) {
      addPlace(cases, zones.members[i]!, steps, caseSums);
      addPlace(base, zones.members[i]!, steps, baseSums);
      if (zones.closes[i] === 0) continue;
      for (let end = firstEnd; end <= steps; end++) {
        const most = Math.min(options.windowMax, end);
        for (let length = options.windowMin; length <= most; length++) {
          const observed = caseSums[end]! - caseSums[end - length]!;
          const inside = baseSums[end]! - baseSums[end - length]!;
          const expected = perBase * inside;
          const excess = observed - expected;
          if (excess > 0 ? !isHigh || observed < options.minCases : !isLow || !(excess < 0)) continue;
          const total = options.trend === "stratified" ? totalSums[end]! - totalSums[end - length]! : totalCases;
          const known = isTemporal(options.analysis) ? undefined : best[end];
          if (known !== undefined) {
            const factor = chiSquareFactor(options.model === "bernoulli", expected, inside, total, totalBase);
            if (penalty * excess * excess * factor <= known.statistic) continue;
          }
          const llr = statistic(observed, inside, total);
          // rounding alone makes no excess
          if (!(llr > 1e-12) || (known !== undefined && penalty * llr <= known.statistic * (1 + TIE))) continue;
          const finding = {
            row,
            end: i + 1,
            first: end - length,
            last: end - 1,
            observed,
            base: inside,
            llr,
            statistic: penalty * llr,
          };
          if (isTemporal(options.analysis)) out.push(finding);
          else best[end] = finding;
        }
      }
    }
  }
  for (const finding of best) if (finding !== undefined) out.push(finding);
  return out;
}

/** Adds the running sums over time of a place. */
function addPlace(cells: Int32Array | Float64Array, place: number, steps: number, sums: Float64Array): void {
  let sum = 0;
  for (let t = 0; t < steps; t++) {
    sum += cells[place * steps + t]!;
    sums[t + 1]! += sum;
  }
}
