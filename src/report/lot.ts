import { isCalendarDate, dayOf } from "./date.ts";
import { isAuthorityNumber } from "./identifier-detect.ts";
import { CELL_LIMIT, normaliseRegistration } from "./identifier-text.ts";

/** Entries in a lot field that name no lot. */
const PLACEHOLDERS = new Set(
  "UNK UNKNOWN UNKOWN NK NA NAN N/A NI NONE NIL NS ASKU 0 不详 不清 不清楚 不知道 不明 无 未知 未填写".split(" "),
);

/**
 * A lot number in the form in which two hospitals' spellings of it agree: full-width characters made half-width, upper case,
 * blanks, `#`, `批`, `批号` and a leading "LOT", "LOT NO." or "BATCH" removed. `undefined` for an entry that names no lot: a
 * placeholder, nothing but punctuation, or a text of more than 4096 characters.
 *
 * @example
 * normaliseLot(" ａｂ 1203 "); // "AB1203"
 * normaliseLot("20140315批"); // "20140315"
 */
export function normaliseLot(lot: string): string | undefined {
  // NFKC is quadratic in runs of combining marks; no lot number is that long.
  if (lot.length > CELL_LIMIT) return undefined;
  const text = lot
    .normalize("NFKC")
    .toUpperCase()
    .normalize("NFKC")
    .replace(/[\s#]/g, "")
    .replace(/(?:生产|产品)?批[号次]?:?/g, "")
    .replace(/^(?:(?:LOT|BATCH)(?:NO\.?|:)*)+/, "");
  return !/[\p{L}\p{N}]/u.test(text) || PLACEHOLDERS.has(text.replace(/^-+|-+$/g, "")) ? undefined : text;
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/**
 * Place of a lot in its maker's sequence: everything up to the last run of digits, that run as a number, and what follows it.
 * Lots that differ in this number alone are neighbours. `undefined` when there is no run of digits, or one too long to be a
 * sequence (more than 12 digits). Two makers can use one series: compare within one maker only.
 */
export function lotSequence(lot: string): { readonly series: string; readonly number: number } | undefined {
  // Scanned by hand: a pattern for "the last run of digits" backtracks quadratically on long cells.
  let end = lot.length;
  while (end > 0 && !isDigit(lot.charCodeAt(end - 1))) end--;
  let start = end;
  while (start > 0 && isDigit(lot.charCodeAt(start - 1))) start--;
  if (end === start || end - start > 12) return undefined;
  return { series: `${lot.slice(0, start)}|${end - start}|${lot.slice(end)}`, number: Number(lot.slice(start, end)) };
}

/** Day of a number that can be read as YYYYMMDD or YYMMDD (of the years 2000 to 2099: only differences matter). */
function lotDay(number: number, series: string): number | undefined {
  const width = /\|(\d+)\|/.exec(series)?.[1];
  if (width !== "6" && width !== "8") return undefined;
  const year = Math.floor(number / 10_000) + (width === "6" ? 2000 : 0);
  const month = Math.floor(number / 100) % 100;
  return isCalendarDate(year, month, number % 100) ? dayOf(year, month, number % 100) : undefined;
}

interface LotPlace {
  readonly lot: string;
  readonly at: number;
}

/** Adds to every lot those within reach of it; `places` must be sorted by `at`. */
function link(places: readonly LotPlace[], reach: number, neighbours: Map<string, Set<string>>): void {
  for (let i = 0, from = 0; i < places.length; i++) {
    while (places[i]!.at - places[from]!.at > reach) from++;
    const set = neighbours.get(places[i]!.lot)!;
    for (let j = from; j < places.length && places[j]!.at - places[i]!.at <= reach; j++) set.add(places[j]!.lot);
  }
}

/**
 * For every lot, the lots of the same series within `reach` of its number, itself included, each list sorted. Where the numbers
 * of two lots are dates (YYMMDD or YYYYMMDD), they are also neighbours when at most `reach` days apart, so that the series goes
 * on over the end of a month. Lots without a sequence stand alone. `reach` 0 makes every lot its own neighbourhood.
 *
 * @param lots - normalised lots of one maker; series of different makers must not meet
 * @example
 * neighbourLots(["A101", "A102", "A107"], 2).get("A101"); // ["A101", "A102"]
 * neighbourLots(["140331", "140401"], 1).get("140331"); // ["140331", "140401"]
 */
export function neighbourLots(lots: Iterable<string>, reach: number): ReadonlyMap<string, readonly string[]> {
  const numbers = new Map<string, LotPlace[]>();
  const days = new Map<string, LotPlace[]>();
  const neighbours = new Map<string, Set<string>>();
  const put = (groups: Map<string, LotPlace[]>, series: string, place: LotPlace): void => {
    const group = groups.get(series);
    if (group === undefined) groups.set(series, [place]);
    else group.push(place);
  };
  for (const lot of new Set(lots)) {
    neighbours.set(lot, new Set([lot]));
    const place = reach === 0 ? undefined : lotSequence(lot);
    if (place === undefined) continue;
    put(numbers, place.series, { lot, at: place.number });
    const day = lotDay(place.number, place.series);
    if (day !== undefined) put(days, place.series, { lot, at: day });
  }
  for (const group of [...numbers.values(), ...days.values()]) {
    group.sort((x, y) => x.at - y.at);
    link(group, reach, neighbours);
  }
  return new Map([...neighbours].map(([lot, near]) => [lot, [...near].sort()]));
}

/** What a lot field was filled with instead of a lot. */
export type LotFault = "standard-number" | "licence-number" | "registration-number";

/**
 * Standards of the product: YZB always; GB, YY and WS with a slash (GB/T…) or with the year at the end. `GB1203` alone can be a lot.
 */
const standard = /^(?:YZB|(?:GB|YY|WS)(?:\/|[TZ]?\d{1,6}(?:\.\d{1,3}){0,3}-(?:19|20)\d\d))/;
const licence = /(?:生产|经营)(?:许|备)|许可证/;

/**
 * Tells an entry error: a lot field that holds the number of a product standard, of a production licence, or the product's
 * registration, filing or approval number. `undefined` for everything else, a lot or not. Only what cannot be a lot is told:
 * a registration number without its wording (`20152640012`, `H14020749`) counts only when it is that of the product itself.
 *
 * @param context - `registration`: the registration, filing or approval number stated for the product
 * @example
 * lotFault("YZB/国 1234-2012"); // "standard-number"
 * lotFault("20152640012", { registration: "晋械注准20152640012" }); // "registration-number"
 */
export function lotFault(
  raw: string,
  context: { readonly registration?: string | undefined } = {},
): LotFault | undefined {
  const cell = normaliseRegistration(raw);
  if (!cell.ok) return undefined;
  if (standard.test(cell.text)) return "standard-number";
  if (licence.test(cell.text)) return "licence-number";
  if (isAuthorityNumber(raw)) return "registration-number";
  if (context.registration === undefined) return undefined;
  const stated = normaliseRegistration(context.registration);
  if (!stated.ok) return undefined;
  const bare = (text: string): string => text.replace(/[()号第]/g, "");
  const lot = bare(cell.text);
  // Eight characters: shorter ends of a number, its serial alone, do occur as lots.
  return lot.length >= 8 && bare(stated.text).endsWith(lot) ? "registration-number" : undefined;
}
