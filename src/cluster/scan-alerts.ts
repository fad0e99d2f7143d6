import { compareText } from "../count/build.ts";
import { textAt, type ReportTable } from "../count/table.ts";
import { PvError } from "../error.ts";
import { isoDay } from "../report/date.ts";
import { seededRandom } from "../math/random.ts";
import { unitsOf } from "./alert-summary.ts";
import type { ClusterAlert } from "./alert.ts";
import { baselineOf, log10Yearly, makeAlert, maximaP } from "./alert-make.ts";
import { scopedRows, type AlertExclusions, type ScopedRows } from "./alert-scope.ts";
import { DAY_TYPES, dayTypes } from "./calendar.ts";
import { seriesOf } from "./series.ts";
import { placeEvidence } from "./scan-evidence.ts";
import { placeReports, type PlaceExclusions, type PlacedReports } from "./scan-alert-places.ts";
import {
  placeSettings,
  productMarks,
  type PlaceClusterOptions,
  type PlaceMarks,
  type PlaceSettings,
} from "./scan-alert-products.ts";
import type { ScanPlaces } from "./scan-geography.ts";
import type { StopRequest } from "./scan-monte-carlo.ts";
import type { ScanOptions } from "./scan-options.ts";
import type { ScanCases } from "./scan-plan.ts";
import { scanSpaceTime, type ScanCluster, type SpaceTimeScan } from "./scan-space-time.ts";
import { bernoulliScanLlr, poissonScanLlr } from "./scan-statistic.ts";

/** Alerts of one run, and what it looked at. */
export interface PlaceClusters {
  /** Most surprising first, then by id. */
  readonly alerts: readonly ClusterAlert[];
  readonly asOf: string;
  /** The scan of each product, in the order of their names. */
  readonly scans: readonly { readonly product: string; readonly scan: SpaceTimeScan }[];
  /** Products in scope, and those with too few reports, or all of them in one place, to be scanned. */
  readonly products: number;
  readonly notScanned: number;
  readonly reports: number;
  /** Ids of places that stand at the centre of a division above them. */
  readonly atCentreAbove: readonly string[];
  readonly excluded: AlertExclusions & PlaceExclusions & { readonly withoutProduct: number };
}

const LEAST_IN_ZONE = 3;
/** Besag and Clifford (1991): more random maxima above the largest statistic say nothing new. */
const STOP_AFTER = 10;

/**
 * Finds places close to one another with more reports of a product in the last days than expected: a prospective space-time scan
 * for each product, from the reports to alerts.
 *
 * Zones of a permutation are made of the places that have a report of the product in the period. A unit's reports of one day
 * count once, so that a batch upload of one hospital is one case; `memberIds` holds all of its
 * reports. `withoutLargestUnit` has the log likelihood ratio of the same places and days once every report of the largest unit is
 * taken out, held against the same random maxima.
 *
 * `log10PerYear` is the chance of the scan's largest statistic (adjusted for all zones and windows), by rank or beyond the random
 * maxima by the Gumbel distribution, times the products scanned and the looks a year. Looks of neighbouring days see nearly the
 * same reports, so that fewer distinct alerts come up by chance.
 *
 * @throws PvError `INVALID_DATE`, `INVALID_OPTION`; `EMPTY_SCOPE` when no report, or no report of the product, is left;
 *   `INVALID_ARGUMENT` when no place, or only one, has coordinates; the reason of `signal` when aborted
 * @see Kulldorff et al. (2005) doi:10.1371/journal.pmed.0020059; Kulldorff (2001) doi:10.1111/1467-985X.00186
 * @example
 * findPlaceClusters(table, { asOf: "2024-06-30", places: divisions, seed: 1 }).alerts[0]?.evidence[0]?.en;
 */
export function findPlaceClusters(
  table: ReportTable,
  options: PlaceClusterOptions & { readonly signal?: StopRequest | undefined },
): PlaceClusters {
  const settings = placeSettings(options);
  const scoped = scopedRows(table, options, settings.days);
  const placed = placeReports(table, scoped.rows, options);
  const marks = productMarks(table, scoped, placed, options);
  const wanted =
    options.product === undefined
      ? undefined
      : typeof options.product === "string"
        ? [options.product]
        : options.product;
  const names = [...(wanted ?? marks.byProduct.keys())].sort(compareText);
  for (const name of wanted ?? []) {
    if (marks.byProduct.has(name)) continue;
    throw new PvError("EMPTY_SCOPE", `product: no report of ${JSON.stringify(name)} with a usable place and day`);
  }
  const chosen = names.filter((name) => {
    const { counted, rows } = marks.byProduct.get(name)!;
    const cases = counted.reduce((sum, one) => sum + one, 0);
    if (cases < settings.minCases) return false;
    // Permuting dates within one place changes nothing.
    return settings.model === "bernoulli" || new Set(rows.map((row) => placed.place[row])).size > 1;
  });
  const run = new PlaceRun(table, options, settings, scoped, placed, marks, chosen.length);
  const scans = chosen.map((product) => ({ product, scan: run.scan(product) }));
  const alerts = scans.flatMap(({ product, scan }) => run.alerts(product, scan));
  alerts.sort((x, y) => x.log10PerYear - y.log10PerYear || compareText(x.id, y.id));
  return {
    alerts,
    asOf: options.asOf,
    scans,
    products: names.length,
    notScanned: names.length - chosen.length,
    reports: marks.reports,
    atCentreAbove: [...placed.atCentreAbove],
    excluded: { ...scoped.excluded, ...placed.excluded, withoutProduct: marks.withoutProduct },
  };
}

class PlaceRun {
  readonly #table: ReportTable;
  readonly #options: PlaceClusterOptions & { readonly signal?: StopRequest | undefined };
  readonly #settings: PlaceSettings;
  readonly #scoped: ScopedRows;
  readonly #placed: PlacedReports;
  readonly #marks: PlaceMarks;
  readonly #scanned: number;
  readonly #strata: ScanOptions["strata"];

  constructor(
    table: ReportTable,
    options: PlaceClusterOptions & { readonly signal?: StopRequest | undefined },
    settings: PlaceSettings,
    scoped: ScopedRows,
    placed: PlacedReports,
    marks: PlaceMarks,
    scanned: number,
  ) {
    this.#table = table;
    this.#options = options;
    this.#settings = settings;
    this.#scoped = scoped;
    this.#placed = placed;
    this.#marks = marks;
    this.#scanned = scanned;
    this.#strata = strataOf(options.dayTypes, this.#start, settings.days);
  }

  get #start(): number {
    return this.#scoped.asOf - this.#settings.days + 1;
  }

  scan(product: string): SpaceTimeScan {
    const { model, maxWindow, replications } = this.#settings;
    const { rows, counted } = this.#marks.byProduct.get(product)!;
    const columns = this.#columns(rows.filter((_, i) => counted[i] === 1));
    const controls = model === "bernoulli" ? { controls: this.#columns(this.#controls(product)) } : {};
    const cases: ScanCases = { ...columns, ...controls };
    return scanSpaceTime(
      cases,
      // A place without a case adds nothing to what is expected of a permutation, and only costs time.
      model === "permutation" ? onlyPlaces(this.#placed.geography, new Set(columns.place)) : this.#placed.geography,
      {
        model,
        analysis: "prospective",
        period: { from: this.#start, to: this.#scoped.asOf },
        windowMax: maxWindow,
        zoneMax: this.#options.zoneMax,
        minCases: LEAST_IN_ZONE,
        strata: this.#strata,
        replications,
        stopAfter: STOP_AFTER,
        seed: productSeed(this.#options.seed, product),
      },
      this.#options.signal,
    );
  }

  #columns(rows: readonly number[]): { readonly place: string[]; readonly day: number[] } {
    return {
      place: rows.map((row) => this.#placed.ids[this.#placed.place[row]!]!),
      day: rows.map((row) => this.#scoped.day[row]!),
    };
  }

  /** Rows without the product that count for one of their own. */
  #controls(product: string): number[] {
    return this.#marks.all.filter(({ labels }) => !labels.includes(product)).map(({ row }) => row);
  }

  alerts(product: string, scan: SpaceTimeScan): ClusterAlert[] {
    const { looksPerYear, perYear } = this.#settings;
    return scan.clusters.flatMap((cluster) => {
      if (cluster.rate !== "high") return [];
      const log10PerYear = log10Yearly(chanceOf(cluster.statistic, scan), this.#scanned, looksPerYear);
      return log10PerYear <= Math.log10(perYear) ? [this.#alert(product, scan, cluster, log10PerYear)] : [];
    });
  }

  #alert(product: string, scan: SpaceTimeScan, cluster: ScanCluster, log10PerYear: number): ClusterAlert {
    const { ids, names, place, atCentreAbove } = this.#placed;
    const { day, clock, asOf, rows: inScope } = this.#scoped;
    const { model, maxWindow, unitDays, looksPerYear, perYear } = this.#settings;
    const nameOf = new Map(ids.map((id, i) => [id, names[i]!]));
    const inside = new Set(cluster.places);
    const from = Number(cluster.from);
    const own = this.#marks.byProduct.get(product)!;
    const isIn = (row: number): boolean => inside.has(ids[place[row]!]!);
    const rows = own.rows.filter((row) => isIn(row) && day[row]! >= from);
    const earlier = own.rows.filter((row, i) => own.counted[i] === 1 && isIn(row)).map((row) => day[row]!);
    const body = makeAlert(this.#table, {
      detector: "place-scan",
      profile: model,
      scope: {
        product,
        region: cluster.places.map((id) => nameOf.get(id)!).join("、"),
        places: cluster.places,
      },
      clock,
      window: { from, to: asOf },
      observed: cluster.observed,
      expected: cluster.expected,
      statistic: { name: "log likelihood ratio", value: cluster.llr },
      log10PerYear,
      baseline: baselineOf(earlier, this.#start, from),
      rows,
      withoutLargestUnit: this.#withoutLargestUnit(product, scan, cluster, rows),
      state: "open",
      reproducibility: {
        asOf: isoDay(asOf),
        groupsExamined: this.#scanned,
        reportsExamined: inScope.length,
        predicate: `expected by chance at most ${perYear} times a year, ${looksPerYear} looks`,
        windowDays: maxWindow,
        seed: this.#options.seed,
      },
    });
    const evidence = placeEvidence(body, {
      model,
      unitDays,
      products: this.#scanned,
      atCentreAbove: cluster.places.filter((id) => atCentreAbove.has(id)).map((id) => nameOf.get(id)!),
    });
    return { ...body, evidence };
  }

  /** The same places and days once all reports of the unit are taken out, inside and outside. */
  #withoutLargestUnit(
    product: string,
    scan: SpaceTimeScan,
    cluster: ScanCluster,
    members: readonly number[],
  ): ClusterAlert["withoutLargestUnit"] {
    const { largest } = unitsOf(this.#table, members);
    if (largest === null) return null;
    const { ids, place } = this.#placed;
    const { day } = this.#scoped;
    const { unit } = this.#table.columns.reports;
    const inside = new Set(cluster.places);
    const from = Number(cluster.from);
    const tally = (rows: readonly number[]): Tally => {
      const left = rows.filter((row) => textAt(unit, row) !== largest);
      return { left, inWindow: left.filter((row) => inside.has(ids[place[row]!]!) && day[row]! >= from).length };
    };
    const own = this.#marks.byProduct.get(product)!;
    const cases = tally(own.rows.filter((_, i) => own.counted[i] === 1));
    const observed = cases.inWindow;
    let statistic: number;
    if (this.#settings.model === "bernoulli") {
      const controls = tally(this.#controls(product));
      statistic = positive(
        bernoulliScanLlr(
          observed,
          observed + controls.inWindow,
          cases.left.length,
          cases.left.length + controls.left.length,
        ),
      );
      const total = cases.left.length + controls.left.length;
      if (observed * total <= (observed + controls.inWindow) * cases.left.length) statistic = 0;
    } else {
      const expected = this.#independent(cases.left, inside, from);
      statistic = observed > expected ? positive(poissonScanLlr(observed, expected, cases.left.length)) : 0;
    }
    const { looksPerYear } = this.#settings;
    return { observed, log10PerYear: log10Yearly(chanceOf(statistic, scan), this.#scanned, looksPerYear), statistic };
  }

  /** Cases expected in places and window when place and day are unrelated within each kind of day. */
  #independent(rows: readonly number[], inside: ReadonlySet<string>, from: number): number {
    const { ids, place } = this.#placed;
    const { day } = this.#scoped;
    const strata = new Map<string, { all: number; inPlaces: number; inDays: number }>();
    for (const row of rows) {
      const kind = this.#kindOf(day[row]!);
      let sums = strata.get(kind);
      if (sums === undefined) strata.set(kind, (sums = { all: 0, inPlaces: 0, inDays: 0 }));
      sums.all++;
      if (inside.has(ids[place[row]!]!)) sums.inPlaces++;
      if (day[row]! >= from) sums.inDays++;
    }
    let expected = 0;
    for (const { all, inPlaces, inDays } of strata.values()) expected += (inPlaces * inDays) / all;
    return expected;
  }

  #kindOf(day: number): string {
    if (this.#strata === undefined) return "";
    return this.#strata === "weekday" ? String(((day % 7) + 7) % 7) : this.#strata[day - this.#start]!;
  }
}

interface Tally {
  readonly left: readonly number[];
  readonly inWindow: number;
}

const positive = (value: number): number => (value > 0 ? value : 0);

/** Per look: scans here look once. */
function chanceOf(statistic: number, scan: SpaceTimeScan): number {
  return statistic > 0 ? maximaP(statistic, scan.null!.maxima, scan.null!.stopped) : 1;
}

/** Neighbours are left whole: a place in between joins those beside it. */
function onlyPlaces(places: ScanPlaces, wanted: ReadonlySet<string>): ScanPlaces {
  if ("neighbours" in places) return places;
  const kept = places.id.flatMap((id, i) => (wanted.has(id) ? [i] : []));
  const of = (column: ArrayLike<number>): number[] => kept.map((i) => column[i]!);
  const id = kept.map((i) => places.id[i]!);
  return "lat" in places ? { id, lat: of(places.lat), lon: of(places.lon) } : { id, x: of(places.x), y: of(places.y) };
}

/** Labels of the days of the period. */
function strataOf(kinds: PlaceClusterOptions["dayTypes"], start: number, days: number): ScanOptions["strata"] {
  if (kinds === undefined || kinds === "weekday") return kinds;
  const series = seriesOf({ counts: new Float64Array(days), start: isoDay(start), step: "day" });
  return Array.from(dayTypes(series, kinds), (type) => DAY_TYPES[type]!);
}

/** Products have random streams of their own: one more product does not change the others. */
function productSeed(seed: number, product: string): number {
  let hash = 0x811c9dc5;
  for (const ch of product) hash = Math.imul(hash ^ ch.codePointAt(0)!, 0x01000193);
  return seededRandom(seed)
    .fork(hash >>> 0)
    .integer(2 ** 32);
}
