import { PvError } from "../error.ts";
import { calendarOf, type ScanCalendar } from "./scan-calendar.ts";
import { readRows, type ScanColumns, type ScanExclusions, type ScanFrame, type ScanRows } from "./scan-data.ts";
import { geographyOf, oneZone, zoneRows, zoneShapes, type ScanPlaces, type ZoneRows } from "./scan-geography.ts";
import { echoOptions, isProspective, isTemporal, type ScanEcho, type ScanOptions } from "./scan-options.ts";
import {
  expectedAsGiven,
  expectedByDays,
  expectedFromPopulation,
  takeOutTrend,
  type PlaceNumber,
  type ScanExpected,
  type ScanPopulation,
} from "./scan-population.ts";

/** What is scanned. */
export interface ScanCases extends ScanColumns {
  /** Keys of the reports, one a row; clusters then list theirs. */
  readonly key?: readonly string[] | undefined;
  /** Only for `"bernoulli"`. */
  readonly controls?: ScanColumns | undefined;
  /** Only for `"poisson"`: this or `expected`; an analysis of time alone goes without (the same risk every day). */
  readonly population?: ScanPopulation | undefined;
  readonly expected?: ScanExpected | undefined;
}

/** Cases of one stratum of a permutation: their places, and how many of them each time step holds. */
export interface PermutationStratum {
  /** One entry a case, by number of place. */
  readonly places: Int32Array;
  readonly stepCases: Int32Array;
}

/** A scan ready to run: checked, plain data that can be posted to a worker. See `simulateScanMaxima`. */
export interface SpaceTimePlan {
  readonly options: ScanEcho;
  readonly calendar: ScanCalendar;
  /** Empty for an analysis of time alone. */
  readonly ids: readonly string[];
  readonly zones: ZoneRows;
  readonly places: number;
  readonly steps: number;
  /** By place, then time step. */
  readonly cases: Int32Array;
  /** Expected cases, or cases and controls for `"bernoulli"`, by place, then time step. */
  readonly base: Float64Array;
  readonly totalCases: number;
  /** Sum of `base`. */
  readonly totalBase: number;
  /** Cases of each time step. */
  readonly stepCases: Float64Array;
  /** Only for `"permutation"`. */
  readonly permutation: readonly PermutationStratum[] | null;
  /** exp of the slope taken out, per time step; `null` without. */
  readonly trend: number | null;
  readonly excluded: {
    readonly cases: ScanExclusions;
    readonly controls: ScanExclusions | null;
    readonly places: number;
  };
  /** Of the rows of cases, for the keys of clusters. */
  readonly rows: { readonly place: Int32Array; readonly step: Int32Array; readonly key: readonly string[] } | null;
}

/**
 * Checks cases, places and options of a space-time scan and works out zones and expected cases.
 *
 * @throws PvError see `scanSpaceTime`
 */
export function prepareSpaceTimeScan(cases: ScanCases, places: ScanPlaces | null, options: ScanOptions): SpaceTimePlan {
  const calendar = calendarOf(options);
  const echo = echoOptions(options, calendar.starts.length - 1);
  checkInputs(cases, echo);
  const geography = isTemporal(echo.analysis) ? null : geographyOf(needPlaces(places));
  if (geography?.ids.length === 1) {
    throw new PvError(
      "INVALID_ARGUMENT",
      `places: only ${geography.ids[0]!} has coordinates; nothing to compare it with`,
    );
  }
  const frame: ScanFrame = {
    calendar,
    hasPeriod: options.period !== undefined,
    numberOf: geography === null ? undefined : new Map(geography.ids.map((id, i) => [id, i])),
    withoutCoordinates: geography?.withoutCoordinates ?? new Set(),
    exactDays: echo.strata !== null,
  };
  const rows = readRows("cases", cases, frame);
  const { key } = cases;
  if (key !== undefined && key.length !== rows.place.length) {
    throw new PvError("LENGTH_MISMATCH", `cases: key has ${key.length} values, expected ${rows.place.length}`);
  }
  if (rows.total === 0) {
    throw new PvError("EMPTY_SCOPE", `no case is left to scan: ${JSON.stringify(rows.excluded)}`);
  }
  const controls = cases.controls === undefined ? null : readRows("controls", cases.controls, frame);
  const table = new ScanTable(geography?.ids ?? ["all"], calendar, rows);
  const permutation = echo.model === "permutation" ? table.strata(dayKinds(echo, calendar), rows) : null;
  const { base, trend } = table.base(echo, cases, controls, permutation, placeNumber(frame));
  const atRisk = table.byPlace(base);
  const zones = geography === null ? oneZone() : zoneRows(geography, atRisk, echo.zoneMax!, zoneShapes(echo.ellipses));
  if (echo.ellipses !== null && !("x" in places!)) {
    throw new PvError("INVALID_OPTION", `ellipses: only for places with x and y`);
  }
  return {
    options: echo,
    calendar,
    ids: geography?.ids ?? [],
    zones,
    places: table.places,
    steps: table.steps,
    cases: table.cases,
    base,
    totalCases: rows.total,
    totalBase: echo.model === "bernoulli" ? rows.total + controls!.total : rows.total,
    stepCases: table.stepCases,
    permutation,
    trend,
    excluded: {
      cases: rows.excluded,
      controls: controls?.excluded ?? null,
      places: geography?.withoutCoordinates.size ?? 0,
    },
    rows: key === undefined ? null : { place: rows.place, step: rows.step, key },
  };
}

/** First of the time steps that windows can hold: those before it need not be simulated. */
export function firstStep({ options, steps }: SpaceTimePlan): number {
  return isProspective(options.analysis) ? Math.max(0, steps - options.windowMax - options.looks + 1) : 0;
}

function checkInputs(cases: ScanCases, { model, analysis }: ScanEcho): void {
  const only = (name: "controls" | "population" | "expected", of: ScanEcho["model"]): void => {
    if (cases[name] !== undefined && model !== of) {
      throw new PvError("INVALID_ARGUMENT", `cases.${name}: only for the ${of} model, got ${model}`);
    }
  };
  only("controls", "bernoulli");
  only("population", "poisson");
  only("expected", "poisson");
  if (model === "bernoulli" && cases.controls === undefined) {
    throw new PvError("INVALID_ARGUMENT", `cases.controls: the bernoulli model needs them`);
  }
  const given = Number(cases.population !== undefined) + Number(cases.expected !== undefined);
  if (model === "poisson" && (given === 2 || (given === 0 && !isTemporal(analysis)))) {
    throw new PvError("INVALID_ARGUMENT", `cases: the poisson model needs either population or expected`);
  }
}

function needPlaces(places: ScanPlaces | null): ScanPlaces {
  if (places === null) throw new PvError("INVALID_ARGUMENT", `places: only an analysis of time alone goes without`);
  return places;
}

function placeNumber({ numberOf, withoutCoordinates }: ScanFrame): PlaceNumber {
  return (place) => {
    if (numberOf === undefined) return 0;
    const at = numberOf.get(place ?? "");
    if (at === undefined && !withoutCoordinates.has(place ?? "")) {
      throw new PvError("UNKNOWN_TERM", `population: ${JSON.stringify(place)} is not among the places`);
    }
    return at;
  };
}

/** Kind of each day of the period, for permuting within kinds. */
function dayKinds({ strata }: ScanEcho, { starts }: ScanCalendar): (day: number) => string {
  if (strata === null) return () => "";
  if (strata === "weekday") return (day) => String(((day % 7) + 7) % 7);
  const days = starts.at(-1)! - starts[0]!;
  if (strata.length !== days) {
    throw new PvError("LENGTH_MISMATCH", `strata: expected a label for each of ${days} days, got ${strata.length}`);
  }
  return (day) => strata[day - starts[0]!]!;
}

/** Cases and what they are held against by place and time step. */
class ScanTable {
  readonly places: number;
  readonly steps: number;
  readonly cases: Int32Array;
  readonly stepCases: Float64Array;
  readonly #ids: readonly string[];
  readonly #calendar: ScanCalendar;
  readonly #rows: ScanRows;

  constructor(ids: readonly string[], calendar: ScanCalendar, rows: ScanRows) {
    this.#ids = ids;
    this.#calendar = calendar;
    this.#rows = rows;
    this.places = ids.length;
    this.steps = calendar.starts.length - 1;
    this.cases = Int32Array.from(this.#cells(rows));
    this.stepCases = new Float64Array(this.steps);
    for (let i = 0; i < this.cases.length; i++) this.stepCases[i % this.steps]! += this.cases[i]!;
  }

  #cells(rows: ScanRows): Float64Array {
    const out = new Float64Array(this.places * this.steps);
    for (let i = 0; i < rows.place.length; i++) {
      if (rows.place[i]! >= 0) out[rows.place[i]! * this.steps + rows.step[i]!]! += rows.count[i]!;
    }
    return out;
  }

  byPlace(cells: Float64Array): Float64Array {
    const out = new Float64Array(this.places);
    for (let i = 0; i < cells.length; i++) out[Math.floor(i / this.steps)]! += cells[i]!;
    return out;
  }

  strata(kind: (day: number) => string, rows: ScanRows): PermutationStratum[] {
    const cells = new Map<string, Float64Array>();
    for (let i = 0; i < rows.place.length; i++) {
      if (rows.place[i]! < 0) continue;
      const name = JSON.stringify([kind(rows.day[i]!), rows.stratum?.[i] ?? ""]);
      if (!cells.has(name)) cells.set(name, new Float64Array(this.places * this.steps));
      cells.get(name)![rows.place[i]! * this.steps + rows.step[i]!]! += rows.count[i]!;
    }
    const names = [...cells.keys()].sort((x, y) => (x < y ? -1 : 1));
    return names.map((name) => {
      const counts = cells.get(name)!;
      const stepCases = new Int32Array(this.steps);
      const places: number[] = [];
      for (let i = 0; i < counts.length; i++) {
        stepCases[i % this.steps]! += counts[i]!;
        for (let k = 0; k < counts[i]!; k++) places.push(Math.floor(i / this.steps));
      }
      return { places: Int32Array.from(places), stepCases };
    });
  }

  /** Sums to the cases; for the Bernoulli model, to cases and controls. */
  base(
    echo: ScanEcho,
    { population, expected }: ScanCases,
    controls: ScanRows | null,
    permutation: readonly PermutationStratum[] | null,
    numberOf: PlaceNumber,
  ): { readonly base: Float64Array; readonly trend: number | null } {
    if (permutation !== null) return { base: this.#independent(permutation), trend: null };
    if (controls !== null) return { base: this.#withControls(controls), trend: null };
    const base =
      population !== undefined
        ? expectedFromPopulation(population, this.#rows, this.#calendar, this.places, numberOf)
        : expected !== undefined
          ? expectedAsGiven(expected, this.#calendar, this.places, numberOf)
          : expectedByDays(this.#calendar);
    for (let i = 0; i < base.length; i++) {
      if (base[i] === 0 && this.cases[i]! > 0) {
        const id = this.#ids[Math.floor(i / this.steps)]!;
        throw new PvError("INVALID_COUNT", `${id} has ${this.cases[i]!} cases where no population or none is expected`);
      }
    }
    const trend = echo.trend === "log-linear" ? takeOutTrend(base, this.stepCases) : null;
    this.#rescale(base, echo.trend === "stratified");
    return { base, trend };
  }

  /** C_z C_d / C within each stratum, summed. */
  #independent(strata: readonly PermutationStratum[]): Float64Array {
    const base = new Float64Array(this.places * this.steps);
    for (const { places, stepCases } of strata) {
      const placeCases = new Float64Array(this.places);
      for (const place of places) placeCases[place]! += 1;
      for (let i = 0; i < base.length; i++) {
        base[i]! += (placeCases[Math.floor(i / this.steps)]! * stepCases[i % this.steps]!) / places.length;
      }
    }
    return base;
  }

  #withControls(controls: ScanRows): Float64Array {
    if (controls.total === 0) {
      throw new PvError("EMPTY_SCOPE", `no control is left to compare with: ${JSON.stringify(controls.excluded)}`);
    }
    const base = this.#cells(controls);
    for (let i = 0; i < base.length; i++) base[i]! += this.cases[i]!;
    return base;
  }

  #rescale(base: Float64Array, byStep: boolean): void {
    const sums = new Float64Array(byStep ? this.steps : 1);
    for (let i = 0; i < base.length; i++) sums[i % sums.length]! += base[i]!;
    const cases = byStep ? this.stepCases : [this.#rows.total];
    for (let i = 0; i < base.length; i++) {
      const t = i % sums.length;
      if (sums[t]! > 0) base[i]! *= cases[t]! / sums[t]!;
    }
  }
}
