/**
 * A centre's memory, replayed: every run sees only what had been received by its day, carries the alerts of the run before on, and
 * says what is new, stronger, weaker or gone since then, and why. The last run is made again from its manifest.
 *
 *   npx tsx examples/monitor-replay.ts                         food supplements and cosmetics (CAERS), quarters of 2009
 *   npx tsx examples/monitor-replay.ts --full [VAERS folder]   the same by month, 2004 to 2013; vaccines (VAERS) by month, 1997,
 *                                                              or the years of a folder that has the files of 1996 to 1998
 */
import { join } from "node:path";
import {
  diffCauseWording,
  loadReports,
  monthEnds,
  namedFunction,
  presets,
  profiles,
  replayRuns,
  verifyRun,
  type ProductView,
  type ReportSource,
  type Run,
  type RunConfig,
  type RunDiff,
} from "pvsignal";
import { readCaers, readVaers } from "pvsignal/node";

const data = join(import.meta.dirname, "data");
const isFull = process.argv[2] === "--full";
const vaersFolder = process.argv[3];

/** One family of names, such as `HYDROXYCUT …`: the first word of a brand name, or two when the first says little. */
const brandFamily = namedFunction("brand family", "1", ({ name }: ProductView): string => {
  const words = name
    .toUpperCase()
    .replace(/[^A-Z0-9' ]+/g, " ")
    .trim()
    .split(/\s+/);
  return words.length === 1 || (words[0] ?? "").length >= 8 ? (words[0] ?? name) : words.slice(0, 2).join(" ");
});

/** IC025 above 0 with three reports or more. */
const rule = {
  ...presets.umc,
  name: "umc, 3 or more",
  criterion: { all: [{ compare: ">=", left: "a", right: 3 }, presets.umc.criterion] },
} as const;
const screened = { measures: ["ic"], rule } as const;
/** Once in about 30 years by the product's own earlier rate. */
const rare = 10 ** -1.5;

interface History {
  readonly title: string;
  readonly source: () => ReportSource;
  readonly config: RunConfig;
  readonly days: readonly string[];
  readonly watch: RegExp;
}

const quarters = (ends: readonly string[]): readonly string[] => ends.filter((_, i) => i % 3 === 0);

const histories: readonly History[] = [
  {
    title: "FDA CAERS: foods, supplements, cosmetics",
    source: () => readCaers(join(data, "CAERS_ASCII_2004_2013.csv.gz")),
    config: {
      screenings: {
        cosmetic: { count: { domain: "cosmetic", product: brandFamily }, screen: screened },
        food: { count: { domain: "food", product: brandFamily }, screen: screened },
      },
      detectors: {
        food: {
          kind: "rules",
          profile: { ...profiles.productWatch, name: "food", domains: ["food"] },
          options: { product: brandFamily },
          perYear: rare,
        },
        cosmetic: {
          kind: "rules",
          profile: { ...profiles.productWatch, name: "cosmetic", domains: ["cosmetic"] },
          options: { product: brandFamily },
          perYear: rare,
        },
      },
    },
    days: isFull ? monthEnds("2004-01", "2013-12") : quarters(monthEnds("2008-12", "2009-12")),
    watch: /^(HYDROXYCUT|OXYELITE|BRAZILIAN)/,
  },
  {
    title: "VAERS: vaccines",
    source: () => readVaers(vaersFolder ?? join(data)),
    config: {
      screenings: { vaccine: { screen: screened } },
      detectors: {
        vaccine: { kind: "rules", profile: { ...profiles.productWatch, domains: ["vaccine"] }, perYear: rare },
      },
    },
    days: vaersFolder === undefined ? monthEnds("1997-01", "1997-12") : monthEnds("1996-01", "1998-12"),
    watch: /./,
  },
];

/** A count of each cause, the most frequent first. */
function causes(changes: readonly { readonly cause: keyof typeof diffCauseWording | null }[]): string {
  const counts = new Map<string, number>();
  for (const { cause } of changes) {
    if (cause === null) continue;
    const { en } = diffCauseWording[cause];
    counts.set(en, (counts.get(en) ?? 0) + 1);
  }
  return [...counts]
    .sort(([x, m], [y, n]) => n - m || (x < y ? -1 : 1))
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");
}

function tell(run: Run, diff: RunDiff | null, watch: RegExp): void {
  const sdrs = Object.entries(run.screenings).map(([name, { sdrs: found }]) => `${name} ${found.length}`);
  console.log(`${run.asOf}  ${run.reports} reports; SDRs: ${sdrs.join(", ")}`);
  if (diff === null) return;
  for (const [name, { counts, changes }] of Object.entries(diff.screenings)) {
    if (changes.length === 0) continue;
    const kinds = (["new", "strengthened", "weakened", "gone"] as const).map((kind) => `${kind} ${counts[kind]}`);
    console.log(`  ${name}: ${kinds.join(", ")} (${causes(changes)})`);
  }
  const told = Object.values(diff.screenings)
    .flatMap(({ changes }) => changes)
    .filter(({ product, kind, cells }) => kind === "new" && watch.test(product) && cells.current.a >= 5)
    .slice(0, 2);
  // New alerts, and those whose ratio of observed to expected at least doubled.
  const alerts = diff.alerts.changes.filter(
    ({ kind, parts, what }) =>
      watch.test(what) && (kind === "new" || (parts !== null && parts.observed + parts.expected >= 1)),
  );
  for (const { text } of [...told, ...alerts]) {
    console.log(`    ${text.map(({ zh }) => zh).join("")}\n    ${text.map(({ en }) => en).join(" ")}`);
  }
}

for (const { title, source, config, days, watch } of isFull ? histories : histories.slice(0, 1)) {
  const { table } = await loadReports(source());
  console.log(`\n${title}`);
  let [before, last]: (Run | undefined)[] = [];
  const all: RunDiff[] = [];
  for await (const { run, diff } of replayRuns(table, config, { days })) {
    tell(run, diff, watch);
    if (diff !== null) all.push(diff);
    [before, last] = [last, run];
  }
  const sdrs = all.flatMap(({ screenings }) => Object.values(screenings).flatMap(({ changes }) => changes));
  for (const kind of ["new", "strengthened", "weakened", "gone"] as const) {
    const some = sdrs.filter((change) => change.kind === kind);
    console.log(`${kind}: ${some.length} (${causes(some)})`);
  }
  if (last === undefined) continue;
  const { ok, differences } = await verifyRun(last.manifest, { reports: table, config, previous: before });
  console.log(`run of ${last.asOf} made again: ${ok ? "the same" : JSON.stringify(differences)}`);
}
