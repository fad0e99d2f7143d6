import { PvError } from "../error.ts";
import { divisionText, shortNames } from "./division-name.ts";
import {
  checkDivisionRow,
  type Division,
  DIVISION_LEVELS,
  type DivisionLevel,
  type DivisionRow,
  divisionRows,
  toDivision,
} from "./division-rows.ts";

/** Centre of a division, in degrees. */
export interface DivisionPlace {
  readonly code: string;
  readonly lon: number;
  readonly lat: number;
}

/** Where a division lies, or the division above it when its own centre is not known. */
export interface PlacedDivision {
  readonly lon: number;
  readonly lat: number;
  /** The division whose centre this is. */
  readonly of: Division;
  /** `of` is not the division asked for but the nearest one above it that has a centre. */
  readonly fallback: boolean;
}

/** What a region cell names. */
export type DivisionMatch =
  | {
      readonly status: "matched";
      readonly division: Division;
      /** By code, by full names throughout, or with a short name such as 太原. */
      readonly by: "code" | "name" | "short-name";
    }
  | { readonly status: "ambiguous"; readonly candidates: readonly Division[] }
  | {
      readonly status: "unknown";
      /** The division that the beginning of the text names, if it names one: the list may be of another year. */
      readonly known: Division | undefined;
    };

/** What {@link createDivisions} needs to know of a list. */
export interface DivisionOptions {
  /** Which list this is, such as `"2023-06-30"`; lists change yearly, and a coverage figure names its list. */
  readonly vintage: string;
  /** Centres by code; a code of two levels (441900) places both. */
  readonly places?: Iterable<DivisionPlace> | undefined;
}

/** Narrows {@link Divisions.resolve}. */
export interface ResolveOptions {
  readonly level?: DivisionLevel | undefined;
  /** Code of the division the answer must lie in. */
  readonly within?: string | undefined;
}

interface Named {
  readonly division: Division;
  readonly short: boolean;
}
interface Reading {
  readonly division: Division;
  readonly shortCount: number;
  readonly end: number;
}

/** Longer than any chain of names; a longer cell is an address or a text. */
const TEXT_LIMIT = 64;
const rankOf = (level: DivisionLevel): number => DIVISION_LEVELS.indexOf(level);

/**
 * A list of administrative divisions of one vintage; made by {@link createDivisions}. Where a code stands for two levels and no
 * level is given, the higher one is meant.
 */
export class Divisions {
  readonly vintage: string;
  /** Every row in the order of the list. */
  readonly rows: readonly Division[];
  /** Codes of places that the list does not have: the centres are of another vintage. */
  readonly unusedPlaces: readonly string[];
  readonly #byCode = new Map<string, readonly Division[]>();
  readonly #parent = new Map<Division, Division>();
  readonly #children = new Map<Division, Division[]>();
  readonly #names = new Map<string, Named[]>();
  readonly #places = new Map<string, DivisionPlace>();
  #longestName = 0;

  constructor(rows: Iterable<DivisionRow>, options: DivisionOptions) {
    if (options.vintage.trim() === "") {
      throw new PvError("INVALID_OPTION", "vintage: expected the name of the list, got an empty text");
    }
    this.vintage = options.vintage;
    this.rows = Array.from(rows, (row, i) => toDivision(checkDivisionRow(row, `row ${i + 1}`)));
    this.#indexCodes();
    this.#indexParents();
    for (const division of this.rows) this.#indexNames(division);
    this.unusedPlaces = this.#indexPlaces(options.places ?? []);
  }

  /** The division of a code; without a level, the highest of that code. */
  find(code: string, level?: DivisionLevel): Division | undefined {
    return this.#byCode.get(code)?.find((division) => level === undefined || division.level === level);
  }

  /** The divisions above, the nearest first. @throws PvError `UNKNOWN_TERM` for a code the list does not have */
  ancestors(code: string, level?: DivisionLevel): readonly Division[] {
    return this.#above(this.#require(code, level));
  }

  /**
   * The divisions right below; without a code, the provinces.
   *
   * @throws PvError `UNKNOWN_TERM` for a code the list does not have
   */
  children(code?: string, level?: DivisionLevel): readonly Division[] {
    if (code === undefined) return this.rows.filter((division) => division.level === "province");
    return this.#children.get(this.#require(code, level)) ?? [];
  }

  /**
   * All divisions of one level in a division, statistical zones included; without a code, in the whole list.
   *
   * @throws PvError `UNKNOWN_TERM` for a code the list does not have
   */
  descendants(level: DivisionLevel, code?: string): readonly Division[] {
    const of = code === undefined ? undefined : this.#require(code);
    return this.rows.filter(
      (division) => division.level === level && (of === undefined || division === of || this.#isBelow(division, of)),
    );
  }

  /**
   * The counties of a division, or of the whole list: what a county coverage is divided by. Statistical zones are no counties.
   *
   * @throws PvError `UNKNOWN_TERM` for a code the list does not have
   */
  counties(code?: string): readonly Division[] {
    return this.descendants("county", code).filter((division) => !division.statisticalZone);
  }

  /**
   * The division of the given level that a code belongs to: itself or one above. `undefined` for a code the list does not have
   * and for a level below that of the code. A code of two levels rolls up to each of them.
   */
  rollUp(code: string, level: DivisionLevel): Division | undefined {
    const lowest = this.#byCode.get(code)?.at(-1);
    if (lowest === undefined) return undefined;
    return lowest.level === level ? lowest : this.#above(lowest).find((division) => division.level === level);
  }

  /**
   * Centre of a division; that of the nearest division above, flagged, when the division has none. `undefined` for a code the
   * list does not have and when nothing above has a centre.
   */
  place(code: string, level?: DivisionLevel): PlacedDivision | undefined {
    const division = this.find(code, level);
    if (division === undefined) return undefined;
    for (const of of [division, ...this.#above(division)]) {
      const place = this.#places.get(of.code);
      // A code of two levels is one place, so its centre is no stand-in.
      if (place !== undefined) return { lon: place.lon, lat: place.lat, of, fallback: of.code !== division.code };
    }
    return undefined;
  }

  /**
   * The division that a region cell names: a code (2, 4, 6, 9 or 12 digits; longer ones are cut to six), a name, or names from
   * the top down, any level left out: 山西省太原市小店区, 山西小店区, 太原市. Width, blanks and joining marks do not matter. Full
   * names go before short ones. When several divisions remain, one that contains all the others is meant (北京市 the province, not
   * its notional city), and a lone short name of a province means the province (吉林, 海南).
   *
   * @returns a name that several divisions bear is `ambiguous`; `within` or a name above tells which
   * @throws PvError `UNKNOWN_TERM` for a `within` the list does not have
   */
  resolve(text: string, options: ResolveOptions = {}): DivisionMatch {
    const within = options.within === undefined ? undefined : this.#require(options.within);
    if (text.length > TEXT_LIMIT * 4) return { status: "unknown", known: undefined };
    const name = divisionText(text);
    if (name === "" || name.length > TEXT_LIMIT) return { status: "unknown", known: undefined };
    const fits = (division: Division): boolean =>
      (options.level === undefined || division.level === options.level) &&
      (within === undefined || division === within || this.#isBelow(division, within));
    const code = /^(\d{2}|\d{4}|\d{6}|\d{9}|\d{12})(?:\.0)?$/.exec(name)?.[1];
    if (code !== undefined) return this.#resolveCode(code.slice(0, 6).padEnd(6, "0"), fits);
    const readings = this.#read(name, 0, undefined, 0);
    const whole = readings.filter(({ end, division }) => end === name.length && fits(division));
    if (whole.length > 0) return this.#choose(whole);
    const furthest = Math.max(0, ...readings.map(({ end }) => end));
    const begun = readings.filter(({ end }) => end === furthest && end < name.length);
    const known = begun.length === 0 ? undefined : this.#choose(begun);
    return { status: "unknown", known: known?.status === "matched" ? known.division : undefined };
  }

  #resolveCode(code: string, fits: (division: Division) => boolean): DivisionMatch {
    const division = this.#byCode.get(code)?.find(fits);
    if (division !== undefined) return { status: "matched", division, by: "code" };
    if (this.#byCode.has(code)) return { status: "unknown", known: undefined };
    const known = this.find(`${code.slice(0, 4)}00`) ?? this.find(`${code.slice(0, 2)}0000`);
    return { status: "unknown", known };
  }

  /** Every way to read names from the top down, beginning at `at` and below `above`; each step goes strictly down. */
  #read(text: string, at: number, above: Division | undefined, shortCount: number): Reading[] {
    const readings: Reading[] = [];
    for (let end = at + 1; end <= Math.min(text.length, at + this.#longestName); end++) {
      for (const { division, short } of this.#names.get(text.slice(at, end)) ?? []) {
        if (above !== undefined && !this.#isBelow(division, above)) continue;
        const reading = { division, shortCount: shortCount + Number(short), end };
        readings.push(reading, ...this.#read(text, end, division, reading.shortCount));
      }
    }
    return readings;
  }

  #choose(readings: readonly Reading[]): DivisionMatch {
    const fewest = Math.min(...readings.map(({ shortCount }) => shortCount));
    const best = [...new Set(readings.filter((r) => r.shortCount === fewest).map(({ division }) => division))];
    const top =
      best.find((division) => best.every((other) => other === division || this.#isBelow(other, division))) ??
      (fewest > 0 ? best.find((division) => division.level === "province") : undefined);
    return top === undefined
      ? { status: "ambiguous", candidates: best }
      : { status: "matched", division: top, by: fewest === 0 ? "name" : "short-name" };
  }

  #require(code: string, level?: DivisionLevel): Division {
    const division = this.find(code, level);
    if (division === undefined) {
      const what = level === undefined ? code : `${level} ${code}`;
      throw new PvError("UNKNOWN_TERM", `division: expected a code of the list ${this.vintage}, got ${what}`);
    }
    return division;
  }

  #above(division: Division): readonly Division[] {
    const chain: Division[] = [];
    for (let up = this.#parent.get(division); up !== undefined; up = this.#parent.get(up)) chain.push(up);
    return chain;
  }

  #isBelow(division: Division, above: Division): boolean {
    for (let up = this.#parent.get(division); up !== undefined; up = this.#parent.get(up))
      if (up === above) return true;
    return false;
  }

  #indexCodes(): void {
    const codes = new Map<string, Division[]>();
    for (const division of this.rows) {
      const same = codes.get(division.code) ?? [];
      if (same.some(({ level }) => level === division.level)) {
        throw new PvError(
          "DUPLICATE_KEY",
          `division list: expected each code and level once, got ${division.level} ${division.code} twice`,
        );
      }
      same.push(division);
      codes.set(division.code, same);
    }
    for (const [code, same] of codes) {
      this.#byCode.set(
        code,
        same.sort((x, y) => rankOf(x.level) - rankOf(y.level)),
      );
    }
  }

  #indexParents(): void {
    for (const division of this.rows) {
      if (division.level === "province") continue;
      const named = this.#byCode.get(division.parent);
      // The nearest level above: the parent 441900 of the county 441900 is the city of that code.
      const parent = named?.findLast(({ level }) => rankOf(level) < rankOf(division.level)) ?? named?.[0];
      if (parent === undefined) {
        throw new PvError(
          "MISSING_PARENT",
          `division list: expected a row for ${division.parent}, the parent of ${division.level} ${division.code}`,
        );
      }
      this.#parent.set(division, parent);
    }
    for (const division of this.rows) this.#checkAncestry(division);
    for (const [division, parent] of this.#parent) {
      const siblings = this.#children.get(parent);
      if (siblings === undefined) this.#children.set(parent, [division]);
      else siblings.push(division);
    }
  }

  #checkAncestry(division: Division): void {
    const chain = [division];
    for (let up = this.#parent.get(division); up !== undefined; up = this.#parent.get(up)) {
      if (chain.includes(up)) {
        const codes = [...chain, up].map(({ level, code }) => `${level} ${code}`).join(" → ");
        throw new PvError("CYCLE", `division list: expected a tree, got the cycle ${codes}`);
      }
      chain.push(up);
    }
    const parent = this.#parent.get(division);
    if (parent !== undefined && rankOf(parent.level) >= rankOf(division.level)) {
      throw new PvError(
        "INVALID_ARGUMENT",
        `division list: expected the parent of ${division.level} ${division.code} on a higher level, got ${parent.level} ${parent.code}`,
      );
    }
  }

  #indexNames(division: Division): void {
    const put = (name: string, short: boolean): void => {
      const list = this.#names.get(name) ?? [];
      if (!list.some((entry) => entry.division === division)) list.push({ division, short });
      this.#names.set(name, list);
      this.#longestName = Math.max(this.#longestName, name.length);
    };
    put(divisionText(division.name), false);
    for (const name of shortNames(division)) put(divisionText(name), true);
    // Files name the city of a municipality like the municipality: 北京市北京市东城区.
    const parent = this.#parent.get(division);
    if (division.notional && division.code.slice(2, 4) === "01" && parent !== undefined)
      put(divisionText(parent.name), true);
  }

  #indexPlaces(places: Iterable<DivisionPlace>): readonly string[] {
    const unused: string[] = [];
    for (const place of places) {
      if (!(Math.abs(place.lon) <= 180 && Math.abs(place.lat) <= 90)) {
        throw new PvError("INVALID_ARGUMENT", `place ${place.code}: expected degrees, got ${place.lon}, ${place.lat}`);
      }
      if (this.#places.has(place.code)) {
        throw new PvError("DUPLICATE_KEY", `places: expected each code once, got ${place.code} twice`);
      }
      this.#places.set(place.code, place);
      if (!this.#byCode.has(place.code)) unused.push(place.code);
    }
    return unused;
  }
}

/**
 * Takes a list of administrative divisions, which the caller supplies, as rows or as CSV text with the columns code, name, level
 * and parent, and answers what a region cell names, what it belongs to, and how many counties there are.
 *
 * @throws PvError `INVALID_ARGUMENT` for a malformed row, a missing column, a parent that is not on a higher level or a place
 *   outside the globe, `DUPLICATE_KEY` for a repeated code and level, `MISSING_PARENT`, `CYCLE`, `INVALID_OPTION` for an empty
 *   vintage
 * @example
 * createDivisions("code,name,level,parent\n140000,山西省,province,\n140100,太原市,city,140000", { vintage: "x" }).find("140100")?.name; // "太原市"
 */
export function createDivisions(rows: Iterable<DivisionRow> | string, options: DivisionOptions): Divisions {
  return new Divisions(typeof rows === "string" ? divisionRows(rows) : rows, options);
}
