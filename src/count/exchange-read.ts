import { PvError } from "../error.ts";
import type { CountsFile, FileMargins } from "./exchange.ts";
import { checkMargins } from "./from-rows.ts";
import { expectedOverStrata } from "./expected.ts";
import { differing } from "./merge.ts";
import { PairCounts, type PairBounds, type SparseMargins, type StrataMargins } from "./pairs.ts";

/**
 * The counts of a file whose digest fits.
 *
 * @throws PvError for a file that was written wrong; where a part is of another kind, a TypeError
 */
export function readCountsFile(file: CountsFile): PairCounts {
  const { options, minimumCell, n } = file;
  mustHold(typeof file.source === "string" && file.source !== "", "source");
  mustHold(minimumCell === null || (isCount(minimumCell) && minimumCell >= 2), "minimumCell");
  mustHold(typeof options === "object" && options.background === "scope", "options");
  mustHold(["report", "cell"].includes(options.unit) && ["complete", "all"].includes(options.universe), "options");
  mustHold(minimumCell === null || (options.unit === "report" && file.strata === null), "minimumCell");
  mustHold((options.strata === "none") === (file.strata === null), "strata");
  const { outOfScope, withoutProduct, withoutEvent } = file.excluded;
  mustHold([n, outOfScope, withoutProduct, withoutEvent].every(isCount), "totals");
  const limit = minimumCell ?? 0;
  checkLabels("products", file.products);
  checkLabels("events", file.events);
  checkCounts("n1", file.n1, file.products.length, limit);
  checkCounts("m1", file.m1, file.events.length, limit);
  const rowOffsets = offsetsOf("pairs", file.pairs, file.products.length, file.a.length);
  checkCounts("a", file.a, file.event.length, limit);
  const event = new Uint32Array(file.event.length);
  const a = new Float64Array(event.length);
  const upper = new Float64Array(event.length);
  for (let p = 0; p < file.products.length; p++) {
    for (let i = rowOffsets[p]!; i < rowOffsets[p + 1]!; i++) {
      const isFirst = i === rowOffsets[p];
      const e = file.event[i]! + (isFirst ? 0 : event[i - 1]!);
      mustHold(isCount(file.event[i]) && (isFirst || file.event[i]! > 0) && e < file.events.length, "event");
      event[i] = e;
      const least = Math.max(1, (file.n1[p] ?? 1) + (file.m1[e] ?? 1) - n);
      a[i] = file.a[i] ?? least;
      upper[i] = file.a[i] ?? limit - 1;
      mustHold(a[i]! <= upper[i]!, "a");
    }
  }
  const n1 = Float64Array.from(file.n1, (value) => value ?? 1);
  const m1 = Float64Array.from(file.m1, (value) => value ?? 1);
  const byLabel = (labels: readonly string[], values: Float64Array): ReadonlyMap<string, number> =>
    new Map(labels.map((label, i) => [label, values[i]!]));
  checkMargins(
    file.products,
    file.events,
    rowOffsets,
    Array.from(event),
    Array.from(a),
    byLabel(file.products, n1),
    byLabel(file.events, m1),
    n,
  );
  const strata = file.strata === null ? undefined : readStrata(file.strata, file);
  const bounds: PairBounds | undefined =
    minimumCell === null
      ? undefined
      : {
          a: upper,
          n1: Float64Array.from(file.n1, (value) => value ?? limit - 1),
          m1: Float64Array.from(file.m1, (value) => value ?? limit - 1),
        };
  return new PairCounts({
    products: file.products,
    events: file.events,
    rowOffsets,
    event,
    a: a.every((value) => value < 2 ** 32) ? Uint32Array.from(a) : a,
    n1,
    m1,
    n,
    expected: strata && expectedOverStrata(strata, { rowOffsets, event }),
    strata,
    bounds,
    echo: {
      ...options,
      sources: [...(options.sources ?? []), file.source].sort(),
      ...(bounds === undefined
        ? {}
        : {
            suppression: {
              minimumCell: limit,
              pairs: differing(a, bounds.a),
              products: differing(n1, bounds.n1),
              events: differing(m1, bounds.m1),
            },
          }),
    },
    excluded: file.excluded,
  });
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function mustHold(holds: boolean, part: string): asserts holds {
  if (!holds) throw new PvError("CORRUPT_COUNTS", `${part}: not as a file of counts has it`);
}

function checkLabels(part: string, labels: readonly string[]): void {
  mustHold(Array.isArray(labels), part);
  labels.forEach((label, i) => {
    mustHold(typeof label === "string" && (i === 0 || labels[i - 1]! < label), part);
  });
}

/** Told numbers are 0 or at least the limit; what is withheld needs a limit. */
function checkCounts(part: string, values: readonly (number | null)[], length: number, limit: number): void {
  mustHold(Array.isArray(values) && values.length === length, part);
  for (const value of values)
    mustHold(value === null ? limit > 0 : isCount(value) && (value === 0 || value >= limit), part);
}

function offsetsOf(part: string, sizes: readonly number[], labels: number, entries: number): Uint32Array {
  mustHold(Array.isArray(sizes) && sizes.length === labels, part);
  const offsets = new Uint32Array(labels + 1);
  sizes.forEach((size, i) => {
    mustHold(isCount(size), part);
    offsets[i + 1] = offsets[i]! + size;
  });
  mustHold(offsets[labels] === entries, part);
  return offsets;
}

function readStrata(strata: NonNullable<CountsFile["strata"]>, file: CountsFile): StrataMargins {
  checkLabels("strata", strata.labels);
  checkCounts("strata", strata.n, strata.labels.length, 0);
  mustHold(strata.n.reduce((sum, value) => sum + value, 0) === file.n, "strata");
  return {
    labels: strata.labels,
    n: Float64Array.from(strata.n),
    products: readMargins(strata.products, file.n1, strata.n),
    events: readMargins(strata.events, file.m1, strata.n),
  };
}

function readMargins(
  { sizes, stratum, count }: FileMargins,
  margin: readonly (number | null)[],
  n: readonly number[],
): SparseMargins {
  const offsets = offsetsOf("strata", sizes, margin.length, count.length);
  mustHold(stratum.length === count.length, "strata");
  margin.forEach((whole, i) => {
    let sum = 0;
    for (let k = offsets[i]!; k < offsets[i + 1]!; k++) {
      const s = stratum[k]!;
      mustHold(isCount(s) && s < n.length && (k === offsets[i] || stratum[k - 1]! < s), "strata");
      mustHold(isCount(count[k]) && count[k]! <= n[s]!, "strata");
      sum += count[k]!;
    }
    mustHold(sum === whole, "strata");
  });
  return { offsets, stratum: Uint32Array.from(stratum), count: Float64Array.from(count) };
}
