import { compareText } from "../count/build.ts";
import { PvError } from "../error.ts";
import { seededRandom, type SeededRandom } from "../math/random.ts";
import type { Report } from "../report/report.ts";
import type { ReportKey } from "./duplicate-columns.ts";

/** Strata of the sample. */
export const SAMPLE_STRATA = ["death", "serious", "ordinary"] as const;
/** One of {@link SAMPLE_STRATA}. */
export type SampleStratum = (typeof SAMPLE_STRATA)[number];

/** How many reports: a number, a share of the stratum, or a share of each unit's reports in it (rounded up). */
export type SampleSize = number | { readonly share: number } | { readonly sharePerUnit: number };

/** A report chosen for review. */
export interface SampledReport extends ReportKey {
  readonly stratum: SampleStratum;
  readonly unit: string | null;
  /** From 0. */
  readonly expert: number;
}

/** A sample and what it was drawn from. */
export interface ExpertSample {
  /** By expert, then source and id. */
  readonly reports: readonly SampledReport[];
  readonly strata: Readonly<
    Record<SampleStratum, { readonly reports: number; readonly asked: number; readonly drawn: number }>
  >;
  readonly units: { readonly all: number; readonly drawn: number };
  /** Reports that do not say whether they are serious; they are in the stratum `ordinary`. */
  readonly seriousUnknown: number;
  readonly seed: number;
}

interface Entry extends ReportKey {
  readonly unit: string | null;
}

/**
 * Draws reports for expert review from the strata death, serious and ordinary, and deals them at random to experts, each stratum
 * evenly. `"coverage"` takes units not drawn yet first, in random order, so that as many units as can be are seen; `"random"` lets
 * every report of a stratum have the same chance. The same reports and seed give the same sample, whatever their order.
 *
 * @param options - `sizes` of 0 unless told; `scheme` is `"random"`, `experts` 1, `seed` 1 unless told
 * @throws PvError `INVALID_OPTION`
 */
export function expertSample(
  reports: Iterable<Report>,
  options: {
    readonly sizes: Partial<Record<SampleStratum, SampleSize>>;
    readonly scheme?: "coverage" | "random" | undefined;
    readonly experts?: number | undefined;
    readonly seed?: number | undefined;
  },
): ExpertSample {
  const { sizes, scheme = "random", experts = 1, seed = 1 } = options;
  if (!Number.isInteger(experts) || experts < 1)
    throw new PvError("INVALID_OPTION", `experts: expected a whole number of at least 1, got ${experts}`);
  const strata: Record<SampleStratum, Entry[]> = { death: [], serious: [], ordinary: [] };
  let seriousUnknown = 0;
  for (const report of reports) {
    const { source, id, unit = null, serious } = report;
    if (serious === undefined) seriousUnknown++;
    strata[stratumOf(report)].push({ source, id, unit });
  }
  const random = seededRandom(seed);
  const covered = new Set<string | null>();
  const chosen: SampledReport[] = [];
  const summary = {} as Record<SampleStratum, { reports: number; asked: number; drawn: number }>;
  let deal = random.fork(3).integer(experts);
  SAMPLE_STRATA.forEach((stratum, s) => {
    const list = strata[stratum].sort(byKey);
    const { asked, drawn } = draw(list, sizes[stratum] ?? 0, scheme, covered, random.fork(s));
    summary[stratum] = { reports: list.length, asked, drawn: drawn.length };
    // Dealing goes on from stratum to stratum, so that no expert has more than one report more than another.
    for (const entry of shuffle(drawn, random.fork(10 + s)))
      chosen.push({ ...entry, stratum, expert: deal++ % experts });
  });
  const units = new Set(SAMPLE_STRATA.flatMap((stratum) => strata[stratum].map(({ unit }) => unit)));
  units.delete(null);
  const drawnUnits = new Set(chosen.map(({ unit }) => unit));
  drawnUnits.delete(null);
  return {
    reports: chosen.sort((x, y) => x.expert - y.expert || byKey(x, y)),
    strata: summary,
    units: { all: units.size, drawn: drawnUnits.size },
    seriousUnknown,
    seed,
  };
}

const byKey = (x: ReportKey, y: ReportKey): number => compareText(x.source, y.source) || compareText(x.id, y.id);

function stratumOf({ serious, events }: Report): SampleStratum {
  if (serious?.includes("death") === true || events.some(({ outcome }) => outcome === "fatal")) return "death";
  return (serious?.length ?? 0) > 0 ? "serious" : "ordinary";
}

function draw(
  list: readonly Entry[],
  size: SampleSize,
  scheme: "coverage" | "random",
  covered: Set<string | null>,
  random: SeededRandom,
): { asked: number; drawn: Entry[] } {
  const shuffled = shuffle(list, random);
  if (typeof size === "object" && "sharePerUnit" in size) {
    const drawn = [...perUnit(shuffled).values()].flatMap((own) =>
      own.slice(0, shareOf(own.length, size.sharePerUnit)),
    );
    for (const { unit } of drawn) covered.add(unit);
    return { asked: drawn.length, drawn };
  }
  const asked = typeof size === "object" ? shareOf(list.length, size.share) : size;
  if (!Number.isInteger(asked) || asked < 0)
    throw new PvError("INVALID_OPTION", `sizes: expected a whole number of at least 0, got ${asked}`);
  const wanted = Math.min(asked, list.length);
  const drawn = scheme === "random" ? shuffled.slice(0, wanted) : newUnitsFirst(shuffled, wanted, covered);
  for (const { unit } of drawn) covered.add(unit);
  return { asked, drawn };
}

function perUnit(list: readonly Entry[]): Map<string | null, Entry[]> {
  const units = new Map<string | null, Entry[]>();
  for (const entry of list) {
    const own = units.get(entry.unit);
    if (own === undefined) units.set(entry.unit, [entry]);
    else own.push(entry);
  }
  return units;
}

/** In rounds: from each unit not seen yet one report, then again one from each unit, until enough. */
function newUnitsFirst(shuffled: readonly Entry[], wanted: number, covered: ReadonlySet<string | null>): Entry[] {
  const rest = perUnit(shuffled);
  const order = [...rest.keys()].sort((x, y) => rank(x, covered) - rank(y, covered));
  const drawn: Entry[] = [];
  for (let round = 0; drawn.length < wanted; round++) {
    for (const unit of order) {
      const entry = rest.get(unit)![round];
      if (entry !== undefined && drawn.length < wanted) drawn.push(entry);
    }
  }
  return drawn;
}

/** Units not drawn yet, then those drawn, then the reports without a unit; the sort is stable, so chance orders within each. */
const rank = (unit: string | null, covered: ReadonlySet<string | null>): number =>
  unit === null ? 2 : covered.has(unit) ? 1 : 0;

function shareOf(reports: number, share: number): number {
  checkShare(share);
  // 7 % of 100 is 7.000000000000001 in doubles, and is not to become 8.
  return Math.ceil(reports * share - 1e-9);
}

function checkShare(share: number): void {
  if (!(share >= 0 && share <= 1))
    throw new PvError("INVALID_OPTION", `sizes: expected a share of 0 to 1, got ${share}`);
}

/** Fisher and Yates. */
function shuffle<T>(list: readonly T[], random: SeededRandom): T[] {
  const out = [...list];
  for (let i = out.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}
