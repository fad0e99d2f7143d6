import { join } from "node:path";
import { countPairs, countsFromRows, loadReports, type PairCounts, type Report, buildTable } from "pvsignal";
import { readMapped } from "pvsignal/node";
import { goldenRows, type GoldenRow } from "../golden.ts";

export const DATASETS = ["caers", "faers22q3", "faers-sample1000", "mesh", "phvid", "statin46"] as const;
export type Dataset = (typeof DATASETS)[number];

const inputs = join(import.meta.dirname, "../golden/inputs");
const cache = new Map<Dataset, Promise<PairCounts>>();

/** Counts of a reference data set, from our own reading and counting wherever records exist. */
export function goldenCounts(dataset: Dataset): Promise<PairCounts> {
  let counts = cache.get(dataset);
  if (counts === undefined) cache.set(dataset, (counts = count(dataset)));
  return counts;
}

async function count(dataset: Dataset): Promise<PairCounts> {
  switch (dataset) {
    case "caers": {
      const source = readMapped(join(inputs, "caers.csv.gz"), {
        domain: "food",
        id: "id",
        product: { name: "product", role: "suspect" },
        event: { term: "event" },
      });
      return countPairs((await loadReports(source)).table);
    }
    case "faers22q3": {
      const source = readMapped(join(import.meta.dirname, "../../examples/data/faers-2022q3-ps.csv.gz"), {
        domain: "drug",
        id: "case_id",
        product: { name: "product", role: "suspect" },
        event: { term: "events", separator: ";" },
      });
      return countPairs((await loadReports(source)).table);
    }
    case "faers-sample1000":
      return countPairs(buildTable(sampleReports()), { roles: "all" });
    case "mesh":
    case "phvid":
      return countsFromRows(
        goldenRows(`inputs/${dataset}.csv.gz`).map((row) => ({
          product: row["product"]!,
          event: row["event"]!,
          a: Number(row["count"]),
        })),
      );
    case "statin46":
      return countsFromRows(
        goldenRows("inputs/statin46.csv").map((row) => ({
          product: row["product"]!,
          event: row["event"]!,
          a: Number(row["count"]),
        })),
      );
  }
}

/** Counts of any data set a prior was fitted to in the reference. */
export async function gpsCounts(dataset: string): Promise<PairCounts> {
  if ((DATASETS as readonly string[]).includes(dataset)) return goldenCounts(dataset as Dataset);
  const file = join(inputs, dataset === "caers-strat" ? "caers.csv.gz" : `${dataset}.csv.gz`);
  switch (dataset) {
    case "caers-strat": {
      const source = readMapped(file, {
        domain: "food",
        id: "id",
        product: { name: "product", role: "suspect" },
        event: { term: "event" },
        sex: "sex",
      });
      return countPairs((await loadReports(source)).table, { strata: ["sex"] });
    }
    case "pvda-drug-event":
    case "pvda-tiny":
      return linkedCounts(goldenRows(`inputs/${dataset}.csv.gz`));
    default:
      return countsFromRows(
        goldenRows(`inputs/${dataset}.csv.gz`).map((row) => ({
          product: row["product"]!,
          event: row["event"]!,
          a: Number(row["count"]),
        })),
      );
  }
}

/** The sample keeps products and events in two tables, joined here on the report. */
function* sampleReports(): Generator<Report> {
  const products = groupBy(goldenRows("inputs/faers-sample1000-drug.csv.gz"), "primaryid");
  const events = groupBy(goldenRows("inputs/faers-sample1000-reac.csv.gz"), "primaryid");
  for (const [id, drugs] of products) {
    yield {
      id,
      source: "sample",
      version: 1,
      domain: "drug",
      products: drugs
        .map((row) => ({ name: row["substance"]!, role: "suspect" as const }))
        .filter(({ name }) => name !== ""),
      events: (events.get(id) ?? []).map((row) => ({ term: row["pt"]! })).filter(({ term }) => term !== ""),
    };
  }
}

function groupBy(rows: readonly GoldenRow[], key: string): Map<string, GoldenRow[]> {
  const groups = new Map<string, GoldenRow[]>();
  for (const row of rows) {
    const list = groups.get(row[key]!);
    if (list === undefined) groups.set(row[key]!, [row]);
    else list.push(row);
  }
  return groups;
}

/** Rows that link one product to one event of a report: not every product of the report goes with every event. */
function linkedCounts(rows: readonly GoldenRow[]): PairCounts {
  const distinct = (key: (row: GoldenRow) => string): Map<string, Set<string>> => {
    const reports = new Map<string, Set<string>>();
    for (const row of rows) reports.set(key(row), (reports.get(key(row)) ?? new Set<string>()).add(row["report_id"]!));
    return reports;
  };
  const n1 = distinct((row) => row["product"]!);
  const m1 = distinct((row) => row["event"]!);
  const pairs = distinct((row) => JSON.stringify([row["product"], row["event"]]));
  return countsFromRows(
    [...pairs].map(([key, reports]) => {
      const [product, event] = JSON.parse(key) as [string, string];
      return { product, event, a: reports.size, n1: n1.get(product)!.size, m1: m1.get(event)!.size };
    }),
    { n: distinct(() => "").get("")!.size },
  );
}
