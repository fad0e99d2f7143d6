import fc from "fast-check";
import { readFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { loadReports } from "../../src/count/load.ts";
import { PvError } from "../../src/error.ts";
import type { InputFile } from "../../src/ingest/input.ts";
import { readE2b } from "../../src/ingest/readers-icsr.node.ts";
import { tryReport } from "../../src/report/schema.ts";
import { codes, fixture, memoryFile, ofCode, readAll, recordsRead } from "./reading.ts";

const file = (name: string): Buffer => gunzipSync(readFileSync(fixture("e2b", `${name}.gz`)));
const r2 = (id: string, inner = ""): string =>
  `<safetyreport><safetyreportid>${id}</safetyreportid><serious>2</serious><patient>${inner}</patient></safetyreport>`;
const icsr = (...reports: string[]): string => `<ichicsr lang="en">\n${reports.join("\n")}\n</ichicsr>`;
const readText = (xml: string | Uint8Array): ReturnType<typeof readAll> => readAll(readE2b(memoryFile("x.xml", xml)));

/** A file made while it is read: pieces of text, each repeated as often as told. */
function stream(...parts: readonly (string | readonly [text: string, times: number])[]): InputFile {
  return {
    name: "x.xml",
    // eslint-disable-next-line @typescript-eslint/require-await -- what a reader takes is asynchronous
    async *open() {
      for (const part of parts) {
        const [text, times] = typeof part === "string" ? [part, 1] : part;
        const each = Math.max(1, Math.floor(2 ** 18 / text.length));
        const block = new TextEncoder().encode(text.repeat(each));
        for (let done = 0; done < times; done += each) {
          yield done + each <= times ? block : new TextEncoder().encode(text.repeat(times - done));
        }
      }
    },
  };
}

/** Largest heap while it is read, above that before, in MiB. */
async function heapGrowth(input: InputFile): Promise<{ all: Awaited<ReturnType<typeof readAll>>; grown: number }> {
  const before = process.memoryUsage().heapUsed;
  let most = before;
  const watched: InputFile = {
    name: input.name,
    async *open() {
      for await (const chunk of input.open()) {
        yield chunk;
        most = Math.max(most, process.memoryUsage().heapUsed);
      }
    },
  };
  const all = await readAll(readE2b(watched));
  return { all, grown: (most - before) / 2 ** 20 };
}

describe("a DOCTYPE with declarations is refused", () => {
  const billion = Array.from({ length: 9 }, (_, i) => `<!ENTITY lol${i + 1} "${`&lol${i};`.repeat(10)}">`).join("\n");
  test.each([
    ["billion laughs", `<!DOCTYPE ichicsr [<!ENTITY lol0 "lol">\n${billion}]>\n${icsr(r2("&lol9;"))}`],
    ["external entity", `<!DOCTYPE ichicsr [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n${icsr(r2("&x;"))}`],
    ["external subset and internal one", `<!DOCTYPE ichicsr SYSTEM "http://localhost/x.dtd" [ ]>${icsr(r2("1"))}`],
    ["declaration without DOCTYPE", `<!ENTITY x "y">${icsr(r2("1"))}`],
    ["DOCTYPE that does not end", `<!DOCTYPE ${"x".repeat(100_000)}`],
  ])("%s", async (_, xml) => {
    await expect(readText(xml)).rejects.toMatchObject({ code: "SOURCE_UNREADABLE" });
  });
});

test.each([
  ["an entity that is not XML's own", r2("&x;")],
  ["a tag that is not closed", "<safetyreport><safetyreportid>2</safetyreportid><patient></safetyreport>"],
  ["a report that is not closed", "<safetyreport><safetyreportid>2</safetyreportid>"],
  ["a report without a beginning", "<safetyreportid>2</safetyreportid></patient></safetyreport>"],
  ["an attribute without its quote", '<safetyreport lang="en><safetyreportid>2</safetyreportid></safetyreport>'],
  ["an attribute given twice", '<safetyreport a="1" a="2"><safetyreportid>2</safetyreportid></safetyreport>'],
  ["a declaration inside", "<safetyreport><!DOCTYPE x><safetyreportid>2</safetyreportid></safetyreport>"],
  ["half of a character", r2("&#xD800;")],
  ["a reference to NUL", r2("&#0;")],
  ["elements too deep", r2("2", "<a>".repeat(1000) + "</a>".repeat(1000))],
])("%s costs its report only", async (_, damaged) => {
  const all = await readText(icsr(r2("1"), damaged, r2("3")));
  expect(all.reports.map(({ id }) => id)).toEqual(["1", "3"]);
  expect(ofCode(all.issues, "INVALID_REPORT")).toMatchObject([{ effect: "report-rejected", row: 3 }]);
  expect(recordsRead(all)).toBe(3);
});

test("comments, instructions and CDATA may hold what looks like a report", async () => {
  const inner = `<!-- ${r2("x")} --><?x ${r2("y")} ?><summary><narrativeincludeclinical><![CDATA[${r2("z")} & ]] >]]></narrativeincludeclinical></summary>`;
  const { reports } = await readAll(
    readE2b(memoryFile("x.xml", icsr(r2("1", inner), `<!-- ${r2("4")} -->`), 3), { narrative: true }),
  );
  expect(reports.map(({ id }) => id)).toEqual(["1"]);
  expect(reports[0]?.narrative).toBe(`${r2("z")} & ]] >`);
});

test("control characters are taken out, and counted once a report", async () => {
  const drug =
    "<drug><drugcharacterization>1</drugcharacterization><medicinalproduct>A\0B\u0007\u0092C</medicinalproduct></drug>";
  const { reports, issues } = await readText(icsr(r2("1", drug)));
  expect(reports[0]?.products[0]?.name).toBe("AB’C");
  expect(codes(issues)).toEqual(["CONTROL_CHARACTER", "MOJIBAKE", "NO_EVENT"]);
});

describe("what is huge is bounded in memory", () => {
  const after = `${r2("2")}</ichicsr>`;
  test("an attribute of 100 MB", async () => {
    const { all, grown } = await heapGrowth(
      stream('<ichicsr><safetyreport a="', ["x", 1e8], `"></safetyreport>${after}`),
    );
    expect(all.reports.map(({ id }) => id)).toEqual(["2"]);
    expect(ofCode(all.issues, "INVALID_REPORT")).toHaveLength(1);
    expect(grown).toBeLessThan(60);
  });
  test("a text, an attachment and a comment of 30 MB each", async () => {
    const big = (open: string, close: string): readonly (string | readonly [string, number])[] => [
      open,
      ["QUJD\n", 6e6],
      close,
    ];
    const { all, grown } = await heapGrowth(
      stream(
        "<ichicsr><safetyreport><safetyreportid>1</safetyreportid><summary>",
        ...big("<narrativeincludeclinical>", "</narrativeincludeclinical>"),
        ...big('<document representation="B64">', "</document>"),
        ...big("<!--", "-->"),
        `</summary></safetyreport>${after}`,
      ),
    );
    expect(all.reports.map(({ id }) => id)).toEqual(["1", "2"]);
    expect(ofCode(all.issues, "FIELD_TOO_LONG")).toMatchObject([{ effect: "value-dropped", detail: "1 texts" }]);
    expect(all.reports[0]).not.toHaveProperty("narrativeLength");
    expect(grown).toBeLessThan(60);
  });
  test("a million elements within one another, a million beside one another", async () => {
    for (const part of [
      ["<a>", 1e6],
      ["<a/>", 1e6],
    ] as const) {
      const { all, grown } = await heapGrowth(stream("<ichicsr><safetyreport>", part, `</safetyreport>${after}`));
      expect(all.reports.map(({ id }) => id)).toEqual(["2"]);
      expect(ofCode(all.issues, "INVALID_REPORT")).toMatchObject([
        { detail: expect.stringMatching(/^more than/) as unknown },
      ]);
      expect(grown).toBeLessThan(200);
    }
  });
  test("20,000 reports are let go as they come", async () => {
    const one = r2("1", `<reaction><reactionmeddrapt>${"x".repeat(1500)}</reactionmeddrapt></reaction>`);
    let most = 0;
    const before = process.memoryUsage().heapUsed;
    let reports = 0;
    for await (const batch of readE2b(stream("<ichicsr>", [one, 20_000], "</ichicsr>"))) {
      reports += batch.reports.length;
      most = Math.max(most, process.memoryUsage().heapUsed - before);
    }
    expect(reports).toBe(20_000);
    expect(most / 2 ** 20).toBeLessThan(120);
  });
});

test("a file that ends early says so", async () => {
  const xml = icsr(r2("1"), r2("2"));
  const cut = await readText(xml.slice(0, xml.indexOf("<serious>", 80)));
  expect(cut.reports.map(({ id }) => id)).toEqual(["1"]);
  expect(cut.issues).toMatchObject([
    { code: "NO_PRODUCT" },
    { code: "NO_EVENT" },
    { code: "TRUNCATED_FILE", effect: "report-rejected", row: 3 },
    { code: "TRUNCATED_FILE", effect: "noted", field: "ichicsr" },
  ]);
  const open = await readText(xml.replace("</ichicsr>", ""));
  expect(ofCode(open.issues, "TRUNCATED_FILE")).toMatchObject([{ effect: "noted" }]);
  const packed = gzipSync(file("FAERS2022Scenario1.xml"));
  const half = memoryFile("x.xml.gz", new Uint8Array(packed.subarray(0, packed.length / 2)));
  await expect(readAll(readE2b(half))).rejects.toMatchObject({ code: "TRUNCATED_SOURCE" });
});

const allowed = new Set(["SOURCE_UNREADABLE", "SOURCE_EMPTY", "UNKNOWN_LAYOUT", "TRUNCATED_SOURCE"]);

/** What comes must fit the model and reconcile, and an error must be one of the four. */
async function survives(bytes: Uint8Array): Promise<void> {
  const all = await readText(bytes).catch((error: unknown) => {
    if (!(error instanceof PvError) || !allowed.has(error.code)) throw error;
    return undefined;
  });
  if (all === undefined) return;
  for (const report of all.reports) expect(tryReport(report)).toEqual({ report });
  const { reconciliation: sum } = await loadReports(readE2b(memoryFile("x.xml", bytes)));
  expect(sum.read).toBe(recordsRead(all));
  expect(sum.read).toBe(sum.accepted + sum.merged + sum.retracted + sum.rejected);
}

test.each(["FAERS2022Scenario1.xml", "faers-public-2022q1-example.xml"])("%s survives damage", async (name) => {
  const whole = new Uint8Array(file(name));
  const at = fc.double({ min: 0, max: 0.999, noNaN: true });
  const damage = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant("flip" as const), at, value: fc.integer({ min: 0, max: 255 }) }),
      fc.record({ kind: fc.constant("cut" as const), at, length: fc.integer({ min: 1, max: 5000 }) }),
      fc.record({ kind: fc.constant("copy" as const), at, to: at, length: fc.integer({ min: 1, max: 5000 }) }),
    ),
    { minLength: 1, maxLength: 8 },
  );
  await fc.assert(
    fc.asyncProperty(damage, fc.boolean(), at, async (changes, truncate, end) => {
      let bytes = whole.slice();
      for (const change of changes) {
        const place = Math.floor(change.at * bytes.length);
        if (change.kind === "flip") bytes[place] = change.value;
        else if (change.kind === "cut")
          bytes = Uint8Array.from([...bytes.subarray(0, place), ...bytes.subarray(place + change.length)]);
        else
          bytes.set(
            bytes
              .slice(place, place + change.length)
              .subarray(0, Math.max(0, bytes.length - Math.floor(change.to * bytes.length))),
            Math.floor(change.to * bytes.length),
          );
      }
      await survives(truncate ? bytes.subarray(0, Math.floor(end * bytes.length)) : bytes);
    }),
    { numRuns: 40 },
  );
});
