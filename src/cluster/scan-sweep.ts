import type { SeededRandom } from "../math/random.ts";
import { scanDraw, type ScanDraw } from "./scan-draw.ts";
import { isProspective } from "./scan-options.ts";
import { firstStep, type SpaceTimePlan } from "./scan-plan.ts";
import { windowStatistic, type WindowStatistic } from "./scan-statistic.ts";
import { gridIndex, ScanLevel } from "./scan-level.ts";
import type { ScanLowThresholds, ScanThresholds } from "./scan-thresholds.ts";

/** About what the counts of a batch may take; more does not fit the caches. */
const BATCH_WORDS = 1 << 21;
const MOST_WORDS = 256;
/** Counts from here on need a whole word each. */
const HALF_WORD = 0x8000;

/**
 * Looks at all zones and windows of many random data sets at once. The counts of one place and time step in all data sets lie side
 * by side, two data sets a word, so that the base of a window and the least count that matters are worked out once for all of
 * them, and one addition and one OR serve two data sets. Only counts that reach the threshold have their statistic computed.
 */
export class ScanSweep {
  /** Data sets of one batch. */
  readonly capacity: number;
  readonly #plan: SpaceTimePlan;
  readonly #draw: ScanDraw;
  readonly #statistic: WindowStatistic;
  readonly #penalty: readonly number[];
  readonly #from: number;
  readonly #width: number;
  readonly #words: number;
  /** Data sets a word, and the bits that a count at or over its threshold sets. */
  readonly #lanes: number;
  /**
   * Whether all windows last until the end. Row t of the sums then runs from step t to the end and the last row is 0; otherwise row
   * t runs from the beginning to before step t and the first row is 0. A window is the difference of two rows.
   */
  readonly #toEnd: boolean;
  readonly #mask: number;
  readonly #drawn: Int32Array;
  readonly #counts: Int32Array;
  readonly #sums: Int32Array;
  readonly #base: Float64Array;
  readonly #baseSums: Float64Array;
  readonly #largestBase: number;
  /** Cases of all windows alike, or by window where the trend is stratified. */
  readonly #stepSums: Float64Array;
  readonly #maxima: Float64Array;
  readonly #levels = new Map<number, ScanLevel>();
  #used = 0;

  constructor(plan: SpaceTimePlan) {
    const { places, steps, base, stepCases, options, totalCases, totalBase } = plan;
    this.#plan = plan;
    this.#draw = scanDraw(plan);
    this.#statistic = windowStatistic(options.model, totalBase);
    this.#penalty = shapePenalties(plan);
    this.#from = firstStep(plan);
    this.#width = steps - this.#from;
    this.#stepSums = new Float64Array(this.#width + 1);
    for (let t = 0; t < this.#width; t++) this.#stepSums[t + 1] = this.#stepSums[t]! + stepCases[this.#from + t]!;
    const most = keepsSteps(plan) ? this.#fullestWindow() : totalCases;
    this.#lanes = most < HALF_WORD ? 2 : 1;
    this.#mask = this.#lanes === 2 ? 0x80008000 | 0 : 0x80000000 | 0;
    const cells = places * this.#width;
    this.#words = Math.max(4, Math.min(MOST_WORDS, Math.floor(BATCH_WORDS / cells)));
    this.capacity = this.#words * this.#lanes;
    this.#drawn = new Int32Array(cells);
    this.#counts = new Int32Array(cells * this.#words);
    this.#sums = new Int32Array((this.#width + 1) * this.#words);
    this.#base = new Float64Array(cells);
    this.#toEnd = isSingleEnd(plan);
    for (let p = 0; p < places; p++) {
      let sum = 0;
      for (let k = 0; k < this.#width; k++) {
        const t = this.#toEnd ? this.#width - 1 - k : k;
        sum += base[p * steps + this.#from + t]!;
        this.#base[p * this.#width + t] = sum;
      }
    }
    this.#baseSums = new Float64Array(this.#width + 1);
    this.#largestBase = this.#fullBase();
    this.#maxima = new Float64Array(this.capacity);
  }

  /**
   * Largest statistics of the data sets of the streams given, at most `capacity` of them. Exact for every data set whose largest
   * statistic is above `level`; for others a value not above it.
   */
  maxima(streams: readonly SeededRandom[], level: number): Float64Array {
    this.#fill(streams);
    this.#maxima.fill(0);
    this.#sweep(this.#levelOf(level));
    return this.#maxima.slice(0, streams.length);
  }

  #fullestWindow(): number {
    let most = 0;
    const { windowMax } = this.#plan.options;
    for (let end = 1; end <= this.#width; end++) {
      most = Math.max(most, this.#stepSums[end]! - this.#stepSums[Math.max(0, end - windowMax)]!);
    }
    return most;
  }

  /** Largest base of a window over all places. */
  #fullBase(): number {
    const sums = new Float64Array(this.#width + 1);
    for (let i = 0; i < this.#base.length; i++) sums[(i % this.#width) + (this.#toEnd ? 0 : 1)]! += this.#base[i]!;
    if (this.#toEnd) return sums[this.#width - this.#plan.options.windowMax]!;
    let most = 0;
    for (let end = 1; end <= this.#width; end++) {
      most = Math.max(most, sums[end]! - sums[Math.max(0, end - this.#plan.options.windowMax)]!);
    }
    return most;
  }

  /** Draws the data sets and stores running sums over time of every place. */
  #fill(streams: readonly SeededRandom[]): void {
    const { places } = this.#plan;
    const width = this.#width;
    const words = this.#words;
    const drawn = this.#drawn;
    const counts = this.#counts;
    this.#used = Math.ceil(streams.length / this.#lanes);
    counts.fill(0);
    for (let r = 0; r < streams.length; r++) {
      this.#draw(streams[r]!, drawn);
      const word = this.#lanes === 2 ? r >> 1 : r;
      const shift = this.#lanes === 2 ? (r & 1) << 4 : 0;
      for (let p = 0; p < places; p++) {
        let sum = 0;
        for (let k = 0; k < width; k++) {
          const i = p * width + (this.#toEnd ? width - 1 - k : k);
          sum += drawn[i]!;
          // sums may run over from the lower half: differences of two sums put that right again
          if (sum !== 0) counts[i * words + word] = (counts[i * words + word]! + (sum << shift)) | 0;
        }
      }
    }
  }

  #levelOf(level: number): ScanLevel {
    let known = this.#levels.get(level);
    if (known === undefined)
      this.#levels.set(level, (known = new ScanLevel(this.#plan, level, this.#penalty, this.#largestBase)));
    return known;
  }

  #sweep(level: ScanLevel): void {
    const { zones } = this.#plan;
    for (let row = 0; row + 1 < zones.starts.length; row++) {
      this.#sums.fill(0);
      this.#baseSums.fill(0);
      let grown = false;
      for (let i = zones.starts[row]!; i < zones.starts[row + 1]!; i++) {
        const place = zones.members[i]!;
        const holds = this.#base[place * this.#width + (this.#toEnd ? 0 : this.#width - 1)]! > 0;
        grown ||= holds;
        const closes = zones.closes[i] === 1 && grown;
        if (closes) grown = false;
        const shape = zones.shapeOf[row]!;
        if (this.#toEnd) this.#growToEnd(level, shape, place, closes);
        else {
          if (holds) this.#grow(place);
          if (closes) this.#windows(level, shape);
        }
      }
    }
  }

  /** Adds a place to the zone, and looks at the windows if the zone is full. */
  #growToEnd(level: ScanLevel, shape: number, place: number, closes: boolean): void {
    const { options } = this.#plan;
    const width = this.#width;
    const words = this.#words;
    const used = this.#used;
    const sums = this.#sums;
    const counts = this.#counts;
    const baseSums = this.#baseSums;
    for (let t = 0; t < width; t++) {
      baseSums[t]! += this.#base[place * width + t]!;
      const to = t * words;
      const from = (place * width + t) * words;
      const isWindow = closes && width - t >= options.windowMin;
      const grid = isWindow ? this.#gridOf(t, width) : 0;
      const least = isWindow && level.hasHigh ? level.high(shape, grid).least(baseSums[t]!) : Infinity;
      if (least < (this.#lanes === 2 ? HALF_WORD : Infinity)) {
        const offset = this.#highOffset(least);
        let reached = 0;
        for (let r = 0; r < used; r++) {
          const sum = (sums[to + r]! + counts[from + r]!) | 0;
          sums[to + r] = sum;
          reached |= (sum + offset) | 0;
        }
        if ((reached & this.#mask) !== 0) this.#compute(1, offset, shape, baseSums[t]!, t, width);
      } else {
        for (let r = 0; r < used; r++) sums[to + r] = (sums[to + r]! + counts[from + r]!) | 0;
      }
      if (isWindow && level.hasLow) this.#low(level.low(shape, grid), shape, t, width);
    }
  }

  #grow(place: number): void {
    const width = this.#width;
    const words = this.#words;
    const used = this.#used;
    const sums = this.#sums;
    const counts = this.#counts;
    for (let t = 0; t < width; t++) {
      this.#baseSums[t + 1]! += this.#base[place * width + t]!;
      const to = (t + 1) * words;
      const from = (place * width + t) * words;
      for (let r = 0; r < used; r++) sums[to + r] = (sums[to + r]! + counts[from + r]!) | 0;
    }
  }

  #windows(level: ScanLevel, shape: number): void {
    const { options } = this.#plan;
    const width = this.#width;
    const firstEnd = isProspective(options.analysis) ? width - options.looks + 1 : 1;
    for (let end = firstEnd; end <= width; end++) {
      const most = Math.min(options.windowMax, end);
      for (let length = options.windowMin; length <= most; length++) {
        const start = end - length;
        const grid = this.#gridOf(start, end);
        if (level.hasHigh) this.#high(level.high(shape, grid), shape, start, end);
        if (level.hasLow) this.#low(level.low(shape, grid), shape, start, end);
      }
    }
  }

  #high(thresholds: ScanThresholds, shape: number, start: number, end: number): void {
    const base = this.#baseSums[end]! - this.#baseSums[start]!;
    const least = thresholds.least(base);
    if (this.#lanes === 2 && least >= HALF_WORD) return;
    const sums = this.#sums;
    const used = this.#used;
    const a = end * this.#words;
    const b = start * this.#words;
    const offset = this.#highOffset(least);
    let reached = 0;
    for (let r = 0; r < used; r++) reached |= (sums[a + r]! - sums[b + r]! + offset) | 0;
    if ((reached & this.#mask) !== 0) this.#compute(1, offset, shape, base, start, end);
  }

  #low(thresholds: ScanLowThresholds, shape: number, start: number, end: number): void {
    const base = Math.abs(this.#baseSums[end]! - this.#baseSums[start]!);
    const greatest = thresholds.greatest(base);
    if (greatest < 0) return;
    const sums = this.#sums;
    const used = this.#used;
    const sign = this.#toEnd ? -1 : 1;
    const a = end * this.#words;
    const b = start * this.#words;
    const offset =
      this.#lanes === 2
        ? Math.imul(HALF_WORD + Math.min(greatest, HALF_WORD - 1), 0x10001)
        : (0x80000000 + greatest) | 0;
    let reached = 0;
    for (let r = 0; r < used; r++) reached |= (offset - sign * (sums[a + r]! - sums[b + r]!)) | 0;
    if ((reached & this.#mask) !== 0) this.#compute(-1, offset, shape, base, start, end);
  }

  /** What added to a count, in each half of a word, sets its highest bit where the count is `least` or more. */
  #highOffset(least: number): number {
    return this.#lanes === 2 ? Math.imul(HALF_WORD - least, 0x10001) : (0x80000000 - least) | 0;
  }

  /** The statistic of the data sets that set a bit, where it can be their largest. */
  #compute(sign: 1 | -1, offset: number, shape: number, base: number, start: number, end: number): void {
    const { options, totalCases, totalBase } = this.#plan;
    const lanes = this.#lanes;
    const mask = this.#mask;
    const sums = this.#sums;
    const maxima = this.#maxima;
    const a = (this.#toEnd ? start : end) * this.#words;
    const b = (this.#toEnd ? end : start) * this.#words;
    const penalty = this.#penalty[shape]!;
    const total = options.trend === "stratified" ? this.#stepSums[end]! - this.#stepSums[start]! : totalCases;
    const expected = (totalCases / totalBase) * base;
    const factor = penalty * chiSquareFactor(options.model === "bernoulli", expected, base, total, totalBase);
    for (let r = 0; r < this.#used; r++) {
      const word = (sums[a + r]! - sums[b + r]!) | 0;
      const bits = (offset + sign * word) & mask;
      if (bits === 0) continue;
      for (let lane = 0; lane < lanes; lane++) {
        if (lanes === 2 && (bits & (0x8000 << (lane << 4))) === 0) continue;
        const cases = lanes === 1 ? word : (word >>> (lane << 4)) & 0xffff;
        const excess = (cases - expected) * sign;
        const set = r * lanes + lane;
        if (!(excess > 0) || excess * excess * factor <= maxima[set]!) continue;
        const value = penalty * this.#statistic(cases, base, total);
        if (value > maxima[set]!) maxima[set] = value;
      }
    }
  }

  #gridOf(start: number, end: number): number {
    if (this.#plan.options.trend !== "stratified") return 0;
    return gridIndex(this.#stepSums[end]! - this.#stepSums[start]!);
  }
}

/**
 * What the squared excess is multiplied by to give the chi-square of the window, which no log likelihood ratio exceeds and which
 * costs no logarithm.
 */
export function chiSquareFactor(
  isBernoulli: boolean,
  expected: number,
  base: number,
  total: number,
  totalBase: number,
): number {
  const outside = total - expected;
  let factor = 1 / expected + 1 / outside;
  let least = outside / total;
  if (isBernoulli) {
    const controls = base - expected;
    const others = totalBase - base - outside;
    factor += 1 / controls + 1 / others;
    least = Math.min(least, controls / totalBase, others / totalBase);
  }
  // a difference that is 0 in truth may be anything near it
  return least > 1e-9 ? factor * (1 + 1e-9) : Infinity;
}

/** Factor of the statistic for each shape of zone: 1 for circles. */
export function shapePenalties({ zones, options }: SpaceTimePlan): number[] {
  const exponent = options.ellipses?.penalty ?? 0;
  return zones.shapes.map(({ shape }) => Math.pow((4 * shape) / ((shape + 1) * (shape + 1)), exponent));
}

/** Whether random data sets have the cases of every time step as observed. */
const keepsSteps = ({ options }: SpaceTimePlan): boolean =>
  options.model === "permutation" || options.trend === "stratified";

/** Whether all windows end with the period. */
const isSingleEnd = ({ options, steps }: SpaceTimePlan): boolean =>
  steps === 1 || (isProspective(options.analysis) && options.looks === 1);
