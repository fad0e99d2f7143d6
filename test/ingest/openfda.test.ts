import { readFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadReports } from "../../src/count/load.ts";
import { PvError } from "../../src/error.ts";
import type { InputFile } from "../../src/ingest/input.ts";
import { readOpenFda } from "../../src/ingest/readers-icsr.node.ts";
import { readMapped } from "../../src/ingest/readers.node.ts";
import { tryReport } from "../../src/report/schema.ts";
import { codes, fixture, memoryFile, ofCode, readAll, recordsRead } from "./reading.ts";

const file = (name: string): string => fixture("openfda", `${name}.gz`);
const bytesOf = (name: string): Uint8Array => new Uint8Array(gunzipSync(readFileSync(file(name))));
const readText = (json: string | Uint8Array, chunk?: number, options = {}): ReturnType<typeof readAll> =>
  readAll(readOpenFda(memoryFile("x.json", json, chunk), options));
const report = (id: string, more: object = {}): string =>
  JSON.stringify({ safetyreportid: id, patient: { reaction: { reactionmeddrapt: "Fall" } }, ...more });

const real = [
  ["drug-event-postannotation.json", 1],
  ["drug-event-api-response-2017.json", 1],
  ["device-event-wide-sample.json", 1],
  ["food-event-results.json", 52],
] as const;

test.each(real)("%s: %d reports that fit the model and reconcile", async (name, count) => {
  const all = await readAll(readOpenFda(file(name), { narrative: true }));
  expect(all.reports).toHaveLength(count);
  for (const one of all.reports) expect(tryReport(one)).toEqual({ report: one });
  const { reconciliation: sum } = await loadReports(readOpenFda(file(name)));
  expect(sum).toMatchObject({ read: count, accepted: count, merged: 0, retracted: 0, rejected: 0 });
});

test("a drug event with its harmonised block: the check digit is cut, the block not used, null means absent", async () => {
  const { reports, issues } = await readAll(readOpenFda(file("drug-event-api-response-2017.json")));
  expect(issues).toEqual([]);
  expect(reports).toEqual([
    {
      id: "4322505",
      source: "aers-isr",
      version: 1,
      domain: "drug",
      receivedDate: "2004-03-19",
      serious: ["hospitalisation", "other"],
      patient: { ageYears: 56, sex: "male" },
      products: [
        {
          name: "OROKEN (CEFIXIME, UNSPEC)",
          role: "suspect",
          code: "50621",
          route: "048",
          dose: "ORAL",
          start: "2003-12-27",
          end: "2003-12-30",
          indication: "PYELONEPHRITIS",
        },
        { name: "PYOSTACINE (PRISTINAMYCIN)", role: "concomitant" },
        { name: "ROCEPHIN", role: "concomitant" },
        { name: "OFLOXACIN", role: "concomitant" },
      ],
      events: [{ term: "ARTHRALGIA" }, { term: "OEDEMA PERIPHERAL" }, { term: "PURPURA" }],
    },
  ]);
});

test("a single report as FDA's loader holds it, and the same from the SGML file", async () => {
  const { reports } = await readAll(readOpenFda(file("drug-event-postannotation.json")));
  expect(reports[0]).toMatchObject({
    id: "4562564",
    receivedDate: "2005-01-27",
    patient: { ageYears: 62, weightKg: 62 },
  });
  expect(reports[0]?.products.filter(({ role }) => role === "suspect").map(({ name }) => name)).toEqual([
    "VIOXX",
    "VIOXX",
  ]);
});

test("a single record stands for a list of one; apostrophes, full stops, numbers, units", async () => {
  const drug = {
    drugcharacterization: 1,
    medicinalproduct: "LISINOPRIL.",
    drugindication: "Crohn^s disease",
    activesubstance: { activesubstancename: "LISINOPRIL" },
    drugadditional: 1,
    drugrecurreadministration: "3",
    drugstructuredosagenumb: "5",
    drugstructuredosageunit: "003",
    drugbatchnumb: "UNKNOWN, A12",
  };
  const reaction = { reactionmeddrapt: "Crohn^s disease", reactionmeddraversionpt: "21.1", reactionoutcome: "6" };
  const ages: readonly (readonly [string, number])[] = [
    ["800", 30],
    ["801", 3],
    ["802", 0.25],
    ["803", 21 / 365.25],
    ["804", 3 / 365.25],
    ["805", 3 / 8766],
  ];
  const json = ages.map(([patientonsetageunit], i) =>
    report(`${i}`, {
      serious: "2",
      patient: { patientonsetage: 3, patientonsetageunit, patientsex: "0", drug, reaction },
    }),
  );
  const { reports, issues } = await readText(`[${json.join(",")}]`);
  expect(issues).toEqual([]);
  expect(reports.map(({ patient }) => patient?.ageYears)).toEqual(ages.map(([, years]) => years));
  expect(reports[0]).toMatchObject({
    source: "faers",
    serious: [],
    products: [
      {
        name: "LISINOPRIL",
        ingredient: "LISINOPRIL",
        lots: ["A12"],
        dose: "5 mg",
        indication: "Crohn's disease",
        dechallenge: "yes",
        rechallenge: "unknown",
      },
    ],
    events: [{ term: "Crohn's disease", dictionary: "MedDRA 21.1 PT", outcome: "unknown" }],
  });
});

test("codes that mean nothing, ages without a unit and versions that are none are counted", async () => {
  const drug = { drugcharacterization: "9", medicinalproduct: "A", drugadditional: "DRUG STOPPED" };
  const { reports, issues } = await readText(
    report("1", { safetyreportversion: "x", seriousnessdeath: "3", patient: { patientonsetage: "72", drug } }),
  );
  expect(reports[0]).toMatchObject({ version: 1, products: [{ name: "A", role: "concomitant" }] });
  expect(codes(issues)).toEqual(["AGE_WITHOUT_UNIT", "BAD_NUMBER", "NO_EVENT", "UNKNOWN_CODE"]);
  expect(ofCode(issues, "UNKNOWN_CODE").map(({ field }) => field)).toEqual([
    "drugcharacterization",
    "drugadditional",
    "seriousnessdeath",
  ]);
});

test("a device event reads as MAUDE does: accumulated outcomes, unknown lots", async () => {
  const { reports, issues } = await readAll(readOpenFda(file("device-event-wide-sample.json"), { narrative: true }));
  expect(issues).toEqual([]);
  expect(reports[0]).toMatchObject({
    id: "538836",
    source: "maude",
    domain: "device",
    eventKey: "511587",
    receivedDate: "2004-08-01",
    serious: ["life-threatening", "intervention"],
    reporter: "OTHER",
    products: [
      {
        name: "HEMOCHRON COAGULATION SYSTEM",
        ingredient: "K-ACT CLOTTING TIME TEST",
        code: "JPA",
        model: "401 / K-ACT",
      },
    ],
    events: [{ term: "Injury" }],
    narrative: expect.stringMatching(/^MFG RECEIVED REPORT/) as unknown,
  });
  expect(reports[0]?.products[0]).not.toHaveProperty("lots");
});

test("a device event of today: problems by name, outcomes by word, event level", async () => {
  const device = {
    mdr_report_key: "1",
    event_type: "Malfunction",
    date_received: "20240102",
    product_problems: ["Break", "Insufficient Information"],
    patient: [
      { patient_problems: ["Pain"], sequence_number_outcome: ["Other"], patient_age: "62 YR", patient_sex: "Female" },
    ],
    device: [
      { brand_name: "UNKNOWN", generic_name: "PUMP", lot_number: "L1", openfda: { device_class: "2" }, udi_di: "0123" },
    ],
  };
  const read = async (eventLevel: "problem" | "type" | "both"): Promise<readonly string[]> => {
    const { reports } = await readText(JSON.stringify({ results: [device] }), undefined, { eventLevel });
    return reports[0]!.events.map(({ term }) => term);
  };
  expect(await read("problem")).toEqual(["Break", "Insufficient Information", "Pain"]);
  expect(await read("type")).toEqual(["Malfunction"]);
  expect(await read("both")).toEqual(["Break", "Insufficient Information", "Pain", "Malfunction"]);
  const { reports } = await readText(JSON.stringify(device));
  expect(reports[0]).toMatchObject({
    serious: ["other"],
    patient: { ageYears: 62, sex: "female" },
    products: [{ name: "PUMP", lots: ["L1"], riskClass: "II", udi: "0123" }],
  });
});

test("of 52 food events 20 are of cosmetics; names blacked out are left out unless asked for", async () => {
  const dropped = await readAll(readOpenFda(file("food-event-results.json")));
  expect(dropped.reports.filter(({ domain }) => domain === "cosmetic")).toHaveLength(20);
  expect(dropped.reports.every(({ source }) => source === "caers")).toBe(true);
  expect(dropped.reports.flatMap(({ products }) => products).some(({ name }) => name === "EXEMPTION 4")).toBe(false);
  expect(ofCode(dropped.issues, "REDACTED")).toHaveLength(24);
  const kept = await readAll(readOpenFda(file("food-event-results.json"), { redacted: "keep" }));
  const first = kept.reports.find(({ id }) => id === "209216");
  // It stands twice in the report.
  expect(first?.products).toEqual([{ name: "EXEMPTION 4", role: "suspect", code: "53" }]);
  expect(first?.serious).toEqual(["other"]);
  expect(codes(kept.issues)).toEqual(["REDACTED", "REPEATED_RECORD"]);
  const cosmetics = kept.reports.flatMap(({ products }) => products).filter(({ code }) => code === "53");
  const repeated = ofCode(kept.issues, "REPEATED_RECORD").length;
  expect(cosmetics.length + repeated).toBe(36); // products, in 21 reports: one of these is about a food first
});

test("terms that FDA cut at their comma are joined again", async () => {
  const food = {
    report_number: "1",
    reactions: ["Rash", "Hallucination", "auditory", "Ear", "nose and throat infection", "Foo", "bar type"],
    products: [{ role: "SUSPECT", name_brand: "A", industry_code: "54" }],
    consumer: { age: "48", age_unit: "year(s)" },
  };
  const { reports } = await readText(JSON.stringify([food]), undefined, { commaTerms: ["Foo, Bar type"] });
  expect(reports[0]).toMatchObject({ domain: "food", patient: { ageYears: 48 } });
  expect(reports[0]?.events.map(({ term }) => term)).toEqual([
    "Rash",
    "Hallucination, auditory",
    "Ear, nose and throat infection",
    "Foo, bar type",
  ]);
});

describe("shapes of files", () => {
  const two = [report("1"), report("2")];
  test.each([
    ["an answer", `{"meta":{"results":{"total":2}},"results":[${two.join(",")}]}`],
    ["an answer, results first", `{"results":[${two.join(",\n")}],"meta":{"x":["results"]}}`],
    ["a list", `[${two.join(",")}]`],
    ["NDJSON", two.join("\n")],
    ["NDJSON with CRLF and a mark", `\ufeff${two.join("\r\n")}\r\n`],
    ["objects one after the other", two.map((one) => JSON.stringify(JSON.parse(one), null, 2)).join("\n")],
    ["answers one after the other", two.map((one) => `{"results":[${one}]}`).join("\n")],
    ["texts with brackets and quotes", `[${report("1", { companynumb: '}]"\\{[' })},${two[1]!}]`],
  ])("%s", async (_, json) => {
    for (const chunk of [1, 3, 1000]) {
      const { reports, issues } = await readText(json, chunk);
      expect(reports.map(({ id }) => id)).toEqual(["1", "2"]);
      expect(codes(issues)).toEqual(["NO_PRODUCT"]);
    }
  });

  test("gzipped, several files", async () => {
    const packed = memoryFile("a.json.gz", new Uint8Array(gzipSync(two[0]!)));
    const { reports } = await readAll(readOpenFda([packed, memoryFile("b.ndjson", two[1]!)]));
    expect(reports.map(({ id }) => id)).toEqual(["1", "2"]);
  });

  test("another file is refused, one in a directory passed over", async () => {
    for (const other of ['{"error":{"code":"NOT_FOUND"}}', "[1,2]", "id,product\n", "{}"]) {
      await expect(readText(other)).rejects.toMatchObject({ code: "UNKNOWN_LAYOUT" });
    }
    await expect(readText("")).rejects.toMatchObject({ code: "SOURCE_EMPTY" });
    const { reports } = await readAll(readOpenFda(fixture("openfda")));
    expect(reports).toHaveLength(55);
    expect(() => readOpenFda("x", { eventLevel: "x" as "both" })).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION" }),
    );
    expect(() => readOpenFda("x", { redacted: "x" as "keep" })).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION" }),
    );
  });
});

describe("damage costs its record", () => {
  test.each([
    ["a value that is none", '{"safetyreportid":x}'],
    ["a text without its closing quote", '{"safetyreportid":"2}'],
    ["a number with a sign too many", '{"safetyreportid":--2}'],
    ["a bracket of the other kind", '{"safetyreportid":["2"}'],
    ["a missing bracket", '{"safetyreportid":{"2":1}'],
    ["no id", '{"safetyreportid":null}'],
    ["another object", '{"id":2}'],
    ["lists within lists", `{"safetyreportid":${"[".repeat(200)}${"]".repeat(200)}}`],
  ])("NDJSON: %s", async (_, damaged) => {
    const all = await readText([report("1"), damaged, report("3")].join("\n"), 11);
    expect(all.reports.map(({ id }) => id)).toEqual(["1", "3"]);
    expect(all.issues.filter(({ effect }) => effect === "report-rejected")).toMatchObject([{ row: 2 }]);
  });

  test("a byte that is no UTF-8", async () => {
    const json = Buffer.from(`[${report("1", { occurcountry: "C?TE" })}]`);
    json[json.indexOf("?")] = 0xd4;
    const { reports, issues } = await readText(new Uint8Array(json));
    expect(reports[0]?.country).toBe("CÔTE");
    expect(ofCode(issues, "ENCODING_FALLBACK")).toMatchObject([{ row: 1 }]);
  });

  test("a file that ends early", async () => {
    const json = `{"results":[${report("1")},\n${report("2")}]}`;
    const cut = await readText(json.slice(0, -20));
    expect(cut.reports.map(({ id }) => id)).toEqual(["1"]);
    expect(ofCode(cut.issues, "TRUNCATED_FILE")).toMatchObject([
      { effect: "report-rejected", row: 2 },
      { effect: "noted" },
    ]);
    expect(ofCode((await readText(json.slice(0, -1))).issues, "TRUNCATED_FILE")).toMatchObject([{ effect: "noted" }]);
    const packed = gzipSync(bytesOf("food-event-results.json"));
    await expect(
      readAll(readOpenFda(memoryFile("x.json.gz", new Uint8Array(packed.subarray(0, 2000))))),
    ).rejects.toMatchObject({ code: "TRUNCATED_SOURCE" });
  });

  test("a record of 30 MB, a text of 50 MB in what is no record and a million lists within one another", async () => {
    const huge: InputFile = {
      name: "x.json",
      // eslint-disable-next-line @typescript-eslint/require-await -- what a reader takes is asynchronous
      async *open() {
        const write = (text: string): Uint8Array => new TextEncoder().encode(text);
        const block = write("x".repeat(2 ** 20));
        const lists = write("[".repeat(2 ** 20));
        yield write(`{"results":[{"safetyreportid":"`);
        for (let i = 0; i < 30; i++) yield block;
        yield write(`"},{"safetyreportid":`);
        yield lists;
        yield write("]".repeat(2 ** 20));
        yield write(`},${report("3")}],"x":"`);
        for (let i = 0; i < 50; i++) yield block;
        yield write(`"}`);
      },
    };
    const before = process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
    let most = 0;
    const found: string[] = [];
    const issues = [];
    for await (const batch of readOpenFda(huge)) {
      found.push(...batch.reports.map(({ id }) => id));
      issues.push(...batch.issues);
      most = Math.max(most, process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers - before);
    }
    expect(found).toEqual(["3"]);
    expect(issues.filter(({ effect }) => effect === "report-rejected").map(({ code }) => code)).toEqual([
      "FIELD_TOO_LONG",
      "INVALID_REPORT",
    ]);
    expect(most / 2 ** 20).toBeLessThan(150);
  });

  test("anything at all: it fits the model, reconciles, or is one of four errors", async () => {
    const allowed = new Set(["SOURCE_UNREADABLE", "SOURCE_EMPTY", "UNKNOWN_LAYOUT", "TRUNCATED_SOURCE"]);
    const bases = real.map(([name]) => bytesOf(name));
    const at = fc.double({ min: 0, max: 0.999, noNaN: true });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...bases),
        fc.array(
          fc.tuple(
            at,
            fc.oneof(
              fc.integer({ min: 0, max: 255 }),
              fc.constantFrom(...Array.from('{}[]",:\\\n', (c) => c.charCodeAt(0))),
            ),
          ),
          { minLength: 1, maxLength: 20 },
        ),
        fc.option(at),
        async (base, flips, end) => {
          const bytes = base.slice(0, end === null ? base.length : Math.floor(end * base.length));
          for (const [where, value] of flips) bytes[Math.floor(where * bytes.length)] = value;
          const all = await readText(bytes).catch((error: unknown) => {
            if (!(error instanceof PvError) || !allowed.has(error.code)) throw error;
            return undefined;
          });
          if (all === undefined) return;
          for (const one of all.reports) expect(tryReport(one)).toEqual({ report: one });
          const { reconciliation: sum } = await loadReports(readOpenFda(memoryFile("x.json", bytes)));
          expect(sum.read).toBe(recordsRead(all));
          expect(sum.read).toBe(sum.accepted + sum.merged + sum.retracted + sum.rejected);
        },
      ),
      { numRuns: 60 },
    );
  });
});

test("values of any JSON type in any place do no harm", async () => {
  const names =
    `safetyreportid safetyreportversion serious patient drug reaction sender primarysource receivedate activesubstance
     mdr_report_key device patient report_number products reactions outcomes consumer name_brand __proto__ constructor`.split(
      /\s+/,
    );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.string(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie("tree"), { maxLength: 3 }),
      tie("record"),
    ),
    record: fc.dictionary(fc.constantFrom(...names), tie("tree"), { maxKeys: 6 }),
  }));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.dictionary(fc.constantFrom(...names), tree), { maxLength: 5 }), async (records) => {
      const { reports } = await readText(JSON.stringify([{ safetyreportid: "0" }, ...records]));
      for (const one of reports) expect(tryReport(one)).toEqual({ report: one });
    }),
    { numRuns: 150 },
  );
});

test("an analyst's flat table loads through a mapping: a report found by two searches is one", async () => {
  const { table, reconciliation: sum } = await loadReports(
    readMapped(file("drug-event-flat-metformin-sample.csv"), {
      source: "faers",
      domain: "drug",
      id: "report_id",
      receivedDate: "report_date",
      product: "query_drug",
      event: { term: "reactions", separator: "; " },
    }),
  );
  expect(sum).toMatchObject({ read: 1157, accepted: 1157, rejected: 0 });
  expect(table.size).toBe(1157);
});
