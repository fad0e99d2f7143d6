import { medianSorted } from "simple-statistics";
import { type EventKey, type ProductKey, type ReportGroups } from "../count/axis.ts";
import { compareText } from "../count/build.ts";
import { textAt, type ReportTable } from "../count/table.ts";
import { PvError } from "../error.ts";
import { gammaQuantile } from "../math/gamma-quantile.ts";
import { isoDay, requireDay } from "../report/date.ts";
import { neighbourLots } from "../report/lot.ts";
import type { Domain } from "../report/report.ts";
import { reactionsOf, severityOf, unitsOf } from "./alert-summary.ts";
import { stableId, type AlertWindow, type ClusterAlert } from "./alert.ts";
import { log10LotShare, log10Similarity } from "./lot-components.ts";
import { lotEvidence } from "./lot-evidence.ts";
import { lotHistory, received } from "./lot-history.ts";
import { lotMarks, type LotMarks, type ProductMarks } from "./lot-marks.ts";
import { log10Tail, ProductScan, type LotScanSettings, type LotWindow } from "./lot-score.ts";

/** How `findLotClusters` looks at lots. */
export interface LotOptions {
  /** Only these kinds of product; all unless told. */
  readonly domains?: readonly Domain[] | "all" | undefined;
  /** What a product is; `"name"` unless told. */
  readonly product?: Exclude<ProductKey, ReportGroups> | undefined;
  /** What reactions are taken together; `"term"` unless told. A level of a terminology finds more than single terms do. */
  readonly reactionGroup?: Exclude<EventKey, ReportGroups> | undefined;
  /** Lots this far apart in the maker's numbering are also looked at together (default 1); 0 for single lots only. */
  readonly reach?: number | undefined;
  /** Lengths of windows of event days (default 7, 14, 21). */
  readonly windows?: readonly number[] | undefined;
  /** Windows that begin more than so many days before `asOf` are past (default 45). */
  readonly lookback?: number | undefined;
  /** Least −log10 p of an alert (default 5); {@link lotAlertsPerYear} says what that means in alerts. */
  readonly threshold?: number | undefined;
  /** Fewest unit-days in an alert (default 3). */
  readonly least?: number | undefined;
  /** Days of receipt from which profile and lot size of a product are learnt (default 365). */
  readonly historyDays?: number | undefined;
}

/** Alerts of one day, and what was looked at. */
export interface LotClusters {
  /** Most surprising first, then by id. */
  readonly alerts: readonly ClusterAlert[];
  readonly asOf: string;
  readonly options: Readonly<Required<Omit<LotOptions, "product" | "reactionGroup" | "domains">>>;
  /** Lots, or neighbouring lots taken together, with a report in the last days. */
  readonly groups: number;
  /** Reports received by the day in the products looked at. */
  readonly reports: number;
  /** Reports that give a lot among them. */
  readonly withLot: number;
  /** Reports left out whatever the day, and why; and those not yet received. */
  readonly excluded: LotMarks["excluded"] & { readonly receivedLater: number };
  /** Reports whose day of receipt stands in for an unknown, imprecise or impossible event day. */
  readonly receiptStandsIn: number;
  /** Entries in the lot field that name no lot: placeholders; numbers of a standard, a licence or a registration. */
  readonly lotEntries: LotMarks["lotEntries"];
}

const DETECTOR = "lot";

/**
 * Finds lots with more reports of one kind than their product, their age and the delay of reporting explain. For every lot with
 * recent reports, and for neighbouring lots together, windows of event days are compared with what is expected of them:
 *
 * - counted are unit-days: one per reporting unit and event day (and reaction group), so that one hospital's pile of reports
 *   counts little; reports with the same lot, event day, age, sex and reactions count once;
 * - expected is the share of the lot's life that falls on the window (learnt from all lots), times its size (gamma-Poisson: the
 *   product's lots, then its own earlier reports), times the share of the reaction group in the product, times the share of reports
 *   received by now; a general rise of the product raises it;
 * - the statistic is −log10 of the negative binomial tail, the smallest over windows and reaction groups; 1 less for neighbouring
 *   lots taken together.
 *
 * It alarms on growth: a lot that has had many reports is expected to have more. Reports without a lot belong to nothing, but an
 * alert says how many could belong. The day `asOf` is looked at as it was: only reports received by then count, so any past day can
 * be replayed; a report that was corrected later stands with its last version.
 *
 * Lots as places of a space-time permutation scan would not do: lots come and go, so that lot and time are never independent.
 *
 * @throws PvError `INVALID_DATE` for `asOf`; `INVALID_OPTION`; `EMPTY_SCOPE` when no report is left to look at
 * @example
 * findLotClusters(table, { asOf: "2024-06-30" }).alerts[0]?.evidence[0]?.en;
 */
export function findLotClusters(table: ReportTable, options: LotOptions & { readonly asOf: string }): LotClusters {
  return lotDetector(table, options).run(options.asOf);
}

/**
 * The same for many days of one table: what does not depend on the day is done once.
 *
 * @throws PvError as {@link findLotClusters}
 */
export function lotDetector(
  table: ReportTable,
  options: LotOptions = {},
): { readonly run: (asOf: string) => LotClusters } {
  const settings = settingsOf(options);
  const marks = lotMarks(table, {
    domains: options.domains ?? "all",
    product: options.product ?? "name",
    reactionGroup: options.reactionGroup ?? "term",
  });
  if (marks.reports === 0) {
    throw new PvError("EMPTY_SCOPE", `no report is left to look for lots in: ${JSON.stringify(marks.excluded)}`);
  }
  return { run: (asOf) => new LotRun(table, marks, settings, asOf).clusters() };
}

/**
 * Alerts by chance to expect in a year at a threshold, for so many reports with a lot a year: 2.5 · 10^(−0.66 · threshold) for each
 * report. Fitted to false episodes in simulated provinces without outbreaks at thresholds from 4 to 6 (`npm run evaluate -- --full`:
 * 209, 96, 48, 26 and 9 a year among 36,400 reports with a lot); beyond that it is extrapolated, and a centre's own figure depends on
 * its data.
 *
 * @example
 * Math.round(lotAlertsPerYear(5, 36_400)); // 46
 */
export function lotAlertsPerYear(threshold: number, reportsWithLotPerYear: number): number {
  return reportsWithLotPerYear * CHANCE_PER_REPORT * 10 ** (-CHANCE_SLOPE * threshold);
}

const CHANCE_PER_REPORT = 2.5;
const CHANCE_SLOPE = 0.66;

/**
 * Neighbouring lots taken together get a tenth of the chance that single lots get: they are looked at two or three times for each
 * single lot, and without the penalty they cost single lots more power than they bring.
 */
const NEIGHBOUR_PENALTY = 1;

type Settings = LotScanSettings & { readonly reach: number; readonly threshold: number };

function settingsOf(options: LotOptions): Settings {
  const settings = {
    reach: options.reach ?? 1,
    windows: [...(options.windows ?? [7, 14, 21])].sort((x, y) => x - y),
    lookback: options.lookback ?? 45,
    threshold: options.threshold ?? 5,
    least: options.least ?? 3,
    historyDays: options.historyDays ?? 365,
  };
  const whole = (name: string, value: number, from: number, to: number): void => {
    if (!Number.isInteger(value) || value < from || value > to) {
      throw new PvError("INVALID_OPTION", `${name}: expected a whole number from ${from} to ${to}, got ${value}`);
    }
  };
  if (settings.windows.length === 0) throw new PvError("INVALID_OPTION", "windows: expected at least one length");
  for (const window of settings.windows) whole("windows", window, 1, 180);
  whole("reach", settings.reach, 0, 100);
  whole("lookback", settings.lookback, 1, 365);
  whole("least", settings.least, 2, 1000);
  whole("historyDays", settings.historyDays, 30, 3650);
  if (!(settings.threshold > 0 && settings.threshold < 300)) {
    throw new PvError("INVALID_OPTION", `threshold: expected −log10 p from 0 to 300, got ${settings.threshold}`);
  }
  return settings;
}

interface Found extends LotWindow {
  /** −log10 p, less the penalty of neighbouring lots. */
  readonly score: number;
  readonly product: ProductMarks;
  readonly members: readonly number[];
}

class LotRun {
  readonly #table: ReportTable;
  readonly #marks: LotMarks;
  readonly #settings: Settings;
  readonly #asOf: number;
  readonly #reports: number;
  /** Reports with a lot received in the last year. */
  readonly #withLotPerYear: number;
  #groups = 0;

  constructor(table: ReportTable, marks: LotMarks, settings: Settings, asOf: string) {
    this.#table = table;
    this.#marks = marks;
    this.#settings = settings;
    this.#asOf = requireDay("asOf", asOf);
    const { all, withLot } = marks.days;
    this.#reports = received(all, this.#asOf);
    this.#withLotPerYear = received(withLot, this.#asOf) - received(withLot, this.#asOf - 365);
  }

  clusters(): LotClusters {
    const history = lotHistory(this.#marks, this.#asOf);
    const found: Found[] = [];
    if (this.#reports === 0) {
      throw new PvError("EMPTY_SCOPE", `no report was received by ${isoDay(this.#asOf)}`);
    }
    for (const product of this.#marks.products) {
      if (received(product.received, this.#asOf) === 0) continue;
      found.push(...this.#scan(product, new ProductScan(product, history, this.#settings)));
    }
    const alerts = found.map((one) => this.#alert(one));
    alerts.sort((x, y) => x.log10PerYear - y.log10PerYear || compareText(x.id, y.id));
    const { excluded, receiptStandsIn, lotEntries } = this.#marks;
    return {
      alerts,
      asOf: isoDay(this.#asOf),
      options: this.#settings,
      groups: this.#groups,
      reports: this.#reports,
      withLot: received(this.#marks.days.withLot, this.#asOf),
      excluded: { ...excluded, receivedLater: this.#marks.reports - this.#reports },
      receiptStandsIn,
      lotEntries,
    };
  }

  /** Alerts of one product; of windows that share most of their reports the most surprising stays. */
  #scan(product: ProductMarks, scan: ProductScan): Found[] {
    const active = scan.activeLots();
    const neighbourhoods = new Map<string, readonly number[]>();
    for (const lot of active) neighbourhoods.set(String(lot), [lot]);
    if (this.#settings.reach > 0) {
      const codes = new Map(active.map((lot) => [product.lots[lot]!, lot]));
      for (const names of neighbourLots(codes.keys(), this.#settings.reach).values()) {
        const lots = names.map((name) => codes.get(name)!).sort((x, y) => x - y);
        neighbourhoods.set(lots.join(" "), lots);
      }
    }
    this.#groups += neighbourhoods.size;
    const found: Found[] = [];
    for (const lots of neighbourhoods.values()) {
      const best = scan.best(lots);
      if (best === undefined) continue;
      const score = -best.log10P - (lots.length > 1 ? NEIGHBOUR_PENALTY : 0);
      if (score >= this.#settings.threshold) found.push({ ...best, score, product, members: scan.members(best) });
    }
    const order = (one: Found): string => one.lots.map((lot) => product.lots[lot]!).join(" ");
    found.sort((x, y) => y.score - x.score || x.lots.length - y.lots.length || compareText(order(x), order(y)));
    const kept: Found[] = [];
    for (const one of found) {
      const isNew = kept.every((other) => {
        const theirs = new Set(other.members);
        return one.members.filter((i) => theirs.has(i)).length * 2 <= one.members.length;
      });
      if (isNew) kept.push(one);
    }
    return kept;
  }

  #alert(found: Found): ClusterAlert {
    const { product, lots, group, observed, expected, shape, from, to, before } = found;
    const names = lots.map((lot) => product.lots[lot]!).sort(compareText);
    const reaction = group === null ? undefined : this.#marks.groups[group]!;
    const rows = [...new Set(found.members.map((i) => product.row[i]!))];
    const units = unitsOf(this.#table, rows);
    const perYear = (log10: number): number =>
      Math.log10(Math.max(1, this.#withLotPerYear) * CHANCE_PER_REPORT) + CHANCE_SLOPE * log10;
    const others = found.members.filter(
      (i) => textAt(this.#table.columns.reports.unit, product.row[i]!) !== units.largest,
    );
    const penalty = lots.length > 1 ? NEIGHBOUR_PENALTY : 0;
    const log10PerYear = perYear(-found.score);
    const expectedPerYear = 10 ** log10PerYear;
    const spread = observed === 0 ? 0 : gammaQuantile(0.025, observed) / expected;
    const scope = {
      product: product.product,
      lots: names,
      ...(reaction === undefined ? {} : { reactions: [reaction] }),
    };
    const body: Omit<ClusterAlert, "evidence"> = {
      id: stableId(DETECTOR, product.product, JSON.stringify(names), reaction ?? "", isoDay(from)),
      detector: DETECTOR,
      profile: "lot",
      scope,
      window: { ...window(from, to), clock: "event" },
      peak: window(from, to),
      observed,
      expected,
      ratio: { estimate: observed / expected, lower: spread, upper: gammaQuantile(0.975, observed + 1) / expected },
      statistic: { name: penalty > 0 ? `−log10 p − ${penalty}` : "−log10 p", value: found.score },
      log10PerYear,
      expectedPerYear,
      p: -Math.expm1(-expectedPerYear),
      baseline: this.#baseline(product, lots, from, before),
      reports: rows.length,
      severity: severityOf(this.#table, rows),
      units,
      components: this.#components(found, rows),
      withoutLargestUnit:
        units.largest === null
          ? null
          : {
              observed: others.length,
              log10PerYear: Math.min(
                perYear(0),
                perYear(Math.min(0, log10Tail(others.length, expected, shape) + penalty)),
              ),
            },
      reactions: reactionsOf(this.#table, rows),
      couldBelong: this.#couldBelong(found),
      memberIds: rows.map((row) => this.#table.id(row)).sort(compareText),
      legal: [],
      state: to >= this.#asOf - 21 ? "open" : "closed",
      reproducibility: {
        asOf: isoDay(this.#asOf),
        groupsExamined: this.#groups,
        reportsExamined: this.#reports,
        predicate: `−log10 p >= ${this.#settings.threshold}`,
        windowDays: to - from + 1,
      },
    };
    return { ...body, evidence: lotEvidence(body, found.observedAny, found.productFactor) };
  }

  #baseline(product: ProductMarks, lots: readonly number[], from: number, before: number): ClusterAlert["baseline"] {
    const blocks = new Map<number, number>();
    let first = from;
    for (let i = 0; i < product.event.length; i++) {
      const event = product.event[i]!;
      if (!lots.includes(product.lot[i]!) || event >= from || product.received[i]! > this.#asOf) continue;
      first = Math.min(first, event);
      const block = Math.floor((from - 1 - event) / 30);
      blocks.set(block, (blocks.get(block) ?? 0) + product.counts[i]!);
    }
    const filled = Array.from(
      { length: Math.max(1, Math.ceil((from - first) / 30)) },
      (_, block) => blocks.get(block) ?? 0,
    );
    filled.sort((x, y) => x - y);
    return {
      reports: before,
      days: from - first,
      state: before > 0 ? "sufficient" : "insufficient",
      earlierWindows: 0,
      medianPer30Days: medianSorted(filled),
      maxPer30Days: filled.at(-1)!,
    };
  }

  #components(
    { product, lots, group, from, to, log10P, tests }: Found,
    rows: readonly number[],
  ): ClusterAlert["components"] {
    const counts = { inLot: 0, lot: 0, inAll: 0, all: 0 };
    const others: number[] = [];
    const own = new Set(rows);
    const ownLots = new Set(lots);
    const end = received(product.received, this.#asOf);
    for (let i = 0; i < end; i++) {
      if (!own.has(product.row[i]!)) others.push(product.row[i]!);
      if (product.lot[i]! < 0 || product.event[i]! < from || product.event[i]! > to) continue;
      const inGroup = product.groups.subarray(product.offsets[i], product.offsets[i + 1]).includes(group ?? -1) ? 1 : 0;
      counts.all++;
      counts.inAll += inGroup;
      if (!ownLots.has(product.lot[i]!)) continue;
      counts.lot++;
      counts.inLot += inGroup;
    }
    const components = [
      {
        name: "window, adjusted for the windows and groups of the lot",
        log10P: Math.min(0, log10P + Math.log10(tests)),
      },
    ];
    if (group !== null) {
      components.push({
        name: "reaction share against the other lots of the same days",
        log10P: log10LotShare(counts.inLot, counts.lot, counts.inAll, counts.all),
      });
    }
    const seed = this.#asOf + from + lots.length;
    components.push({
      name: "likeness of reactions",
      log10P: log10Similarity(this.#table, rows, [...new Set(others)], seed),
    });
    return components;
  }

  #couldBelong({ product, group, from, to }: Found): number {
    const end = received(product.received, this.#asOf);
    const rows = new Set<number>();
    for (let i = 0; i < end; i++) {
      if (product.lot[i]! >= 0 || product.event[i]! < from || product.event[i]! > to) continue;
      const own = product.groups.subarray(product.offsets[i], product.offsets[i + 1]);
      if (group === null || own.includes(group)) rows.add(product.row[i]!);
    }
    return rows.size;
  }
}

const window = (from: number, to: number): AlertWindow => ({ from: isoDay(from), to: isoDay(to), days: to - from + 1 });
