import fc from "fast-check";
import { expect, test } from "vitest";
import { readCaers, readFaers, readMaude, readReports, readVaers } from "../../src/ingest/readers.node.ts";
import { codes, fixture, lines, memoryFile, ofCode, readAll, recordsRead } from "./reading.ts";

const report = { id: "1", domain: "drug", products: [{ name: "A", role: "suspect" }], events: [{ term: "X" }] };

test("a line is a report; defaults are filled in and unknown fields dropped", async () => {
  const { reports, issues } = await readAll(
    readReports(
      memoryFile(
        "r.ndjson",
        lines(JSON.stringify({ ...report, phone: "123", narrative: "text" }), "", JSON.stringify(report)),
      ),
    ),
  );
  expect(reports).toEqual([
    { ...report, source: "", version: 1 },
    { ...report, source: "", version: 1 },
  ]);
  expect(issues).toEqual([]);
});

test("the narrative is kept only on request", async () => {
  const file = memoryFile("r.ndjson", JSON.stringify({ ...report, narrative: "text" }));
  expect((await readAll(readReports(file, { narrative: true }))).reports[0]?.narrative).toBe("text");
});

test("a line that is no report is one rejected report with its number and fault", async () => {
  const bad = [
    "{",
    "[1]",
    "null",
    JSON.stringify({ ...report, id: "" }),
    JSON.stringify({ ...report, domain: "x" }),
    '{"__proto__":1}',
  ];
  const all = await readAll(readReports(memoryFile("r.ndjson", lines(JSON.stringify(report), ...bad))));
  expect(all.reports).toHaveLength(1);
  expect(ofCode(all.issues, "INVALID_REPORT").map((issue) => [issue.effect, issue.row])).toEqual(
    bad.map((_, i) => ["report-rejected", i + 2]),
  );
  expect(ofCode(all.issues, "INVALID_REPORT")[3]?.detail).toMatch(/^id: /);
  expect(recordsRead(all)).toBe(7);
});

test("a retracted report passes as such", async () => {
  const { reports } = await readAll(
    readReports(memoryFile("r.ndjson", JSON.stringify({ ...report, retracted: true }))),
  );
  expect(reports[0]?.retracted).toBe(true);
});

test("a line over 4 MiB is left out unread", async () => {
  const long = JSON.stringify({ ...report, narrative: "x".repeat(5 * 2 ** 20) });
  for (const chunk of [70_000, 2 ** 25]) {
    const all = await readAll(
      readReports(memoryFile("r.ndjson", lines(JSON.stringify(report), long, JSON.stringify(report)), chunk)),
    );
    expect(all.reports).toHaveLength(2);
    expect(ofCode(all.issues, "FIELD_TOO_LONG")).toMatchObject([{ effect: "report-rejected", row: 2 }]);
  }
  const last = await readAll(readReports(memoryFile("r.ndjson", long)));
  expect(codes(last.issues)).toEqual(["FIELD_TOO_LONG"]);
});

test("an empty file is a typed error", async () => {
  await expect(readAll(readReports(memoryFile("r.ndjson", "")))).rejects.toMatchObject({ code: "SOURCE_EMPTY" });
});

test("what the readers give can be written as NDJSON and read again unchanged", async () => {
  const sources = [
    readFaers(fixture("faers")),
    readMaude(fixture("maude"), { narrative: true }),
    readMaude(fixture("maude-joined")),
    readCaers(fixture("caers")),
    readVaers(fixture("vaers"), { narrative: true }),
  ];
  for (const source of sources) {
    const { reports } = await readAll(source);
    const again = await readAll(
      readReports(memoryFile("r.ndjson", lines(...reports.map((one) => JSON.stringify(one)))), { narrative: true }),
    );
    expect(again.reports).toEqual(reports);
  }
});

test("any JSON on a line gives a report or an issue", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.json(), { minLength: 1, maxLength: 5 }), async (values) => {
      expect(recordsRead(await readAll(readReports(memoryFile("r.ndjson", values.join("\n")))))).toBe(values.length);
    }),
    { numRuns: 50 },
  );
});
