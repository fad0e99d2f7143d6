import { PvError } from "../error.ts";

/** Which windows of time are looked at. All numbers are in the points of time of the period, days or other. */
export interface TreeWindows {
  /** Points in a window at least; 1 unless told. */
  readonly minLength?: number | undefined;
  /** Points in a window at most, fewer than the period has; half of the period unless told. */
  readonly maxLength?: number | undefined;
  /**
   * A window must be at least this share of the time from the start of the period to its own end, 0 to 1; 0 unless told. For
   * periods that start with an exposure: a risk window late after it is not expected to be short.
   */
  readonly minShareOfElapsed?: number | undefined;
  /** Windows start in this range; the whole period unless told. */
  readonly start?: { readonly from: number; readonly to: number } | undefined;
  /** Windows end in this range; the whole period unless told. Only the last point: a prospective scan. */
  readonly end?: { readonly from: number; readonly to: number } | undefined;
}

/** The options of the windows filled in. */
export type WindowLimits = Required<{ readonly [K in keyof TreeWindows]: NonNullable<TreeWindows[K]> }>;

/** @throws PvError `INVALID_OPTION` */
export function checkWindows(
  period: { readonly start: number; readonly end: number },
  windows: TreeWindows,
): WindowLimits {
  const refuse = (message: string): never => {
    throw new PvError("INVALID_OPTION", message);
  };
  if (!(Number.isSafeInteger(period.start) && Number.isSafeInteger(period.end) && period.end > period.start)) {
    refuse(`period: expected whole numbers start < end, got ${period.start} and ${period.end}`);
  }
  const points = period.end - period.start + 1;
  const { minLength = 1, maxLength = Math.max(minLength, Math.floor(points / 2)), minShareOfElapsed = 0 } = windows;
  const { start = { from: period.start, to: period.end }, end = { from: period.start, to: period.end } } = windows;
  if (!(Number.isInteger(minLength) && Number.isInteger(maxLength) && 1 <= minLength && minLength <= maxLength)) {
    refuse(`windows: expected whole numbers 1 <= minLength <= maxLength, got ${minLength} and ${maxLength}`);
  }
  if (maxLength >= points)
    refuse(`windows: maxLength must be below the ${points} points of the period, got ${maxLength}`);
  if (!(minShareOfElapsed >= 0 && minShareOfElapsed <= 1)) {
    refuse(`windows: minShareOfElapsed: expected 0 to 1, got ${minShareOfElapsed}`);
  }
  for (const [name, { from, to }] of [
    ["start", start],
    ["end", end],
  ] as const) {
    if (!(Number.isInteger(from) && Number.isInteger(to) && period.start <= from && from <= to && to <= period.end)) {
      refuse(`windows: ${name}: expected whole numbers from <= to within the period, got ${from} and ${to}`);
    }
  }
  return { minLength, maxLength, minShareOfElapsed, start, end };
}

/** Earliest and latest start allowed for each end, points counted from 0; none is allowed where latest < earliest. */
export interface WindowStarts {
  readonly earliest: Int32Array;
  readonly latest: Int32Array;
  /** Somewhere the latest start is before the end: a window may have to be longer than its cases need. */
  readonly isTight: boolean;
  /** Ends before this one are not allowed. */
  readonly firstEnd: number;
}

/** The windows allowed, by their end. */
export function windowStarts(
  period: { readonly start: number; readonly end: number },
  limits: WindowLimits,
): WindowStarts {
  const points = period.end - period.start + 1;
  const earliest = new Int32Array(points);
  const latest = new Int32Array(points);
  const lastEnd = limits.end.to - period.start;
  const firstEnd = limits.end.from - period.start;
  let isTight = false;
  for (let end = 0; end < points; end++) {
    // a share that meets a whole number exactly must not miss it by rounding
    const shortest = Math.max(limits.minLength, Math.ceil(limits.minShareOfElapsed * (end + 1) - 1e-9));
    earliest[end] = Math.max(limits.start.from - period.start, end + 1 - limits.maxLength);
    latest[end] = Math.min(limits.start.to - period.start, end + 1 - shortest);
    if (end < firstEnd || end > lastEnd) latest[end] = -1;
    else if (latest[end]! < end) isTight = true;
  }
  return { earliest, latest, isTight, firstEnd };
}

/** Statistic of a window of a branch: cases in it, first and last point. 0 where there is no excess. */
export type WindowLlr = (inside: number, start: number, end: number) => number;

/** The most likely window of one branch. */
export class WindowSearch {
  /** Of the last search; -1 where no window has an excess. */
  start = -1;
  end = -1;
  inside = 0;
  readonly #windows: WindowStarts;
  readonly #minCases: number;
  readonly #perPoint: Int32Array;
  readonly #points: Int32Array;
  readonly #before: Int32Array;
  #used = 0;

  constructor(windows: WindowStarts, minCases: number) {
    this.#windows = windows;
    this.#minCases = minCases;
    const length = windows.latest.length;
    this.#perPoint = new Int32Array(length);
    this.#points = new Int32Array(length);
    this.#before = new Int32Array(length + 1);
  }

  /** One case of the branch to be searched next. */
  add(time: number): void {
    if (this.#perPoint[time]! === 0) this.#points[this.#used++] = time;
    this.#perPoint[time]! += 1;
  }

  /**
   * The largest statistic above `floor` among the allowed windows, or `floor`; forgets the cases added. The statistic must not
   * fall when a window loses a point without cases: then only windows that start and end with a case matter, and those that
   * are as short as allowed.
   */
  largest(llr: WindowLlr, floor: number): number {
    this.start = this.end = -1;
    const { latest, earliest, isTight, firstEnd } = this.#windows;
    const points = this.#points;
    const before = this.#before;
    this.#sortPoints();
    const used = this.#used;
    for (let i = 0; i < used; i++) before[i + 1] = before[i]! + this.#perPoint[points[i]!]!;
    let best = floor;
    for (let j = 0; j < used; j++) {
      const end = points[j]!;
      if (latest[end]! >= 0) best = this.#atEnd(llr, best, end, j);
      // the first end allowed, when it has no case itself, closes windows over the cases before it
      if (end < firstEnd && (j + 1 === used || points[j + 1]! > firstEnd)) best = this.#atEnd(llr, best, firstEnd, j);
    }
    if (isTight) {
      let first = 0; // cases before the window
      let last = 0; // and up to its end
      for (let end = 0; end < latest.length; end++) {
        if (last < used && points[last]! === end) last++;
        const start = latest[end]!;
        if (start < earliest[end]! || start < 0) continue;
        while (first < last && points[first]! < start) first++;
        const inside = before[last]! - before[first]!;
        if (inside >= this.#minCases) best = this.#offer(llr(inside, start, end), best, inside, start, end);
      }
    }
    for (let i = 0; i < used; i++) this.#perPoint[points[i]!] = 0;
    this.#used = 0;
    return best;
  }

  /** Windows that end here and start with one of the case points up to position j. */
  #atEnd(llr: WindowLlr, floor: number, end: number, j: number): number {
    const earliest = this.#windows.earliest[end]!;
    const latest = this.#windows.latest[end]!;
    const upTo = this.#before[j + 1]!;
    let best = floor;
    for (let i = j; i >= 0; i--) {
      const start = this.#points[i]!;
      if (start > latest) continue;
      if (start < earliest) break;
      const inside = upTo - this.#before[i]!;
      if (inside >= this.#minCases) best = this.#offer(llr(inside, start, end), best, inside, start, end);
    }
    return best;
  }

  #offer(value: number, best: number, inside: number, start: number, end: number): number {
    if (!(value > best)) return best;
    this.inside = inside;
    this.start = start;
    this.end = end;
    return value;
  }

  #sortPoints(): void {
    const points = this.#points;
    const length = this.#perPoint.length;
    if (this.#used * 8 > length) {
      let used = 0;
      for (let time = 0; time < length; time++) if (this.#perPoint[time]! > 0) points[used++] = time;
      return;
    }
    for (let i = 1; i < this.#used; i++) {
      const time = points[i]!;
      let k = i;
      for (; k > 0 && points[k - 1]! > time; k--) points[k] = points[k - 1]!;
      points[k] = time;
    }
  }
}

/** Statistics of windows for one branch after the other, from tables of logarithms. */
export class WindowModel {
  readonly #points: number;
  readonly #total: number;
  readonly #log: Float64Array;
  /** Cases of all branches before each point; only when times are conditioned on. */
  readonly #before: Float64Array | undefined;
  #cases = 0;

  /** @param perPoint - cases at each point when node and time are conditioned on, otherwise left out */
  constructor(points: number, total: number, perPoint?: Int32Array) {
    this.#points = points;
    this.#total = total;
    this.#log = Float64Array.from({ length: Math.max(points, total) + 1 }, (_, i) => Math.log(i));
    this.#log[0] = 0; // 0 log 0
    if (perPoint !== undefined) {
      this.#before = new Float64Array(points + 1);
      for (let t = 0; t < points; t++) this.#before[t + 1] = this.#before[t]! + perPoint[t]!;
    }
  }

  /** The branch that the next windows are of. */
  set cases(cases: number) {
    this.#cases = cases;
  }

  /** Expected cases of the branch in a window. */
  expected(start: number, end: number): number {
    if (this.#before === undefined) return (this.#cases * (end - start + 1)) / this.#points;
    return (this.#cases * this.inWindow(start, end)) / this.#total;
  }

  /** Cases of all branches in a window; only when times are conditioned on. */
  inWindow(start: number, end: number): number {
    return this.#before![end + 1]! - this.#before![start]!;
  }

  /** No window of a branch with so many cases has a larger statistic. */
  ceiling(cases: number, shortest: number): number {
    const log = this.#log;
    if (this.#before === undefined) return cases * (log[this.#points]! - log[shortest]!) * (1 + 1e-12);
    const total = this.#total;
    if (cases >= total) return 0;
    // all cases of the branch in a window that has no others
    const rest = (total - cases) * Math.log((total - cases) / (total - (cases * cases) / total));
    return cases * (log[total]! - log[cases]!) + rest + 1e-9 * total;
  }

  readonly llr: WindowLlr = (inside, start, end) => {
    const log = this.#log;
    const cases = this.#cases;
    if (this.#before === undefined) {
      const length = end - start + 1;
      if (inside * this.#points <= cases * length) return 0;
      const outside = cases - inside;
      // c log(c/μ) + (C - c) log((C - c)/(C - μ)), μ = C·length/points
      return (
        inside * (log[inside]! - log[length]!) +
        outside * (log[outside]! - log[this.#points - length]!) -
        cases * (log[cases]! - log[this.#points]!)
      );
    }
    const total = this.#total;
    const inWindow = this.inWindow(start, end);
    if (inside * total <= cases * inWindow) return 0;
    const outside = total - inside;
    // μ = cases·inWindow/total, and C - μ from all the cases
    return (
      inside * (log[inside]! - log[cases]! - log[inWindow]! + log[total]!) +
      outside * (log[outside]! - Math.log(total - (cases * inWindow) / total))
    );
  };
}
