import { PvError } from "../error.ts";
import { canonicalJson, sha256 } from "./exchange-digest.ts";
import { readCountsFile } from "./exchange-read.ts";
import { checkMergeable, rowOffsets } from "./merge.ts";
import type { CountEcho, CountExclusions, PairCounts, SparseMargins } from "./pairs.ts";

/** Sparse margins in a file: label i has the next `sizes[i]` entries. */
export interface FileMargins {
  readonly sizes: readonly number[];
  readonly stratum: readonly number[];
  readonly count: readonly number[];
}

/** Counts to be sent elsewhere: plain JSON. It holds labels and numbers, no report and no id of one. */
export interface CountsFile {
  readonly format: "pvsignal-counts";
  readonly version: 1;
  /** Whose counts they are. */
  readonly source: string;
  /** Counts from 1 to below it are withheld and stand as `null`; `null` when all are told. */
  readonly minimumCell: number | null;
  readonly options: CountEcho;
  readonly excluded: CountExclusions;
  readonly n: number;
  readonly products: readonly string[];
  readonly n1: readonly (number | null)[];
  readonly events: readonly string[];
  readonly m1: readonly (number | null)[];
  /** Pairs of each product. */
  readonly pairs: readonly number[];
  /** Event of each pair; within a product, the difference from the pair before. */
  readonly event: readonly number[];
  readonly a: readonly (number | null)[];
  readonly strata: null | {
    readonly labels: readonly string[];
    readonly n: readonly number[];
    readonly products: FileMargins;
    readonly events: FileMargins;
  };
  /** SHA-256 of the rest. It finds damage; it does not prove who wrote the file. */
  readonly digest: string;
}

/** How to export counts. */
export interface ExportOptions {
  /** Name of these counts; two files of one name do not merge. */
  readonly source: string;
  /** Pair counts and margins from 1 to below this are withheld; none unless told. 2 or more. */
  readonly minimumCell?: number | undefined;
}

/**
 * Counts as a file that another place can import and merge. Nothing of a report leaves but what the labels say: whether a
 * label (a lot, a name in free text) says too much is for the sender to judge.
 *
 * With `minimumCell` k, every pair count and every margin from 1 to k - 1 is withheld: the importer knows that it lies between
 * 1 and k - 1. Which pairs and labels occur is told, and so are the total, the exclusions and the other numbers. This is
 * primary suppression only: differences of told numbers (reports of a product without an event) may be below k, and where
 * every report has an event a margin and the other cells of its row can narrow a withheld cell further.
 *
 * @throws PvError `INVALID_ARGUMENT` for an empty name; `INVALID_OPTION` for counts that do not merge, that were imported with
 *   withheld numbers, and for a `minimumCell` below 2, above the total, or together with strata or unit "cell" (whose small
 *   margins would tell what was withheld)
 * @example
 * exportCounts(countsFromRows([{ product: "A", event: "rash", a: 4 }]), { source: "north" }).digest.length; // 64
 */
export function exportCounts(counts: PairCounts, { source, minimumCell }: ExportOptions): CountsFile {
  if (typeof source !== "string" || source === "") throw new PvError("INVALID_ARGUMENT", "source: expected a name");
  checkMergeable(counts);
  if (counts.bounds !== undefined) {
    throw new PvError("INVALID_OPTION", "counts with withheld numbers are passed on as the files they came from");
  }
  if (minimumCell !== undefined) checkMinimum(counts, minimumCell);
  const limit = minimumCell ?? 0;
  const told = (values: Iterable<number>): (number | null)[] =>
    Array.from(values, (value) => (value > 0 && value < limit ? null : value));
  const offsets = rowOffsets(counts);
  const { strata } = counts;
  const content: Omit<CountsFile, "digest"> = {
    format: "pvsignal-counts",
    version: 1,
    source,
    minimumCell: minimumCell ?? null,
    options: counts.options,
    excluded: counts.excluded,
    n: counts.n,
    products: counts.products,
    n1: told(counts.n1),
    events: counts.events,
    m1: told(counts.m1),
    pairs: sizes(offsets),
    event: Array.from(counts.event, (e, i) => e - (i > offsets[counts.product[i]!]! ? counts.event[i - 1]! : 0)),
    a: told(counts.a),
    strata:
      strata === undefined
        ? null
        : {
            labels: strata.labels,
            n: Array.from(strata.n),
            products: fileMargins(strata.products),
            events: fileMargins(strata.events),
          },
  };
  return { ...content, digest: sha256(canonicalJson(content)) };
}

/**
 * Counts out of a file, as text or as parsed JSON, checked. Merging the files of disjoint places and scoring gives what their
 * pooled reports give when nothing was withheld. Where something was, the counts and margins are the lower bounds, so that
 * scores are those of the fewest reports there can be and not a bound of the scores themselves; `bounds` has the upper
 * bounds, and `options.suppression` tells how many numbers that concerns.
 *
 * @throws PvError `UNKNOWN_LAYOUT` for another format or version; `CORRUPT_COUNTS` when the digest or the numbers do not fit
 * @example
 * importCounts(exportCounts(countsFromRows([{ product: "A", event: "rash", a: 4 }]), { source: "north" })).n; // 4
 */
export function importCounts(file: unknown): PairCounts {
  const content = typeof file === "string" ? parsed(file) : file;
  const { format, version, digest, ...rest } = (content ?? {}) as Partial<CountsFile>;
  if (format !== "pvsignal-counts" || version !== 1) {
    throw new PvError(
      "UNKNOWN_LAYOUT",
      `expected pvsignal-counts version 1, got ${JSON.stringify(format)} version ${JSON.stringify(version)}`,
    );
  }
  const found = sha256(canonicalJson({ format, version, ...rest }));
  if (found !== digest)
    throw new PvError("CORRUPT_COUNTS", `the digest is ${found}, the file says ${JSON.stringify(digest)}`);
  try {
    return readCountsFile(content as CountsFile);
  } catch (cause) {
    if (cause instanceof PvError && cause.code === "CORRUPT_COUNTS") throw cause;
    throw new PvError("CORRUPT_COUNTS", `written wrong: ${(cause as Error).message}`, { cause });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new PvError("CORRUPT_COUNTS", "the file is not JSON", { cause });
  }
}

function checkMinimum(counts: PairCounts, minimum: number): void {
  if (!Number.isSafeInteger(minimum) || minimum < 2 || minimum > counts.n) {
    throw new PvError(
      "INVALID_OPTION",
      `minimumCell: expected a whole number from 2 to the total ${counts.n}, got ${String(minimum)}`,
    );
  }
  if (counts.options.unit === "cell" || counts.stratified) {
    throw new PvError("INVALID_OPTION", `minimumCell goes with unit "report" and without strata`);
  }
}

const sizes = (offsets: Uint32Array): number[] =>
  Array.from({ length: offsets.length - 1 }, (_, i) => offsets[i + 1]! - offsets[i]!);

const fileMargins = ({ offsets, stratum, count }: SparseMargins): FileMargins => ({
  sizes: sizes(offsets),
  stratum: Array.from(stratum),
  count: Array.from(count),
});
