/** Entries in a lot field that name no lot. */
const PLACEHOLDERS = new Set(
  "UNK UNKNOWN UNKOWN NK NA N/A NI NONE NIL NS ASKU - . ? 0 不详 不清 不清楚 不知道 不明 无 未知 未填写 -未填写-".split(
    " ",
  ),
);

/**
 * A lot number in the form in which two hospitals' spellings of it agree: full-width characters made half-width, blanks and a
 * leading "LOT", "NO." or "批号" removed, upper case. `undefined` for an entry that names no lot.
 *
 * @example
 * normaliseLot(" ａｂ 1203 "); // "AB1203"
 */
export function normaliseLot(lot: string): string | undefined {
  const text = lot
    .normalize("NFKC")
    .toUpperCase()
    .replace(/\s+/g, "")
    .replace(/^(LOT(NO\.?|#|:)*|BATCH(NO\.?|#|:)*|批号[:：]?|#)/, "");
  return text === "" || PLACEHOLDERS.has(text) ? undefined : text;
}

/**
 * Place of a lot in its maker's sequence: everything up to the last run of digits, that run as a number, and what follows it.
 * Lots that differ in this number alone are neighbours. `undefined` when there is no run of digits, or one too long to be a
 * sequence.
 */
export function lotSequence(lot: string): { readonly series: string; readonly number: number } | undefined {
  const parts = /^(.*?)(\d+)(\D*)$/u.exec(lot);
  if (parts === null) return undefined;
  const [, head = "", digits = "", tail = ""] = parts;
  if (digits.length > 12) return undefined;
  return { series: `${head}|${digits.length}|${tail}`, number: Number(digits) };
}

/**
 * For every lot, the lots of the same series within `reach` of its number, itself included, each list sorted. Lots without a
 * sequence stand alone. `reach` 0 makes every lot its own neighbourhood.
 *
 * @example
 * neighbourLots(["A101", "A102", "A107"], 2).get("A101"); // ["A101", "A102"]
 */
export function neighbourLots(lots: Iterable<string>, reach: number): ReadonlyMap<string, readonly string[]> {
  const series = new Map<string, { lot: string; number: number }[]>();
  const neighbours = new Map<string, readonly string[]>();
  for (const lot of new Set(lots)) {
    const place = lotSequence(lot);
    if (place === undefined || reach === 0) {
      neighbours.set(lot, [lot]);
      continue;
    }
    const list = series.get(place.series) ?? [];
    list.push({ lot, number: place.number });
    series.set(place.series, list);
  }
  for (const list of series.values()) {
    list.sort((x, y) => x.number - y.number);
    for (let i = 0, from = 0; i < list.length; i++) {
      while (list[i]!.number - list[from]!.number > reach) from++;
      let to = i;
      while (to + 1 < list.length && list[to + 1]!.number - list[i]!.number <= reach) to++;
      neighbours.set(
        list[i]!.lot,
        list
          .slice(from, to + 1)
          .map((entry) => entry.lot)
          .sort(),
      );
    }
  }
  return neighbours;
}
