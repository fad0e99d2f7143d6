import { gammaQuantile } from "../math/gamma-quantile.ts";
import type { SeededRandom } from "../math/random.ts";
import type { Domain } from "../report/report.ts";
import { PRODUCT_CLASSES, type ProductClass, type Province } from "./province-options.ts";

/** A lot of a simulated product. */
export interface SimulatedLot {
  readonly name: string;
  /** Day of release, counted from the start of the simulation; may be before it. */
  readonly released: number;
  /** Relative size. */
  readonly size: number;
}

/** A simulated product with its lots and the profile of its reactions. */
export interface SimulatedProduct {
  readonly name: string;
  readonly maker: string;
  readonly domain: Domain;
  readonly class: ProductClass;
  /** Mean reports a day when on the market. */
  readonly perDay: number;
  /** First day on the market. */
  readonly from: number;
  readonly lots: readonly SimulatedLot[];
  /** Cumulative probability of each reaction group. */
  readonly groups: Float64Array;
}

/** A reporting organisation. */
export interface SimulatedUnit {
  readonly name: string;
  readonly division: string;
  /** Uploads its reports at the end of the month. */
  readonly batch: boolean;
  /** Share of its reports that give the lot. */
  readonly lotsKnown: number;
}

const DOMAIN_OF: readonly Domain[] = [
  "drug",
  "drug",
  "device",
  "drug",
  "drug",
  "vaccine",
  "drug",
  "drug",
  "device",
  "drug",
  "drug",
  "drug",
];
/** Days from release to the peak of use are twice this; nearly all of a lot is used within eight times this. */
const LOT_PACE = 30;
const LOT_LIFE = 8 * LOT_PACE;

/** A gamma variate of mean `shape`. */
const gamma = (random: SeededRandom, shape: number): number => gammaQuantile(random.next(), shape);

/** Index drawn from cumulative probabilities. */
export function draw(cumulative: Float64Array, random: SeededRandom): number {
  const u = random.next() * cumulative[cumulative.length - 1]!;
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cumulative[middle]! > u) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Running sums. */
export function cumulate(weights: readonly number[]): Float64Array {
  const sums = new Float64Array(weights.length);
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sums[i] = sum += weights[i]!;
  return sums;
}

/** How much of a lot is in use `age` days after its release. */
export function lotUse(lot: SimulatedLot, day: number): number {
  const age = day - lot.released;
  return age <= 0 || age > LOT_LIFE ? 0 : lot.size * (age / LOT_PACE) ** 2 * Math.exp(-age / LOT_PACE);
}

/** Products from the busiest to the rarest. */
export function makeProducts(province: Province, random: SeededRandom): SimulatedProduct[] {
  const { products: count, productSkew, reportsPerDay, reactionGroups, lotsPerYear, launchDay } = province;
  const weights = Array.from({ length: count }, () => gamma(random, productSkew)).sort((x, y) => y - x);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const common = Array.from({ length: reactionGroups }, (_, i) => 1 / (i + 2));
  // Lots grow with the square root of use: a busy product has more of them, but not in proportion.
  const roots = weights.reduce((sum, weight) => sum + Math.sqrt(weight), 0) / count;
  return weights.map((weight, i) => {
    const own = random.fork(i);
    const perYear = Math.max(1, (lotsPerYear * Math.sqrt(weight)) / roots);
    const domain = DOMAIN_OF[i % DOMAIN_OF.length]!;
    const launched = launchDay !== undefined && i === Math.floor(count / 20);
    return {
      name: `product-${String(i + 1).padStart(3, "0")}`,
      maker: `maker-${String((i % Math.max(1, Math.floor(count / 3))) + 1).padStart(2, "0")}`,
      domain,
      class: PRODUCT_CLASSES[i < count * 0.1 ? 0 : i < count * 0.4 ? 1 : 2],
      perDay: (reportsPerDay * weight) / total,
      from: launched ? launchDay : -Infinity,
      lots: makeLots(own, perYear, province.days, launched ? launchDay : -LOT_LIFE, i),
      groups: cumulate(common.map((share) => share * gamma(own, 1.5))),
    };
  });
}

function makeLots(random: SeededRandom, perYear: number, days: number, first: number, product: number): SimulatedLot[] {
  const gap = 365 / perYear;
  const lots: SimulatedLot[] = [];
  let number = 100 + random.integer(800);
  for (let day = first + random.next() * gap; day < days; day += gap * (0.6 + 0.8 * random.next())) {
    // Two habits of numbering: a running number, and one that skips when other products came off the line.
    number += product % 3 === 0 ? 1 + random.integer(4) : 1;
    const size = Math.exp(0.4 * random.normal());
    lots.push({
      name: `${"ABCDEFGHJK"[product % 10]!}${String(number).padStart(5, "0")}`,
      released: Math.round(day),
      size,
    });
  }
  return lots;
}

/** Units, the largest first; sizes fall like 1/rank. */
export function makeUnits(
  province: Province,
  random: SeededRandom,
): { readonly units: SimulatedUnit[]; readonly size: Float64Array } {
  const units = Array.from({ length: province.units }, (_, i): SimulatedUnit => {
    const county = random.integer(117);
    const swing = 0.3 * (random.next() * 2 - 1);
    return {
      name: `unit-${String(i + 1).padStart(3, "0")}`,
      division: `14${String(1 + Math.floor(county / 11)).padStart(2, "0")}${String(1 + (county % 11)).padStart(2, "0")}`,
      batch: random.next() < province.batchUnits,
      lotsKnown: Math.min(1, Math.max(0, province.lotsKnown + swing)),
    };
  });
  return { units, size: cumulate(units.map((_, i) => 1 / (i + 5))) };
}
