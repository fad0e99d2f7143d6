import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { loadReports } from "../../src/count/load.ts";
import { readE2b } from "../../src/ingest/readers-icsr.node.ts";
import { tryReport } from "../../src/report/schema.ts";
import { codes, fixture, memoryFile, ofCode, readAll, recordsRead, reportOf } from "./reading.ts";

const file = (name: string): string => fixture("e2b", `${name}.gz`);
const text = (name: string): string => gunzipSync(readFileSync(file(name))).toString("utf8");
const scenario = (name: string): string => file(`FAERS2022Scenario${name}.xml`);
const scenarios = ["1", "2", "4", "5-3", "6", "7", "8"];

const MESSAGE = /<PORR_IN049016UV>[\s\S]*<\/PORR_IN049016UV>/;
const message = MESSAGE.exec(text("FAERS2022Scenario1.xml"))![0];
const withId = (id: string, xml = message): string => xml.replaceAll("US-APHARMA-8744554B", id);
const batchOf = (...messages: string[]): string =>
  `<MCCI_IN200100UV01 xmlns="urn:hl7-org:v3">\n${messages.join("\n")}\n</MCCI_IN200100UV01>\n`;
const readText = (xml: string | Uint8Array, chunk?: number, options = {}): ReturnType<typeof readAll> =>
  readAll(readE2b(memoryFile("x.xml", xml, chunk), options));

test.each(scenarios)("scenario %s of FDA is one report that fits the model and reconciles", async (name) => {
  const all = await readAll(readE2b(scenario(name), { narrative: true }));
  expect(all.reports).toHaveLength(1);
  expect(tryReport(all.reports[0])).toEqual({ report: all.reports[0] });
  const { reconciliation: sum } = await loadReports(readE2b(scenario(name)));
  expect(sum).toMatchObject({ read: 1, accepted: 1, merged: 0, retracted: 0, rejected: 0 });
});

test("scenario 1: two suspects and a concomitant by the ids of G.k.1; the past drug is none of them", async () => {
  const { reports, issues } = await readAll(readE2b(scenario("1")));
  expect(reports).toEqual([
    {
      id: "US-APHARMA-8744554B",
      source: "e2b",
      version: 44724, // 2022-06-14, counted from 1900-01-01
      recordId: "20140714201617 US-APHARMA-8744554B", // 15:16:17 at -0500
      domain: "drug",
      receivedDate: "2022-06-14",
      awareDate: "2022-06-14",
      reportedDate: "2014-07-14",
      eventDate: "2014-10-10",
      kind: "spontaneous",
      products: [
        {
          name: "Drug A",
          role: "suspect",
          ingredient: "Ingredient A",
          manufacturer: "Big Pharma A Drug",
          code: "NDA012345",
          route: "Oral",
          indication: "Embolism venous",
          causality: "related",
        },
        {
          name: "Drug B",
          role: "suspect",
          ingredient: "Ingredient B",
          manufacturer: "Big Pharma B Drug",
          code: "NDA012567",
          causality: "unrelated",
        },
        { name: "Drug C", role: "concomitant", manufacturer: "Big Pharma C Drug" },
      ],
      events: [
        {
          term: "MedDRA 10027940",
          code: "10027940",
          dictionary: "MedDRA 25.0 LLT",
          onset: "2014-10-10",
          outcome: "not-recovered",
        },
        {
          term: "MedDRA 10009896",
          code: "10009896",
          dictionary: "MedDRA 25.0 LLT",
          onset: "2014-10-10",
          outcome: "recovered",
        },
      ],
      serious: ["disability", "other"],
      unit: "Big Pharma Drug",
      unitKind: "holder",
      region: "UT",
      country: "US",
      reporter: "1",
      patient: { ageYears: 48, sex: "male" },
      narrativeLength: 107,
    },
  ]);
  expect(issues).toEqual([]);
});

test("names of MedDRA codes come from the caller", async () => {
  const meddra = new Map([["10027940", "the name in the dictionary"]]);
  const { reports } = await readAll(readE2b(scenario("1"), { meddra }));
  expect(reports[0]?.events.map(({ term }) => term)).toEqual(["the name in the dictionary", "MedDRA 10009896"]);
});

test("a reaction without a code has the words of the reporter, translated before native", async () => {
  const uncoded = message.replace('code="10027940" codeSystem="2.16.840.1.113883.6.163"', 'nullFlavor="NI"');
  const { reports } = await readText(batchOf(uncoded));
  expect(reports[0]?.events[0]).toMatchObject({ term: "THROMBOSE VEINEUSE PROFONDE" });
  expect(reports[0]?.events[0]).not.toHaveProperty("code");
});

test.each([
  ["2", ["suspect", "suspect", "concomitant"], ["Drug A", "Drug B", "Drug C"]],
  ["4", ["suspect"], ["AA-001"]],
  ["5-3", ["suspect", "suspect", "concomitant"], ["Drug Z (No drug exposure)", "Drug X", "Drug A"]],
  ["6", ["suspect", "interacting"], ["Drug A", "Drug B"]],
  ["7", ["suspect", "not-given"], ["Drug A", "Drug B"]],
  ["8", ["suspect", "suspect", "concomitant"], ["MK-001", "Drug B", "Drug C"]],
])("scenario %s: roles, and neither past drugs nor device constituents", async (name, roles, names) => {
  const { reports } = await readAll(readE2b(scenario(name)));
  expect(reports[0]?.products.map((product) => product.role)).toEqual(roles);
  expect(reports[0]?.products.map((product) => product.name)).toEqual(names);
});

test("roles that contradict each other, and that of a drug which is not there, are counted", async () => {
  const two = await readAll(readE2b(scenario("7")));
  expect(ofCode(two.issues, "CONFLICTING_VALUE")).toMatchObject([{ field: "G.k.1", value: "1", detail: "kept 4" }]);
  const orphan = await readAll(readE2b(scenario("5-3")));
  expect(codes(orphan.issues)).toEqual(["ORPHAN_ROW"]);
});

test("scenario 6: the age is the patient's, not the parent's; attachments are not kept; causality in other words is counted", async () => {
  const { reports, issues } = await readAll(readE2b(scenario("6"), { narrative: true }));
  expect(reports[0]).toMatchObject({
    patient: { ageYears: 10, weightKg: 48.2, sex: "male" },
    deathDate: "2009-01-01",
    serious: ["death", "hospitalisation", "disability", "other"],
    narrative: expect.stringMatching(/^Case Narrative/) as unknown,
  });
  expect(reports[0]?.products[0]).toMatchObject({
    lots: ["4577BN2"],
    strength: "10 mg; 3 mg",
    start: "2009-01-01",
    rechallenge: "yes",
    causality: "related",
  });
  expect(issues).toMatchObject([{ code: "UNKNOWN_CODE", effect: "value-dropped", value: "highly related" }]);
  expect(JSON.stringify(reports)).not.toContain("JVBER");
});

test("all scenarios at once: versions of one worldwide id merge, whichever sender wrote them", async () => {
  const { table, reconciliation: sum } = await loadReports(readE2b(scenarios.map(scenario)));
  // 1, 2, 6, 7 and 8 are about US-APHARMA-8744554B; 2 has the most recent information.
  expect(sum).toMatchObject({ read: 7, accepted: 3, merged: 4, retracted: 0, rejected: 0 });
  expect(table.size).toBe(3);
});

test("of versions of one day the one created last stands; a nullification withdraws the case", async () => {
  const later = message.replaceAll("20140714151617-0500", "20140714151618-0500").replaceAll("Drug A", "Drug Z");
  const merged = await loadReports(readE2b(memoryFile("x.xml", batchOf(later, message))));
  expect(merged.reconciliation).toMatchObject({ read: 2, accepted: 1, merged: 1 });
  expect(merged.table.report(0).products[0]?.name).toBe("Drug Z");
  const nullified = later.replace(
    "</investigationEvent>",
    '<subjectOf2><investigationCharacteristic><code code="3" codeSystem="2.16.840.1.113883.3.989.2.1.1.23"/>' +
      '<value code="1" codeSystem="2.16.840.1.113883.3.989.2.1.1.5"/></investigationCharacteristic></subjectOf2></investigationEvent>',
  );
  const gone = await loadReports(readE2b(memoryFile("x.xml", batchOf(nullified, message))));
  expect(gone.reconciliation).toMatchObject({ read: 2, accepted: 0, retracted: 2 });
  const amended = nullified.replace(
    '<value code="1" codeSystem="2.16.840.1.113883.3.989.2.1.1.5"',
    '<value code="2" codeSystem="2.16.840.1.113883.3.989.2.1.1.5"',
  );
  const kept = await loadReports(readE2b(memoryFile("x.xml", batchOf(amended, message))));
  expect(kept.reconciliation).toMatchObject({ accepted: 1, retracted: 0 });
});

test("dates keep their precision and the day of their own zone", async () => {
  const dated = (value: string): string => message.replace('<low value="20141010"/>', `<low value="${value}"/>`);
  const values = ["2009", "200901", "20090131", "20090131235959-1100", "200901312359+0800", "20090131120000.25+0000"];
  const { reports } = await readText(batchOf(...values.map((value, i) => withId(`D${i}`, dated(value)))));
  expect(reports.map((report) => report.events[0]?.onset)).toEqual([
    "2009",
    "2009-01",
    ...Array<string>(4).fill("2009-01-31"),
  ]);
  const bad = await readText(batchOf(dated("20091340")));
  expect(ofCode(bad.issues, "BAD_DATE")).toMatchObject([{ field: "E.i.4", value: "20091340" }]);
});

test("null flavours stand for nothing", async () => {
  const masked = message
    .replace(
      '<administrativeGenderCode code="1" displayName="Male" codeSystem="1.0.5218"/>',
      '<administrativeGenderCode nullFlavor="MSK"/>',
    )
    .replace('<low value="20141010"/>', '<low nullFlavor="ASKU"/>')
    .replace('<value value="48" unit="a" xsi:type="PQ"/>', '<value nullFlavor="NASK" xsi:type="PQ"/>');
  const { reports, issues } = await readText(batchOf(masked));
  expect(reports[0]?.events[0]).not.toHaveProperty("onset");
  // The age is then reckoned from birth (2001-06-15) to the onset of the other reaction (2014-10-10).
  expect(reports[0]?.patient).toEqual({ ageYears: 4865 / 365.25 });
  expect(issues).toEqual([]);
});

test("the primary source is the reporter marked so, not the first", async () => {
  const reporter = /<outboundRelationship typeCode="SPRT">\s*<priorityNumber[\s\S]*?<\/outboundRelationship>/.exec(
    message,
  )![0];
  const other = reporter
    .replace(/<priorityNumber value="1"\/>/, "")
    .replace('code="1" displayName="Physician"', 'code="5"');
  const { reports } = await readText(batchOf(message.replace(reporter, other + reporter)));
  expect(reports[0]?.reporter).toBe("1");
});

test("made up: regional elements of China, in GB18030; personal ones are not kept", async () => {
  const { reports, issues } = await readAll(readE2b(fixture("e2b", "china-made-up.xml"), { narrative: true }));
  expect(issues).toEqual([]);
  expect(reports).toEqual([
    {
      id: "CN-HOLDER-0001",
      source: "e2b",
      version: 45293,
      recordId: "20240104163000 CN-HOLDER-0001",
      domain: "drug",
      receivedDate: "2024-01-04",
      awareDate: "2024-01-02",
      reportedDate: "2024-01-05",
      eventDate: "2024-01-01",
      unexpected: true,
      unit: "某市人民医院",
      unitKind: "medical",
      patient: { ageYears: 12417 / 365.25, sex: "female" },
      products: [
        {
          name: "阿莫西林胶囊",
          brand: "某某灵",
          role: "suspect",
          code: "国药准字H00000000",
          lots: ["20230801"],
          expires: "2025-07",
          causality: "probable",
          dechallenge: "yes",
        },
      ],
      events: [{ term: "皮疹", onset: "2024-01-01" }],
      narrative: "患者用药后出现皮疹。",
      narrativeLength: 10,
    },
  ]);
  expect(JSON.stringify(reports)).not.toMatch(/汉族|13800000000|1990/);
});

test("R2: FDA's public files, with and without an XML declaration", async () => {
  const old = await readAll(readE2b(file("faers-public-2012q4-ADR12Q4.xml")));
  expect(old.reports.map(({ id, source, version }) => [id, source, version])).toEqual([
    ["7795712", "faers", 2],
    ["7795970", "faers", 5],
    ["7668475", "faers", 3],
    ["7757074", "faers", 2],
    ["7735661", "faers", 3],
  ]);
  expect(reportOf(old.reports, "7795712")).toMatchObject({
    receivedDate: "2012-10-03",
    kind: "spontaneous",
    serious: ["other"],
    country: "US",
    reporter: "4",
    unit: "ACTAVIS ELIZABETH",
    patient: { sex: "male", weightKg: 87.09 },
  });
  const tardive = reportOf(old.reports, "7795712");
  expect(tardive.products.filter(({ role }) => role === "suspect").map(({ name }) => name)).toEqual([
    "METOCLOPRAMIDE",
    "METOCLOPRAMIDE",
  ]);
  expect(tardive.events[0]).toEqual({ term: "Tardive dyskinesia", dictionary: "MedDRA 16.0 PT" });
  const recent = await readAll(readE2b(file("faers-public-2022q1-example.xml")));
  expect(recent.reports).toHaveLength(7);
  for (const report of [...old.reports, ...recent.reports]) expect(tryReport(report)).toEqual({ report });
  const { reconciliation: sum } = await loadReports(
    readE2b([file("faers-public-2012q4-ADR12Q4.xml"), file("faers-public-2022q1-example.xml")]),
  );
  expect(sum).toMatchObject({ read: 12, accepted: 12, merged: 0, rejected: 0 });
});

test("R2: the check digit of an AERS number is cut, and its series kept apart from the case numbers", async () => {
  const { reports, issues } = await readAll(readE2b(file("aers-legacy-2005-event.sgm")));
  expect(reports).toHaveLength(1);
  expect(reports[0]).toMatchObject({
    id: "4562564",
    source: "aers-isr",
    version: 1,
    receivedDate: "2005-01-27", // receiptdate is the manufacturer's, and earlier
    serious: ["hospitalisation", "disability", "other"],
    patient: { ageYears: 62, sex: "female", weightKg: 62 },
  });
  expect(reports[0]?.products.filter(({ role }) => role === "suspect").map(({ name }) => name)).toEqual([
    "VIOXX",
    "VIOXX",
  ]);
  expect(codes(issues)).toEqual(["REPEATED_RECORD"]); // REGLAN
});

const r2 = (inner: string, id = "CN-1"): string =>
  `<safetyreport><safetyreportid>${id}</safetyreportid>${inner}</safetyreport>`;
const icsr = (...reports: string[]): string =>
  `<!DOCTYPE ichicsr SYSTEM "http://eudravigilance.org/dtd/icsr21xml.dtd">\n<ichicsr lang="en">\n${reports.join("\n")}\n</ichicsr>`;
const drug = "<drug><drugcharacterization>1</drugcharacterization><medicinalproduct>A.</medicinalproduct>";

test("R2: tags in capitals read as those in small letters", async () => {
  const small = text("faers-public-2022q1-example.xml");
  const capitals = small.replace(/<\/?[a-z]+(?=[ >/])/g, (tag) => tag.toUpperCase());
  expect((await readText(capitals)).reports).toEqual((await readText(small)).reports);
});

test("R2: a DOCTYPE that names a DTD is stepped over; a sender's own dates mean the sender", async () => {
  const inner = `<sender><sendertype>1</sendertype><senderorganization>某公司</senderorganization></sender>
    <receivedate>20240102</receivedate><receiptdate>20240105</receiptdate><transmissiondate>20240108</transmissiondate>
    <casenullification>1</casenullification><serious>1</serious>
    <patient><patientsex>0</patientsex>${drug}<drugadditional>stopped by the patient</drugadditional></drug>
    <reaction><reactionmeddrallt>10037844</reactionmeddrallt><reactionmeddraversionllt>26.1</reactionmeddraversionllt>
    <reactionstartdate>202401</reactionstartdate></reaction></patient>`;
  const { reports, issues } = await readText(icsr(r2(inner)));
  expect(issues).toEqual([]);
  expect(reports).toEqual([
    {
      id: "CN-1",
      source: "e2b",
      version: 1,
      domain: "drug",
      retracted: true,
      receivedDate: "2024-01-05",
      awareDate: "2024-01-02",
      reportedDate: "2024-01-08",
      eventDate: "2024-01",
      serious: ["unspecified"],
      unit: "某公司",
      unitKind: "holder",
      products: [{ name: "A.", role: "suspect" }],
      events: [{ term: "10037844", code: "10037844", dictionary: "MedDRA 26.1 LLT", onset: "2024-01" }],
    },
  ]);
});

test("R2: a report without a patient, without an id, and codes that mean nothing", async () => {
  const fda = "<sender><senderorganization>FDA-Public Use</senderorganization></sender>";
  const { reports, issues } = await readText(
    icsr(
      r2(fda, "1"),
      r2(
        `${fda}<patient>${drug}<drugadditional>n/a</drugadditional></drug><drug><drugcharacterization>1</drugcharacterization></drug></patient>`,
        "2",
      ),
      r2(fda, " "),
    ),
  );
  expect(reports.map(({ id }) => id)).toEqual(["1", "2"]);
  expect(reports[1]?.products).toEqual([{ name: "A", role: "suspect" }]);
  expect(codes(issues)).toEqual(["MISSING_ID", "NO_EVENT", "NO_PRODUCT", "PLACEHOLDER", "UNKNOWN_CODE"]);
  expect(recordsRead({ reports, issues, retractions: [], batches: 0 })).toBe(3);
});

test("it reads the same wherever the chunks are cut", async () => {
  for (const name of ["FAERS2022Scenario6.xml", "faers-public-2022q1-example.xml", "aers-legacy-2005-event.sgm"]) {
    const bytes = new Uint8Array(gunzipSync(readFileSync(file(name))));
    const whole = await readText(bytes, bytes.length);
    for (const chunk of [1, 7, 1000, 4093]) {
      const { reports, issues } = await readText(bytes, chunk);
      expect(reports).toEqual(whole.reports);
      expect(issues).toEqual(whole.issues);
    }
  }
});

test.each([
  ["UTF-8 with a mark", (xml: string) => Uint8Array.of(0xef, 0xbb, 0xbf, ...new TextEncoder().encode(xml))],
  ["UTF-16 little-endian", (xml: string) => new Uint8Array(Buffer.from(`\ufeff${xml}`, "utf16le"))],
  ["UTF-16 without a mark", (xml: string) => new Uint8Array(Buffer.from(xml, "utf16le"))],
  ["UTF-16 big-endian", (xml: string) => new Uint8Array(Buffer.from(`\ufeff${xml}`, "utf16le").swap16())],
  [
    "windows-1252",
    (xml: string) => new Uint8Array(Buffer.from(`<?xml version="1.0" encoding="ISO-8859-1"?>${xml}`, "latin1")),
  ],
])("%s", async (_, encode) => {
  const xml = icsr(r2(`<patient>${drug.replace("A.", "Bétadine")}</drug></patient>`));
  for (const chunk of [1, 1000]) {
    const { reports, issues } = await readText(encode(xml), chunk);
    expect(reports[0]?.products[0]?.name).toBe("Bétadine");
    expect(codes(issues)).toEqual(["NO_EVENT"]);
  }
});

test("a byte that is no UTF-8 costs its piece of text the encoding, not the file", async () => {
  const bytes = Buffer.from(
    icsr(r2(`<patient>${drug.replace("A.", "Bétadine")}</drug></patient>`), r2("<serious>2</serious>", "药")),
    "utf8",
  );
  const spoilt = Buffer.concat([
    bytes.subarray(0, bytes.indexOf("é")),
    Buffer.of(0xe9),
    bytes.subarray(bytes.indexOf("é") + 2),
  ]);
  const { reports, issues } = await readText(new Uint8Array(spoilt), 5);
  expect(reports.map(({ id }) => id)).toEqual(["CN-1", "药"]);
  expect(reports[0]?.products[0]?.name).toBe("Bétadine");
  expect(ofCode(issues, "ENCODING_FALLBACK")).toMatchObject([{ row: 3, detail: "windows-1252" }]);
});

test.each([
  ["R3ack-positive.xml", "an E2B(R3) acknowledgement"],
  ["R3ack-negative.xml", "an E2B(R3) acknowledgement"],
  ["emdr-hl7-icsr-3500A-sample.xml", "an FDA eMDR device report"],
])("%s is refused by name", async (name, what) => {
  const error = await readAll(readE2b(file(name))).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: "UNKNOWN_LAYOUT", message: expect.stringContaining(what) as unknown });
});

test("other files of a directory are passed over; nothing but others is no source", async () => {
  const { reports } = await readAll(readE2b(fixture("e2b")));
  expect(reports).toHaveLength(7 + 1 + 5 + 7 + 1);
  await expect(readAll(readE2b(fixture("vaers")))).rejects.toMatchObject({ code: "SOURCE_EMPTY" });
  await expect(readText("")).rejects.toMatchObject({ code: "SOURCE_EMPTY" });
  await expect(readText("id,product\n1,A\n")).rejects.toMatchObject({ code: "UNKNOWN_LAYOUT" });
  expect(() => readE2b("x", { meddra: { 10027940: "x" } as never })).toThrow(
    expect.objectContaining({ code: "INVALID_OPTION" }),
  );
  expect(() => readE2b("x", { source: "" })).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
});
