import { PRODUCT_CLASSES, type ProductClass } from "./province-options.ts";

/** An alarm of a detector on one day. */
export interface DayAlarm {
  readonly product: string;
  /** The lots it names; empty for a detector that looks at products. */
  readonly lots: readonly string[];
  readonly score: number;
  readonly id: string;
  readonly memberIds: readonly string[];
}

/** Alarms of one run of days, day by day; `days[i]` is the number of the day after the start of the simulation. */
export interface AlarmLog {
  readonly days: readonly number[];
  readonly alarms: readonly (readonly DayAlarm[])[];
}

/** A run of alarms of one product that share a lot, with no gap of more than three weeks. */
export interface Episode {
  readonly product: string;
  readonly lots: ReadonlySet<string>;
  readonly first: DayAlarm;
  readonly from: number;
  readonly to: number;
  /** Days with an alarm, and days on which the id was that of the alarm before. */
  readonly days: number;
  readonly sameId: number;
  readonly members: ReadonlySet<string>;
}

const GAP = 21;

interface OpenEpisode {
  readonly product: string;
  readonly lots: Set<string>;
  readonly first: DayAlarm;
  readonly from: number;
  to: number;
  days: number;
  sameId: number;
  lastId: string;
  readonly members: Set<string>;
}

/** Episodes of the alarms at or above a threshold. */
export function episodesOf(log: AlarmLog, threshold: number): Episode[] {
  const all: OpenEpisode[] = [];
  const open = new Map<string, OpenEpisode[]>();
  for (const [i, day] of log.days.entries()) {
    for (const alarm of log.alarms[i]!) {
      if (alarm.score < threshold) continue;
      const list = (open.get(alarm.product) ?? []).filter(({ to }) => day - to <= GAP);
      let episode = list.find(({ lots }) => alarm.lots.length === 0 || alarm.lots.some((lot) => lots.has(lot)));
      if (episode === undefined) {
        episode = {
          product: alarm.product,
          lots: new Set(),
          first: alarm,
          from: day,
          to: day,
          days: 0,
          sameId: 0,
          lastId: alarm.id,
          members: new Set(),
        };
        all.push(episode);
        list.push(episode);
      }
      open.set(alarm.product, list);
      if (episode.days > 0 && episode.lastId === alarm.id) episode.sameId++;
      episode.days++;
      episode.lastId = alarm.id;
      episode.to = day;
      for (const lot of alarm.lots) episode.lots.add(lot);
      for (const id of alarm.memberIds) episode.members.add(id);
    }
  }
  return all;
}

/** Least threshold at which there are no more episodes a year than wanted; logs without outbreaks. */
export function calibrate(logs: readonly AlarmLog[], perYear: number): number {
  const years = logs.reduce((sum, { days }) => sum + days.length, 0) / 365;
  const scores = new Set<number>();
  for (const { alarms } of logs) for (const day of alarms) for (const { score } of day) scores.add(score);
  const sorted = [...scores].sort((x, y) => x - y);
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const episodes = logs.reduce((sum, log) => sum + episodesOf(log, sorted[middle]!).length, 0);
    if (episodes / years <= perYear) high = middle;
    else low = middle + 1;
  }
  return low < sorted.length ? sorted[low]! : Infinity;
}

/** What became of one planted outbreak. */
export interface Verdict {
  readonly class: ProductClass;
  readonly cases: number;
  readonly detected: boolean;
  /** Days from the first planted day, and from the event of the first case, to the alarm. */
  readonly delay: number | null;
  readonly delayFromFirstCase: number | null;
  /** The first alarm names no lot but those of the outbreak. */
  readonly rightLot: boolean;
  /** Jaccard index of the members of the episode with the planted reports. */
  readonly overlap: number;
  readonly withinWeek: boolean;
}

/** Power and delay over outbreaks of one class and size. */
export interface CellResult {
  readonly outbreaks: number;
  readonly power: number | null;
  /** Bootstrap 95 % limits. */
  readonly powerLimits: readonly [number, number] | null;
  readonly powerInWeek1: number | null;
  readonly medianDelayDays: number | null;
  readonly p90DelayDays: number | null;
  readonly medianDelayFromFirstCaseDays: number | null;
  readonly correctLotShare: number | null;
  readonly memberOverlap: number | null;
}

/** Sums verdicts up; `draw` gives indices below n for the bootstrap. */
export function cellResult(verdicts: readonly Verdict[], draw: (below: number) => number): CellResult {
  const n = verdicts.length;
  if (n === 0) {
    return {
      outbreaks: 0,
      power: null,
      powerLimits: null,
      powerInWeek1: null,
      medianDelayDays: null,
      p90DelayDays: null,
      medianDelayFromFirstCaseDays: null,
      correctLotShare: null,
      memberOverlap: null,
    };
  }
  const found = verdicts.filter(({ detected }) => detected);
  const delays = found.map(({ delay }) => delay!).sort((x, y) => x - y);
  const fromCase = found.map(({ delayFromFirstCase }) => delayFromFirstCase!).sort((x, y) => x - y);
  const samples = Array.from({ length: 1000 }, () => {
    let hits = 0;
    for (let i = 0; i < n; i++) if (verdicts[draw(n)]!.detected) hits++;
    return hits / n;
  }).sort((x, y) => x - y);
  const share = (of: (verdict: Verdict) => number): number | null =>
    found.length === 0 ? null : found.reduce((sum, verdict) => sum + of(verdict), 0) / found.length;
  return {
    outbreaks: n,
    power: found.length / n,
    powerLimits: [samples[24]!, samples[974]!],
    powerInWeek1: found.filter(({ withinWeek }) => withinWeek).length / n,
    medianDelayDays: quantile(delays, 0.5),
    p90DelayDays: quantile(delays, 0.9),
    medianDelayFromFirstCaseDays: quantile(fromCase, 0.5),
    correctLotShare: share(({ rightLot }) => (rightLot ? 1 : 0)),
    memberOverlap: share(({ overlap }) => overlap),
  };
}

/** Value that at least the given share of sorted values does not pass; null of none. */
export function quantile(sorted: readonly number[], q: number): number | null {
  return sorted.length === 0 ? null : sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)]!;
}

/** Every class with a value of its own. */
export function byClass<T>(of: (kind: ProductClass) => T): Record<ProductClass, T> {
  return Object.fromEntries(PRODUCT_CLASSES.map((kind) => [kind, of(kind)])) as Record<ProductClass, T>;
}
