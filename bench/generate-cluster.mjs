// Made-up cases in places and time, a tree of terms, and series of counts. Each holds something to be found.
import { draws, mix } from "./generate.mjs";

export const PLACES = 117;
export const DAYS = 365;

/** Poisson and choice draws on top of `draws`. */
function more(seed, i) {
  const d = draws(seed, i);
  const uniform = () => (d.next(2 ** 32) + 0.5) / 2 ** 32;
  const poisson = (mean) => {
    if (mean > 30)
      return Math.max(
        0,
        Math.round(mean + Math.sqrt(mean) * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())),
      );
    let k = 0;
    for (let p = uniform(), limit = Math.exp(-mean); p > limit; p *= uniform()) k++;
    return k;
  };
  return { uniform, poisson };
}

/** Counties with coordinates and a population that differs a hundredfold. */
export function generatePlaces(seed = 31) {
  const id = Array.from({ length: PLACES }, (_, i) => `C${String(i).padStart(3, "0")}`);
  const at = (k) => Float64Array.from(id, (_, i) => more(seed + k, i).uniform() * 400);
  return {
    places: { id, x: at(0), y: at(1) },
    population: Float64Array.from(id, (_, i) => Math.round(1e6 * 0.01 ** more(seed + 2, i).uniform())),
  };
}

/** Place of the planted cluster, and the days it lasts, the last of which is the last of the period. */
export const PLANTED = { place: 7, days: 12 };

/** `n` cases by population and weekday, two in a hundred of them added around one place in the last days. */
export function generateCases({ places, population }, n, seed = 41) {
  const cumulative = [];
  let total = 0;
  for (const count of population) cumulative.push((total += count));
  const week = [1.12, 1.08, 1.05, 1.05, 1, 0.85, 0.85];
  const days = [];
  for (let day = 0, sum = 0; day < DAYS; day++) days.push((sum += week[day % 7]));
  const choose = (list, u) => list.findIndex((limit) => u * list.at(-1) < limit);
  const planted = Math.round(n * 0.02);
  const place = [];
  const day = [];
  for (let i = 0; i < n; i++) {
    const { uniform } = more(seed, i);
    const own = i < planted;
    place.push(places.id[own ? PLANTED.place : choose(cumulative, uniform())]);
    day.push(own ? DAYS - PLANTED.days + 1 + Math.floor(uniform() * PLANTED.days) : choose(days, uniform()) + 1);
  }
  return { place, day };
}

/** Five levels as in a dictionary of terms, with expected counts of the leaves; one group of leaves has three times its share. */
export function generateTree(nodes, cases, seed = 51) {
  const tree = [];
  let level = [undefined];
  const leaves = [];
  for (const [depth, branching] of [26, 12, 10, 12].entries()) {
    const next = [];
    for (const parent of level) {
      for (let k = 0; k < branching && tree.length < nodes; k++) {
        const node = `${parent ?? "T"}.${k}`;
        tree.push(parent === undefined ? { node } : { node, parent });
        next.push(node);
        if (depth === 3) leaves.push(node);
      }
    }
    level = next;
  }
  const planted = "T.3.4.5";
  const weights = leaves.map((_, i) => 0.001 ** more(seed, i).uniform());
  const scale = cases / weights.reduce((sum, w) => sum + w, 0);
  const counts = leaves.map((node, i) => {
    const expected = weights[i] * scale;
    return { node, expected, cases: more(seed + 1, i).poisson(expected * (node.startsWith(`${planted}.`) ? 3 : 1)) };
  });
  return { tree, counts, planted };
}

/** Series of one mean with a season and weekly noise, one after the other. */
export function generateSeries(series, length, mean, seed = 61) {
  const counts = new Float64Array(series * length);
  for (let s = 0; s < series; s++) {
    const { poisson } = more(seed, s);
    const own = mean * (0.5 + (mix(seed, s, 7) % 1_000) / 1_000);
    for (let t = 0; t < length; t++)
      counts[s * length + t] = poisson(own * (1 + 0.4 * Math.sin((2 * Math.PI * t) / 52)));
  }
  return counts;
}
