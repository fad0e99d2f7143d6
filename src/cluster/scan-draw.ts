import { drawHypergeometric } from "../math/hypergeometric-draw.ts";
import { multinomial } from "../math/multinomial.ts";
import type { SeededRandom } from "../math/random.ts";
import { firstStep, type PermutationStratum, type SpaceTimePlan } from "./scan-plan.ts";

/**
 * Overwrites `out` with a random data set as the model has it when nothing is wrong: cases by place, then time step, of the time
 * steps from `firstStep` on. It depends on the stream alone.
 */
export type ScanDraw = (random: SeededRandom, out: Int32Array) => void;

/** How random data sets of a plan are drawn. */
export function scanDraw(plan: SpaceTimePlan): ScanDraw {
  if (plan.permutation !== null) return permutationDraw(plan, plan.permutation);
  if (plan.options.model === "bernoulli") return bernoulliDraw(plan);
  return plan.options.trend === "stratified" ? stratifiedDraw(plan) : poissonDraw(plan);
}

/**
 * Deals places to the cases of each time step, without replacement: a Fisher–Yates shuffle that stops where the time steps of
 * interest are served, and is undone after.
 */
function permutationDraw(plan: SpaceTimePlan, strata: readonly PermutationStratum[]): ScanDraw {
  const from = firstStep(plan);
  const width = plan.steps - from;
  const pools = strata.map(({ places }) => places.slice());
  const swapped = new Int32Array(Math.max(...pools.map((pool) => pool.length)));
  return (random, out) => {
    out.fill(0);
    for (let s = 0; s < strata.length; s++) {
      const pool = pools[s]!;
      const { stepCases } = strata[s]!;
      const size = pool.length;
      let i = 0;
      for (let t = plan.steps - 1; t >= from; t--) {
        for (let k = stepCases[t]!; k > 0; k--, i++) {
          // the bias of 2^-53 of the number of cases is far below what any number of replications can show
          const j = i + Math.floor(random.next() * (size - i));
          const place = pool[j]!;
          pool[j] = pool[i]!;
          pool[i] = place;
          swapped[i] = j;
          out[place * width + t - from]! += 1;
        }
      }
      while (i-- > 0) {
        const j = swapped[i]!;
        const place = pool[j]!;
        pool[j] = pool[i]!;
        pool[i] = place;
      }
    }
  };
}

function poissonDraw(plan: SpaceTimePlan): ScanDraw {
  const from = firstStep(plan);
  const weights = laterCells(plan, from);
  const share = Math.min(1, weights.reduce((sum, x) => sum + x, 0) / plan.totalBase);
  const cells = new Float64Array(weights.length);
  const draw = multinomial(weights);
  return (random, out) => {
    draw(random, from === 0 ? plan.totalCases : random.binomial(plan.totalCases, share), cells);
    for (let i = 0; i < cells.length; i++) out[i] = cells[i]!;
  };
}

/** The cases of each time step stay its own. */
function stratifiedDraw(plan: SpaceTimePlan): ScanDraw {
  const { places, steps, base, stepCases } = plan;
  const from = firstStep(plan);
  const width = steps - from;
  const column = new Float64Array(places);
  const draws = Array.from({ length: width }, (_, k) => {
    if (stepCases[from + k] === 0) return undefined;
    return multinomial(Float64Array.from({ length: places }, (_, p) => base[p * steps + from + k]!));
  });
  return (random, out) => {
    out.fill(0);
    for (const [k, draw] of draws.entries()) {
      if (draw === undefined) continue;
      draw(random, stepCases[from + k]!, column);
      for (let p = 0; p < places; p++) out[p * width + k] = column[p]!;
    }
  };
}

/** Cell by cell from the largest down: how many of those in it are cases. Whatever is left lies before the time steps of interest. */
function bernoulliDraw(plan: SpaceTimePlan): ScanDraw {
  const sizes = laterCells(plan, firstStep(plan));
  const order = Array.from(sizes, (_, i) => i)
    .filter((i) => sizes[i]! > 0)
    .sort((x, y) => sizes[y]! - sizes[x]! || x - y);
  return (random, out) => {
    out.fill(0);
    let cases = plan.totalCases;
    let open = plan.totalBase;
    for (const i of order) {
      if (cases === 0) break;
      const drawn = drawHypergeometric(random, sizes[i]!, cases, open);
      out[i] = drawn;
      cases -= drawn;
      open -= sizes[i]!;
    }
  };
}

function laterCells({ base, places, steps }: SpaceTimePlan, from: number): Float64Array {
  const width = steps - from;
  return Float64Array.from(
    { length: places * width },
    (_, i) => base[Math.floor(i / width) * steps + from + (i % width)]!,
  );
}
