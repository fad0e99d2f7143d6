import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadReports } from "../../src/count/load.ts";
import { PvError } from "../../src/error.ts";
import type { InputFile } from "../../src/ingest/input.ts";
import { readCaers, readFaers, readMapped, readMaude, readReports, readVaers } from "../../src/ingest/readers.node.ts";
import type { Issue } from "../../src/report/issue.ts";
import { tryReport } from "../../src/report/schema.ts";
import type { Report } from "../../src/report/report.ts";
import type { ReportSource } from "../../src/report/source.ts";
import { fixture, memoryFile, readAll, recordsRead } from "./reading.ts";

type Files = ReadonlyMap<string, Uint8Array>;

const folder = (...parts: string[]): Files => {
  const path = fixture(...parts);
  const names = readdirSync(path, { encoding: "utf8", recursive: true }).filter((name) => /\.(txt|csv)$/i.test(name));
  return new Map(names.map((name) => [name, new Uint8Array(readFileSync(join(path, name)))]));
};
const stored = new TextEncoder().encode(
  [1, 2, 3]
    .map((id) =>
      JSON.stringify({
        id: `${id}`,
        domain: "drug",
        products: [{ name: "A", role: "suspect" }],
        events: [{ term: "X" }],
      }),
    )
    .join("\n"),
);
const mapping = {
  source: "caers",
  domain: { column: "PRI_FDA Industry Code", codes: (code: string) => (code === "53" ? "cosmetic" : "food") },
  id: "RA_Report #",
  receivedDate: "RA_CAERS Created Date",
  dateFormat: "mdy",
  product: "PRI_Reported Brand/Product Name",
  event: { term: "SYM_One Row Coded Symptoms", separator: ", " },
} as const;

const readers: Readonly<Record<string, { files: Files; read: (files: readonly InputFile[]) => ReportSource }>> = {
  "FAERS 2004": { files: folder("faers", "aers-2004q1"), read: (files) => readFaers(files) },
  "FAERS 2022": { files: folder("faers", "faers-2022q4"), read: (files) => readFaers(files) },
  MAUDE: { files: folder("maude"), read: (files) => readMaude(files, { narrative: true }) },
  "MAUDE joined": { files: folder("maude-joined"), read: (files) => readMaude(files) },
  CAERS: { files: folder("caers"), read: (files) => readCaers(files) },
  VAERS: { files: folder("vaers"), read: (files) => readVaers(files, { narrative: true }) },
  mapped: { files: folder("caers"), read: (files) => readMapped(files, mapping) },
  stored: { files: new Map([["r.ndjson", stored]]), read: (files) => readReports(files) },
};

const inputs = (files: Files, chunk?: number): InputFile[] =>
  [...files].map(([name, bytes]) => memoryFile(name, bytes, chunk));
const allowed = new Set(["SOURCE_UNREADABLE", "SOURCE_EMPTY", "UNKNOWN_LAYOUT", "TRUNCATED_SOURCE"]);

/** Reads to the end; what comes must fit the model and reconcile, and an error must be one of the four. */
async function survives(read: (files: readonly InputFile[]) => ReportSource, files: Files): Promise<void> {
  const all = await readAll(read(inputs(files))).catch((error: unknown) => {
    if (!(error instanceof PvError) || !allowed.has(error.code)) throw error;
    return undefined;
  });
  if (all === undefined) return;
  for (const report of all.reports) expect(tryReport(report)).toEqual({ report });
  const { reconciliation: sum } = await loadReports(read(inputs(files)));
  expect(sum.read).toBe(recordsRead(all));
  expect(sum.read).toBe(sum.accepted + sum.merged + sum.retracted + sum.rejected);
}

const key = (report: Report): string =>
  `${report.source} ${report.id} ${report.version} ${report.recordId ?? ""} ${JSON.stringify(report)}`;
const byText = (x: string, y: string): number => (x < y ? -1 : x > y ? 1 : 0);
const sortedReports = (reports: readonly Report[]): string[] => reports.map(key).sort(byText);
const sortedIssues = (issues: readonly Issue[]): string[] => issues.map((issue) => JSON.stringify(issue)).sort(byText);

describe.each(Object.entries(readers))("%s", (_, { files, read }) => {
  const names = [...files.keys()];
  const place = fc.record({ name: fc.constantFrom(...names), at: fc.double({ min: 0, max: 1, noNaN: true }) });
  const changed = (name: string, change: (bytes: Uint8Array) => Uint8Array): Files =>
    new Map(files).set(name, change(files.get(name)!.slice()));

  test("reads the same wherever the chunks are cut", async () => {
    const whole = await readAll(read(inputs(files)));
    for (const chunk of [1, 2, 3, 5, 7, 1000]) {
      const cut = await readAll(read(inputs(files, chunk)));
      expect(cut.reports).toEqual(whole.reports);
      expect(sortedIssues(cut.issues)).toEqual(sortedIssues(whole.issues));
    }
  });

  test("reads the same whatever the order of the files", async () => {
    const whole = await readAll(read(inputs(files)));
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(names, { minLength: names.length }), async (order) => {
        const { reports } = await readAll(read(order.map((name) => memoryFile(name, files.get(name)!))));
        expect(sortedReports(reports)).toEqual(sortedReports(whole.reports));
      }),
      { numRuns: 5 },
    );
  });

  test("survives truncation", async () => {
    await fc.assert(
      fc.asyncProperty(place, async ({ name, at }) => {
        await survives(
          read,
          changed(name, (bytes) => bytes.slice(0, Math.floor(at * bytes.length))),
        );
      }),
      { numRuns: 15 },
    );
  });

  test("survives flipped bytes", async () => {
    const flips = fc.array(fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(place, flips, async ({ name }, at) => {
        const flipped = changed(name, (bytes) => {
          for (const [where, value] of at) bytes[Math.floor(where * bytes.length)] = value;
          return bytes;
        });
        await survives(read, flipped);
      }),
      { numRuns: 15 },
    );
  });

  test("survives lines in another order, and lines twice", async () => {
    await fc.assert(
      fc.asyncProperty(place, fc.integer({ min: 1, max: 50 }), async ({ name }, step) => {
        const mixed = changed(name, (bytes) => {
          const rows = new TextDecoder("latin1").decode(bytes).split("\n");
          const turned = [...rows.slice(step), ...rows.slice(0, step), ...rows.slice(1, 3)].join("\n");
          return Uint8Array.from(turned, (ch) => ch.charCodeAt(0));
        });
        await survives(read, mixed);
      }),
      { numRuns: 10 },
    );
  });

  test("survives random bytes, in a whole file and below a good header", async () => {
    await fc.assert(
      fc.asyncProperty(place, fc.uint8Array({ maxLength: 3000 }), fc.boolean(), async ({ name }, noise, below) => {
        const header = files.get(name)!.subarray(0, files.get(name)!.indexOf(10) + 1);
        await survives(
          read,
          changed(name, () => (below ? Uint8Array.from([...header, ...noise]) : noise)),
        );
      }),
      { numRuns: 20 },
    );
  });

  test("survives a wrong encoding and huge fields", async () => {
    for (const name of names) {
      const text = new TextDecoder("latin1").decode(files.get(name));
      const utf16 = Uint8Array.from({ length: 2 * text.length }, (__, i) => (i % 2 === 0 ? text.charCodeAt(i / 2) : 0));
      await survives(
        read,
        changed(name, () => utf16),
      );
    }
    const name = names[0]!;
    const lines = new TextDecoder("latin1").decode(files.get(name)).split("\n");
    for (const length of [5000, 2 ** 20 + 1, 5 * 2 ** 20]) {
      const huge = [
        ...lines.slice(0, 3),
        (lines[2] ?? "1").replace(/[A-Z]{3,}/, () => "X".repeat(length)),
        ...lines.slice(3),
      ].join("\n");
      await survives(
        read,
        changed(name, () => new TextEncoder().encode(huge)),
      );
    }
  });
});

test("a million short lines in one chunk are no trouble", async () => {
  const header = "id,product,event\n";
  const bytes = new TextEncoder().encode(
    header + "1,A,X\n".repeat(200_000) + "\n".repeat(1_000_000) + "x\n".repeat(300_000),
  );
  const all = await readAll(
    readMapped(memoryFile("x.csv", bytes, bytes.length), {
      domain: "drug",
      id: "id",
      product: "product",
      event: "event",
    }),
  );
  expect(all.reports).toHaveLength(1);
  expect(recordsRead(all)).toBe(2); // the 300,000 ragged rows have one id, "x"
});

test("the fixtures are what the tests were written for", () => {
  expect(Object.values(readers).map(({ files }) => [...files.keys()].map((name) => basename(name)).length)).toEqual([
    7, 8, 4, 1, 1, 6, 1, 1,
  ]);
});
