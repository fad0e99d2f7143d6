import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { readCaers } from "../../src/ingest/readers.node.ts";
import { codes, fixture, lines, memoryFile, ofCode, readAll, recordsRead, reportOf } from "./reading.ts";

const cut = (options = {}): ReturnType<typeof readAll> => readAll(readCaers(fixture("caers"), options));
const header =
  "RA_Report #,RA_CAERS Created Date,AEC_Event Start Date,PRI_Product Role,PRI_Reported Brand/Product Name,PRI_FDA Industry Code,PRI_FDA Industry Name,CI_Age at Adverse Event,CI_Age Unit,CI_Gender,AEC_One Row Outcomes,SYM_One Row Coded Symptoms";
const row = (id: string, product: string, terms: string, outcomes = "NONE"): string =>
  `${id},1/2/2004,,Suspect,${product},54,Vit,30,Year(s),Female,"${outcomes}","${terms}"`;
const caers = (...rows: string[]): ReturnType<typeof memoryFile> => memoryFile("caers.csv", lines(header, ...rows));

test("the rows of a report become one report", async () => {
  const all = await cut();
  expect(all.reports).toHaveLength(44);
  expect(recordsRead(all)).toBe(44);
  expect(reportOf(all.reports, "65353")).toEqual({
    id: "65353",
    source: "caers",
    version: 1,
    domain: "food",
    receivedDate: "2004-01-02",
    eventDate: "2003-12-01",
    products: [
      { name: "HERBALIFE RELAX NOW", role: "suspect", code: "54" },
      { name: "HERBALIFE TOTAL CONTROL", role: "suspect", code: "54" },
    ],
    events: [{ term: "PARANOIA" }, { term: "PHYSICAL EXAMINATION" }, { term: "DELUSION" }],
    serious: [],
    patient: { sex: "female" },
  });
});

test("quirk 1: a term with a comma stays one term", async () => {
  const { reports } = await cut();
  expect(reportOf(reports, "67338").events.map((event) => event.term)).toEqual([
    "IRRITABILITY",
    "HALLUCINATION, AUDITORY",
    "ARTHRALGIA",
    "PAIN",
    "BACK PAIN",
  ]);
  expect(reportOf(reports, "84339").events[0]?.term).toBe("HALLUCINATION, VISUAL");
  const file = caers(row("1", "X", "RASH, FOO, BAR TYPE, Ear, nose and throat examination"));
  const { reports: own } = await readAll(readCaers(file, { commaTerms: ["Foo, bar type"] }));
  expect(own[0]?.events.map((event) => event.term)).toEqual([
    "RASH",
    "FOO, BAR TYPE",
    "Ear, nose and throat examination",
  ]);
});

test("quirk 2: outcome strings with stops, slashes and blanks are understood, in capitals and in the later spelling", async () => {
  const { reports } = await cut();
  expect(reportOf(reports, "65325").serious).toEqual(["hospitalisation", "intervention"]);
  expect(reportOf(reports, "65333").serious).toEqual([]); // VISITED AN ER
  expect(reportOf(reports, "67036").serious).toEqual([
    "life-threatening",
    "hospitalisation",
    "disability",
    "congenital-anomaly",
    "intervention",
  ]);
  expect(reportOf(reports, "65345").serious).toEqual([]); // NON-SERIOUS INJURIES/ ILLNESS
  const file = caers(
    row("1", "X", "RASH", "Visited Emergency Room, Hospitalization, Other Serious or Important Medical Event, Odd"),
  );
  const { reports: later, issues } = await readAll(readCaers(file));
  expect(later[0]?.serious).toEqual(["hospitalisation", "other"]);
  expect(ofCode(issues, "UNKNOWN_CODE")).toMatchObject([{ value: "Odd", effect: "value-dropped" }]);
  expect((await readAll(readCaers(caers(row("1", "X", "RASH", ""))))).reports[0]).not.toHaveProperty("serious");
});

test("quirk 3: products and terms that repeat within a report count once, whatever their order", async () => {
  const { reports, issues } = await cut();
  expect(reportOf(reports, "65325").products).toHaveLength(1); // two rows, the terms in another order
  expect(reportOf(reports, "65325").events).toHaveLength(6);
  expect(ofCode(issues, "REPEATED_RECORD")).toMatchObject([{ effect: "noted", row: 3 }]);
  expect(reportOf(reports, "68269").events.map((event) => event.term)).toEqual(["HYPERPHOSPHATAEMIA", "CONVULSION"]);
  expect(ofCode(issues, "REPEATED_TERM").map((issue) => issue.value)).toContain("CONVULSION");
});

test("quirk 3: rows of one report need be neither adjacent nor in one file; the first wins where they disagree", async () => {
  const files = [
    caers(row("1", "A", "RASH"), row("2", "B", "RASH"), row("1", "C", "FALL").replace("Female", "Male")),
    memoryFile("later.csv", lines(header, row("1", "D", "RASH"))),
  ];
  const { reports, issues } = await readAll(readCaers(files));
  expect(reports.map((report) => [report.id, report.products.map((product) => product.name).join()])).toEqual([
    ["1", "A,C,D"],
    ["2", "B"],
  ]);
  expect(reports[0]?.events.map((event) => event.term)).toEqual(["RASH", "FALL"]);
  expect(reports[0]?.patient?.sex).toBe("female");
  expect(ofCode(issues, "CONFLICTING_VALUE")).toMatchObject([{ field: "sex", value: "Male", row: 4 }]);
});

test("quirk 4: ages are converted by their unit, left out above 120 years and without a unit", async () => {
  const { reports, issues } = await cut();
  const age = (id: string): number | undefined => reportOf(reports, id).patient?.ageYears;
  expect([age("65325"), age("65335"), age("109769"), age("169471")]).toEqual([2, 3 / 12, 736 / 12, 70]);
  expect([age("66510"), age("68269")]).toEqual(
    [56 / 365.25, 5 / 365.25].map((years) => expect.closeTo(years, 12) as unknown),
  );
  expect(age("71436")).toBeUndefined(); // 76 decades
  expect(age("168287")).toBeUndefined(); // 54 of no unit
  expect(ofCode(issues, "IMPLAUSIBLE_AGE")).toMatchObject([{ value: "76 Decade(s)", effect: "value-dropped" }]);
  expect(ofCode(issues, "AGE_WITHOUT_UNIT")).toMatchObject([{ value: "54", effect: "value-dropped" }]);
});

test("quirk 5: windows-1252 characters read as controls are put right, and so is the inverted question mark", async () => {
  const { reports, issues } = await cut();
  const names = reports.flatMap((report) => report.products.map((product) => product.name));
  expect(names).toEqual(
    expect.arrayContaining([
      "L’OREAL LIQUID EYE LINER",
      "HERSHEY'S ROLO CHOCOLATE WITH CARAMEL",
      "EDY'S VANILLA ICE CREAM WITH SPLENDA",
      "ONE A DAY WOMEN'S FILM-COATED TABLET",
    ]),
  );
  expect(names.join()).not.toMatch(/[\u0080-\u009f¿]/);
  expect(new Set(ofCode(issues, "MOJIBAKE").map((issue) => issue.effect))).toEqual(new Set(["repaired"]));
});

test("quirk 6: a redacted product is left out and its report stays; it can be kept", async () => {
  const { reports, issues } = await cut();
  expect(reportOf(reports, "65776").products).toEqual([]);
  expect(ofCode(issues, "REDACTED").map((issue) => issue.effect)).toEqual(["row-rejected", "row-rejected"]);
  expect(ofCode(issues, "NO_PRODUCT").map((issue) => issue.value)).toEqual(["65776", "66638"]);
  const kept = await cut({ redacted: "keep" });
  expect(reportOf(kept.reports, "65776").products[0]?.name).toBe("REDACTED");
  expect((await readAll(readCaers(caers(row("1", "EXEMPTION 4", "RASH"))))).reports[0]?.products).toEqual([]);
});

test("quirk 7: dates without padding, CRLF, doubled quotes, leading blanks", async () => {
  const { reports } = await cut();
  expect(reportOf(reports, "66510").receivedDate).toBe("2004-02-10");
  expect(reportOf(reports, "67213").products[0]).toEqual({
    name: '"TATERS" AND EGGS',
    role: "concomitant",
    code: "15",
  });
  expect(reportOf(reports, "167809").products[0]?.name).toBe("VARIOUS");
  expect(reports.every((report) => report.events.every((event) => event.term === event.term.trim()))).toBe(true);
});

test("domain is cosmetic for industry 53, and each product keeps its own where the report has both", async () => {
  const { reports } = await cut();
  expect(reportOf(reports, "65379")).toMatchObject({ domain: "cosmetic", products: [{ code: "53" }] });
  const mixed = reportOf(reports, "65421");
  expect(mixed.domain).toBe("food");
  expect(mixed.products.map((product) => [product.name, product.domain])).toEqual([
    ["DIET COKE", undefined],
    ["GATORADE SPORTS DRINK", undefined],
    ["TOOTHPASTE", "cosmetic"],
  ]);
  expect(reportOf(reports, "65755").products.filter((product) => product.role === "suspect")).toHaveLength(1);
});

test("quirk 8: the column names of later releases are understood, with a byte order mark and gzipped", async () => {
  const text = `\ufeff${lines(
    "Report ID,CAERS Created Date,Date of Event,Product Type,Product,Product Code,Description,Patient Age,Age Units,Sex,Case MedDRA Preferred Terms,Case Outcome",
    '2024-CFS-1,"3/14/24","",SUSPECT,LIPSTICK,53,Cosmetics,30,year(s),Female,"Rash, Pruritus",Visited Emergency Room',
  )}`;
  const { reports, issues } = await readAll(readCaers(memoryFile("caers.csv.gz", gzipSync(text), 7)));
  expect(reports).toEqual([
    {
      id: "2024-CFS-1",
      source: "caers",
      version: 1,
      domain: "cosmetic",
      receivedDate: "2024-03-14",
      products: [{ name: "LIPSTICK", role: "suspect", code: "53" }],
      events: [{ term: "Rash" }, { term: "Pruritus" }],
      serious: [],
      patient: { ageYears: 30, sex: "female" },
    },
  ]);
  expect(issues).toEqual([]);
});

test("a bad row costs its report only where it was the only one", async () => {
  const all = await readAll(
    readCaers(
      caers(
        row("1", "A", "RASH"),
        "1,2,3",
        "2,2",
        "2,3",
        row("", "A", "RASH"),
        row("3", 'A"B"', "X").replace("A", '"A'),
      ),
    ),
  );
  expect(all.reports.map((report) => report.id)).toEqual(["1"]);
  expect(
    all.issues
      .filter((issue) => issue.effect.endsWith("rejected"))
      .map((issue) => [issue.code, issue.effect, issue.row]),
  ).toEqual([
    ["MISSING_ID", "report-rejected", 6],
    ["RAGGED_ROW", "row-rejected", 3],
    ["RAGGED_ROW", "report-rejected", 4],
    ["RAGGED_ROW", "row-rejected", 5],
    ["BAD_QUOTE", "report-rejected", 7],
  ]);
  expect(recordsRead(all)).toBe(4);
});

test("columns renamed by a course are understood, a missing column is named", async () => {
  const { reports } = await readAll(readCaers(fixture("caers-raw")));
  expect(reportOf(reports, "75091")).toMatchObject({
    events: [{ term: "VOMITING" }, { term: "GASTRITIS" }],
    patient: { sex: "male" },
  });
  await expect(readAll(readCaers(memoryFile("x.csv", "Report ID,Product\n1,2\n")))).rejects.toThrow(
    /no column sym_one_row_coded_symptoms; found Report ID, Product/,
  );
  expect(codes([])).toEqual([]);
});
