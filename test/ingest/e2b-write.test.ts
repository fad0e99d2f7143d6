import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { e2bXml } from "../../src/ingest/e2b-write.ts";
import { readE2b, writeE2b } from "../../src/ingest/readers-icsr.node.ts";
import { partialDay } from "../../src/report/date.ts";
import {
  ANSWERS,
  CAUSALITIES,
  OUTCOMES,
  REPORT_KINDS,
  ROLES,
  SERIOUSNESS,
  type Report,
  type ReportEvent,
  type ReportProduct,
} from "../../src/report/report.ts";
import { parseReport } from "../../src/report/schema.ts";
import { fixture, memoryFile, readAll } from "./reading.ts";

const folder = mkdtempSync(join(tmpdir(), "pvsignal-e2b-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const batch = { sender: "HOLDER", receiver: "CDR", created: "20240131083000+0800" };

/** Texts as reports hold them: trimmed, with single blanks; otherwise anything, also what XML has to escape. */
const text = fc
  .string({ minLength: 1, maxLength: 30, unit: "binary" })
  .map((value) => value.replace(/[\s\u0000-\u001f\u007f-\u009f\ufffe\uffff;,]+/g, " ").trim())
  .filter((value) => value !== "" && value === value.replace(/\s+/g, " ").trim());
const day = fc.integer({ min: 0, max: 20_000 });
const date = fc
  .tuple(day, fc.constantFrom(4, 7, 10))
  .map(([n, length]) => new Date(n * 86_400_000).toISOString().slice(0, length));
const maybe = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(of, { nil: undefined });
const given = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T;

const product: fc.Arbitrary<ReportProduct> = fc
  .record({
    name: text,
    role: fc.constantFrom(...ROLES),
    ingredient: maybe(text),
    manufacturer: maybe(text),
    code: maybe(text),
    lots: maybe(fc.uniqueArray(fc.stringMatching(/^[A-Z]{2}\d{3,6}$/), { minLength: 1, maxLength: 3 })),
    route: maybe(text),
    form: maybe(text),
    dose: maybe(text),
    start: maybe(date),
    end: maybe(date),
    indication: maybe(text),
    causality: maybe(fc.constantFrom(...CAUSALITIES)),
    dechallenge: maybe(fc.constant("not-done" as const)),
    rechallenge: maybe(fc.constantFrom(...ANSWERS)),
  })
  .chain((value) =>
    // R3 gives the strength of a substance.
    value.ingredient === undefined
      ? fc.constant(value)
      : fc
          .record({ strength: maybe(fc.constantFrom("10 mg", "0.25 g", "5 mg/mL")) })
          .map((more) => ({ ...value, ...more })),
  )
  .map(given);
const event: fc.Arbitrary<ReportEvent> = fc
  .tuple(
    fc.oneof(
      text.map((term) => ({ term })),
      fc.integer({ min: 10_000_001, max: 10_099_999 }).map((code) => ({
        term: `MedDRA ${code}`,
        code: `${code}`,
        dictionary: "MedDRA 27.0 LLT",
      })),
    ),
    fc.record({ onset: maybe(date), outcome: maybe(fc.constantFrom(...OUTCOMES)) }),
  )
  .map(([named, more]) => given({ ...named, ...more }));

const DAYS_TO_1970 = 25_567;
const report: fc.Arbitrary<Report> = fc
  .record({
    id: text,
    receivedDate: date,
    awareDate: maybe(date),
    reportedDate: date,
    deathDate: maybe(date),
    kind: maybe(fc.constantFrom(...REPORT_KINDS)),
    retracted: maybe(fc.constant(true)),
    products: fc.uniqueArray(product, { maxLength: 4, selector: (one) => JSON.stringify(one) }),
    events: fc.uniqueArray(event, { maxLength: 4, selector: ({ term }) => term }),
    serious: maybe(fc.subarray(SERIOUSNESS.filter((one) => one !== "unspecified"))),
    unit: maybe(text),
    unitKind: maybe(fc.constantFrom("holder", "authority", "medical", "other", "person")),
    region: maybe(text),
    country: maybe(fc.constantFrom("CN", "US", "DE")),
    reporter: maybe(fc.constantFrom("1", "2", "3", "4", "5")),
    patient: maybe(
      fc
        .record({
          ageYears: fc.integer({ min: 0, max: 480 }).map((quarters) => quarters / 4),
          sex: maybe(fc.constantFrom("male", "female")),
          weightKg: maybe(fc.integer({ min: 1, max: 1000 }).map((n) => n / 4)),
        })
        .map(given),
    ),
    narrative: maybe(text),
  })
  .map((value) => {
    const onsets = value.events.flatMap(({ onset }) => onset ?? []);
    const dayOf = (one: string): number => partialDay(one)!.day;
    // What R3 has no place for of its own: it follows from other fields.
    const eventDate = onsets.reduce<string | undefined>(
      (first, one) => (first === undefined || dayOf(one) < dayOf(first) ? one : first),
      undefined,
    );
    const { receivedDate, reportedDate, id } = value;
    const created = `${`${reportedDate.replaceAll("-", "")}0101`.slice(0, Math.max(8, 0))}000000`;
    return given({
      ...value,
      source: "e2b",
      domain: "drug" as const,
      version: dayOf(receivedDate) + DAYS_TO_1970,
      recordId: `${created} ${id}`,
      eventDate,
      serious: value.events.length === 0 ? undefined : value.serious,
      narrativeLength: value.narrative?.length,
    });
  });

async function written(reports: readonly Report[]): Promise<string> {
  let xml = "";
  for await (const piece of e2bXml(reports, batch)) xml += piece;
  return xml;
}

test("what is written reads back as it was", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(report, { maxLength: 5 }), async (reports) => {
      for (const one of reports) expect(parseReport(one)).toEqual(one);
      const xml = await written([...reports, { ...last, id: "last" }]);
      const all = await readAll(readE2b(memoryFile("x.xml", xml), { narrative: true }));
      expect(all.reports.slice(0, -1)).toEqual(reports);
      expect(all.issues.filter(({ effect }) => effect !== "noted")).toEqual([]);
    }),
    { numRuns: 150 },
  );
});
const last: Report = { id: "last", source: "e2b", version: 1, domain: "drug", products: [], events: [] };

test("FDA's scenarios survive reading, writing and reading, but for the time of creation", async () => {
  for (const name of ["1", "2", "4", "6", "7", "8"]) {
    const path = fixture("e2b", `FAERS2022Scenario${name}.xml.gz`);
    const first = await readAll(readE2b(path, { narrative: true }));
    const out = join(folder, `${name}.xml`);
    await writeE2b(out, first.reports, batch);
    const second = await readAll(readE2b(out, { narrative: true }));
    const settled = first.reports.map((one) => ({
      ...one,
      recordId: one.recordId?.replace(/^(\d{8})\d{6}/, "$1000000"),
      // Strengths are written for one substance; several are told apart by nothing.
      products: one.products.map(({ strength, ...rest }) =>
        /;/.test(strength ?? "") ? rest : given({ ...rest, strength }),
      ),
    }));
    expect(second.reports).toEqual(settled);
  }
});

test("what XML cannot hold is left out, and what it reserves is escaped", async () => {
  const xml = await written([{ ...last, events: [{ term: `a\u0000<b>&"\ud800'` }] }]);
  expect(xml).toContain("a&lt;b&gt;&amp;&quot;'");
  const { reports } = await readAll(readE2b(memoryFile("x.xml", xml)));
  expect(reports[0]?.events).toEqual([{ term: `a<b>&"'` }]);
});

test("what a device, cosmetic or food report says has no place in E2B(R3)", async () => {
  const path = join(folder, "device.xml");
  await expect(writeE2b(path, [{ ...last, domain: "device" }], batch)).rejects.toMatchObject({
    code: "INVALID_REPORT",
  });
  expect(() => readFileSync(path)).toThrow("ENOENT");
  expect(() => readFileSync(`${path}.part`)).toThrow("ENOENT");
});

test("the batch must say who sends it, to whom and when", async () => {
  for (const wrong of [{ sender: "" }, { receiver: " " }, { created: "2024-01-31" }, { batch: "" }]) {
    await expect(writeE2b(join(folder, "x.xml"), [], { ...batch, ...wrong })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  }
  await expect(writeE2b(join(folder, "none", "x.xml"), [], batch)).rejects.toMatchObject({ code: "OUTPUT_UNWRITABLE" });
});
