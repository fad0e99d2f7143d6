import type { ReportTable } from "../count/table.ts";
import { compareText } from "../count/build.ts";
import { PvError } from "../error.ts";
import { Divisions } from "../report/division.ts";
import type { DivisionLevel } from "../report/division-rows.ts";
import type { ScanPlaces } from "./scan-geography.ts";

/** Where reports lie. */
export interface PlaceOptions {
  /** A list of divisions with their centres, or places whose ids are what reports give. */
  readonly places: Divisions | ScanPlaces;
  /** What of a report names its place; `"division"` unless told. With a list of divisions, regions are read as names or codes. */
  readonly placeOf?: "division" | "region" | undefined;
  /** Level that divisions are rolled up to; `"county"` unless told. */
  readonly level?: DivisionLevel | undefined;
  /**
   * What becomes of a division without a centre of its own: `"leave-out"` (unless told) counts its reports as without
   * coordinates; `"above"` puts it at the centre of the city or province above it, and says so.
   */
  readonly withoutCentre?: "leave-out" | "above" | undefined;
}

/** Reports whose place cannot be used, and why. */
export interface PlaceExclusions {
  /** The report names none. */
  readonly withoutPlace: number;
  /** Not among the places or in the list of divisions. */
  readonly unknownPlace: number;
  /** Names only a division above the level, such as a city where counties are compared. */
  readonly aboveLevel: number;
  readonly withoutCoordinates: number;
}

/** Places of reports. */
export interface PlacedReports {
  /** Index into `ids`, by table row; -1 for rows that have no usable place or are not in scope. */
  readonly place: Int32Array;
  /** Sorted. */
  readonly ids: readonly string[];
  readonly names: readonly string[];
  readonly geography: ScanPlaces;
  /** Places that stand at the centre of a division above them. */
  readonly atCentreAbove: ReadonlySet<string>;
  readonly excluded: PlaceExclusions;
}

type Reason = keyof PlaceExclusions;

/**
 * Finds the place of every report in scope. Of a list of divisions only those that occur in scope become places.
 *
 * @throws PvError `INVALID_ARGUMENT` when no place has coordinates; `EMPTY_SCOPE` when no report has a usable place
 */
export function placeReports(table: ReportTable, rows: Int32Array, options: PlaceOptions): PlacedReports {
  const { reports, details } = table.columns;
  const column = options.placeOf === "region" ? reports.region : details.reports.division;
  const { places } = options;
  const find = places instanceof Divisions ? divisionFinder(places, options) : placeFinder(places);
  const found = column.values.map((text) => find.idOf(text));
  const excluded = { withoutPlace: 0, unknownPlace: 0, aboveLevel: 0, withoutCoordinates: 0 };
  const used = new Set<string>();
  const placeOf = (row: number): { readonly id: string } | { readonly reason: Reason } => {
    const code = column.codes[row]!;
    return code < 0 ? { reason: "withoutPlace" } : found[code]!;
  };
  for (const row of rows) {
    const one = placeOf(row);
    if ("reason" in one) excluded[one.reason]++;
    else used.add(one.id);
  }
  if (used.size === 0) {
    if (!find.hasCoordinates || excluded.withoutCoordinates > 0) {
      throw new PvError(
        "INVALID_ARGUMENT",
        `places: expected coordinates for the places of the reports, got none: ${JSON.stringify(excluded)}`,
      );
    }
    throw new PvError("EMPTY_SCOPE", `no report has a place that is known: ${JSON.stringify(excluded)}`);
  }
  const ids = [...(find.geography === undefined ? used : find.ids)].sort(compareText);
  const numberOf = new Map(ids.map((id, i) => [id, i]));
  const place = new Int32Array(table.size).fill(-1);
  for (const row of rows) {
    const one = placeOf(row);
    if ("id" in one) place[row] = numberOf.get(one.id)!;
  }
  return {
    place,
    ids,
    names: ids.map((id) => find.nameOf(id)),
    geography: find.geography ?? find.centres!(ids),
    atCentreAbove: new Set(ids.filter((id) => find.isAtCentreAbove(id))),
    excluded,
  };
}

interface Finder {
  readonly idOf: (text: string) => { readonly id: string } | { readonly reason: Reason };
  readonly nameOf: (id: string) => string;
  readonly isAtCentreAbove: (id: string) => boolean;
  readonly hasCoordinates: boolean;
  readonly ids: readonly string[];
  readonly geography?: ScanPlaces;
  readonly centres?: (ids: readonly string[]) => ScanPlaces;
}

function placeFinder(places: ScanPlaces): Finder {
  const [first, second] =
    "lat" in places ? [places.lat, places.lon] : "x" in places ? [places.x, places.y] : [undefined, undefined];
  const located = new Map(
    places.id.map((id, i) => [id, first === undefined || (Number.isFinite(first[i]) && Number.isFinite(second[i]))]),
  );
  return {
    idOf: (text) => {
      const isLocated = located.get(text);
      if (isLocated === undefined) return { reason: "unknownPlace" };
      return isLocated ? { id: text } : { reason: "withoutCoordinates" };
    },
    nameOf: (id) => id,
    isAtCentreAbove: () => false,
    hasCoordinates: [...located.values()].includes(true),
    ids: places.id,
    geography: places,
  };
}

function divisionFinder(
  divisions: Divisions,
  { placeOf, level = "county", withoutCentre = "leave-out" }: PlaceOptions,
): Finder {
  const placed = (code: string): ReturnType<Divisions["place"]> => {
    const found = divisions.place(code, level);
    return found?.fallback === true && withoutCentre === "leave-out" ? undefined : found;
  };
  return {
    idOf: (text) => {
      let code: string | undefined = text;
      if (placeOf === "region") {
        const match = divisions.resolve(text);
        code = match.status === "matched" ? match.division.code : undefined;
      }
      if (code === undefined || divisions.find(code) === undefined) return { reason: "unknownPlace" };
      const id = divisions.rollUp(code, level)?.code;
      if (id === undefined) return { reason: "aboveLevel" };
      return placed(id) === undefined ? { reason: "withoutCoordinates" } : { id };
    },
    nameOf: (id) => divisions.find(id, level)?.name ?? id,
    isAtCentreAbove: (id) => placed(id)?.fallback === true,
    hasCoordinates: divisions.rows.some(({ code, level: own }) => own === level && placed(code) !== undefined),
    ids: [],
    centres: (ids) => ({
      id: ids,
      lat: ids.map((id) => placed(id)!.lat),
      lon: ids.map((id) => placed(id)!.lon),
    }),
  };
}
