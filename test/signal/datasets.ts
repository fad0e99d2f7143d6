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
