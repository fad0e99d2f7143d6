import fc from "fast-check";
import { expect, test } from "vitest";
import { buildTable, loadReports, type Issue, type Report, type ReportBatch } from "pvsignal";
import { TableBuilder } from "../../src/count/build.ts";
import { reportsArbitrary } from "./arbitrary.ts";

const base: Report = {
  id: "7",
  source: "s",
  version: 1,
  domain: "drug",
  receivedDate: "2020-02-03",
  products: [{ name: "A", role: "suspect", lots: ["L1", "L2"] }],
  events: [{ term: "rash", outcome: "recovered" }],
};

/** Undefined fields and empty patients are the same as absent ones. */
const plain = (report: Report): unknown => {
  const copy = JSON.parse(JSON.stringify(report)) as Record<string, unknown>;
  if (copy["patient"] !== undefined && Object.keys(copy["patient"] as object).length === 0) delete copy["patient"];
  delete copy["retracted"];
  for (const p of copy["products"] as Record<string, unknown>[]) if (p["domain"] === copy["domain"]) delete p["domain"];
  if (Array.isArray(copy["serious"])) copy["serious"] = [...(copy["serious"] as string[])].sort();
  return copy;
};

test("a report comes back from the table as it went in", () => {
  fc.assert(
    fc.property(reportsArbitrary, (reports) => {
      const single = new Map(reports.map((r) => [`${r.source} ${r.id}`, { ...r, retracted: undefined }]));
      const table = buildTable(single.values());
      expect(table.size).toBe(single.size);
      for (let row = 0; row < table.size; row++) {
        const back = table.report(row);
        expect(plain(back)).toEqual(plain(single.get(`${back.source} ${back.id}`)!));
      }
    }),
  );
});

test("the table does not depend on the order of reading", () => {
  fc.assert(
    fc.property(
      reportsArbitrary.chain((reports) =>
        fc.tuple(fc.constant(reports), fc.shuffledSubarray(reports, { minLength: reports.length })),
      ),
      ([reports, shuffled]) => {
        expect(buildTable(shuffled).columns).toEqual(buildTable(reports).columns);
      },
    ),
  );
});

test("every record is accepted, merged or retracted, whatever the versions and withdrawals", () => {
  fc.assert(
    fc.property(reportsArbitrary, fc.array(fc.integer({ min: 1, max: 45 })), (reports, withdrawn) => {
      const builder = new TableBuilder();
      for (const report of reports) builder.add(report);
      for (const id of withdrawn) builder.withdraw("x", `R${id}`);
      const { table, tally, unmatched } = builder.finish();
      expect(tally.accepted + tally.merged + tally.retracted).toBe(tally.read);
      expect(tally.read).toBe(reports.length);
      expect(table.size).toBe(tally.accepted);
      expect(tally.withdrawn.matched + unmatched.length).toBe(tally.withdrawn.listed);
      for (const id of withdrawn) expect(table.rowOf(`R${id}`, "x")).toBe(-1);
    }),
  );
});

test.each([
  ["the higher version", { version: 2 }],
  ["the one received later", { receivedDate: "2020-02-04" }],
  ["the longer record id", { recordId: "100" }],
])("of two records of one report %s stays", (_, change) => {
  const older = { ...base, recordId: "99" };
  const newer = { ...older, ...change, unit: "new" };
  for (const order of [
    [older, newer],
    [newer, older],
  ])
    expect(buildTable(order).report(0).unit).toBe("new");
});

test("a report whose latest version is retracted is out; an amended one after it is in", () => {
  const withdrawal = { ...base, version: 2, retracted: true };
  expect(buildTable([withdrawal, base]).size).toBe(0);
  expect(buildTable([withdrawal, base, { ...base, version: 3 }]).size).toBe(1);
});

test("equal ids of two sources are two reports", () => {
  const table = buildTable([base, { ...base, source: "t" }]);
  expect(table.size).toBe(2);
  expect(table.rowOf("7", "t")).toBe(1);
  expect(table.rowOf("8")).toBe(-1);
});

async function* source(...batches: ReportBatch[]): AsyncGenerator<ReportBatch> {
  for (const batch of batches) yield await Promise.resolve(batch);
}

test("a load says where every record went and keeps a capped sample of each kind of issue", async () => {
  const bad = (row: number): Issue => ({ code: "MISSING_ID", effect: "report-rejected", file: "f", row });
  const { table, reconciliation } = await loadReports(
    source(
      {
        reports: [base, { ...base, version: 2 }, { ...base, id: "8" }],
        issues: Array.from({ length: 9 }, (_, i) => bad(i)),
      },
      {
        reports: [],
        issues: [{ code: "BAD_DATE", effect: "value-dropped" }],
        retractions: [
          { source: "s", id: "8" },
          { source: "s", id: "404" },
        ],
      },
    ),
  );
  expect(table.size).toBe(1);
  const { read, accepted, merged, retracted, rejected, withdrawn, issues } = reconciliation;
  expect({ read, accepted, merged, retracted, rejected, withdrawn }).toEqual({
    read: 12,
    accepted: 1,
    merged: 1,
    retracted: 1,
    rejected: 9,
    withdrawn: { listed: 2, matched: 1 },
  });
  expect(issues.map(({ code, count, sample }) => [code, count, sample.length])).toEqual([
    ["BAD_DATE", 1, 1],
    ["MISSING_ID", 9, 5],
    ["RETRACTION_UNMATCHED", 1, 1],
  ]);
});

test("strict loading stops at the first issue that loses data", async () => {
  const batch: ReportBatch = {
    reports: [base],
    issues: [{ code: "BAD_DATE", effect: "value-dropped", file: "f", row: 3, field: "x", value: "31.2." }],
  };
  await expect(loadReports(source(batch), { strict: true })).rejects.toMatchObject({ code: "STRICT_ISSUE" });
  await expect(
    loadReports(source({ ...batch, issues: [{ code: "MOJIBAKE", effect: "repaired" }] }), { strict: true }),
  ).resolves.toMatchObject({ reconciliation: { read: 1, accepted: 1 } });
});

test("an aborted load throws the reason and closes the source", async () => {
  const abort = new AbortController();
  let closed = false;
  async function* endless(): AsyncGenerator<ReportBatch> {
    try {
      for (let i = 0; ; i++) {
        // A timer, not a microtask: files are read in turns of the event loop, in which a signal can fire.
        await new Promise((resolve) => setTimeout(resolve, 0));
        yield { reports: [{ ...base, id: String(i) }], issues: [] };
      }
    } finally {
      closed = true;
    }
  }
  const loading = loadReports(endless(), { signal: abort.signal });
  setTimeout(() => {
    abort.abort(new Error("enough"));
  }, 5);
  await expect(loading).rejects.toThrow("enough");
  expect(closed).toBe(true);
});

test("progress is throttled and ends with the last state of each file", async () => {
  const seen: number[] = [];
  await loadReports(
    source(
      ...Array.from({ length: 50 }, (_, i) => ({
        reports: [],
        issues: [],
        progress: { file: "f", rows: 1000 * i, bytes: 10_000 * i, totalBytes: 490_000 },
      })),
    ),
    {
      onProgress: ({ rows }) => {
        seen.push(rows);
      },
    },
  );
  expect(seen).toEqual([20_000, 40_000, 49_000]);
});
