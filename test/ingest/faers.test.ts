import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { loadReports } from "../../src/count/load.ts";
import { readFaers } from "../../src/ingest/readers.node.ts";
import { expectClose } from "../close.ts";
import { codes, fixture, lines, memoryFile, ofCode, readAll, recordsRead, reportOf } from "./reading.ts";

const faers = (folder: string): ReturnType<typeof readAll> => readAll(readFaers(fixture("faers", folder)));

const demoHeader =
  "primaryid$caseid$caseversion$event_dt$fda_dt$mfr_sndr$age$age_cod$sex$wt$wt_cod$occp_cod$reporter_country$occr_country";
const demo = (...rows: string[]): ReturnType<typeof memoryFile> =>
  memoryFile("DEMO24Q1.txt", lines(demoHeader, ...rows));
const drugHeader = "primaryid$caseid$drug_seq$role_cod$drugname$prod_ai$route$dose_vbm$lot_num$nda_num";
const drug = (...rows: string[]): ReturnType<typeof memoryFile> =>
  memoryFile("DRUG24Q1.txt", lines(drugHeader, ...rows));
const oneDemo = "10001$1000$1$20240101$20240102$ACME$44$YR$F$70$KG$MD$US$FR";

test("a quarter of legacy AERS becomes reports with its isr, case and follow-up number", async () => {
  const { reports, issues } = await faers("aers-2004q1");
  expect(reports).toHaveLength(20);
  expect(issues.filter((issue) => issue.effect.endsWith("rejected"))).toEqual([]);
  expect(reportOf(reports, "4061110")).toEqual({
    id: "4061110",
    source: "faers",
    version: 1,
    recordId: "4263742",
    domain: "drug",
    receivedDate: "2004-01-02",
    eventDate: "2003-11-15",
    products: [
      { name: "TAVOR", role: "suspect", start: "2003-11-15", end: "2003-11-15" },
      { name: "ALCOHOL", role: "suspect", start: "2003-11-15", end: "2003-11-15" },
      ...(["CITALOPRAM", "3600 MG ONCE PO", "ZYPREXA", "1800 MG ONCE PO"] as const).flatMap((name, i, all) =>
        i % 2 === 1
          ? []
          : [{ name, role: "suspect", route: "ORAL", dose: all[i + 1], start: "2003-11-15", end: "2003-11-15" }],
      ),
    ],
    events: expect.arrayContaining([{ term: "DIARRHOEA" }, { term: "INTENTIONAL OVERDOSE" }]) as unknown,
    serious: ["hospitalisation"],
    unit: "BIOVAIL PHARMACEUTICALS INC.",
    reporter: "OT",
    patient: { ageYears: 42, sex: "female" },
  });
});

test("quirk 1: a quotation mark is data in FAERS", async () => {
  const { reports, issues } = await readAll(readFaers([demo(oneDemo), drug('10001$1000$1$PS$"NAME" 5"$$$$$')]));
  expect(reports[0]?.products[0]?.name).toBe('"NAME" 5"');
  expect(codes(issues)).toEqual(["MISSING_TABLE", "NO_EVENT"]);
});

test("quirk 2: rows that all end with one more separator than the header are read, and noted once", async () => {
  const rows = [1, 2, 3].map((i) => `${oneDemo.replaceAll("1000", `100${i}`)}$`);
  const { reports, issues } = await readAll(readFaers(demo(...rows)));
  expect(reports).toHaveLength(3);
  expect(ofCode(issues, "TRAILING_FIELD")).toHaveLength(1);
});

test("quirk 3: header names of every generation are understood, with their blanks, upper case and byte order mark", async () => {
  const { reports, issues } = await faers("faers-2012q4"); // gndr_cod, outc_code, lot_nbr, ` rept_dt`, BOM in DRUG
  expect(reports).toHaveLength(9);
  expect(codes(issues)).toEqual(["NO_EVENT", "NO_PRODUCT", "ORPHAN_ROW"]);
  const first = reportOf(reports, "3448328");
  expect(first).toMatchObject({ recordId: "34483284", version: 4, receivedDate: "2012-11-28", country: "US" });
  expect(first.patient).toEqual({ sex: "female", weightKg: 2 });
  expect(first.products.map((product) => product.name)).toEqual(expect.arrayContaining(["SUSTIVA", "NEVIRAPINE"]));
  expect(first.serious).toEqual(["congenital-anomaly", "other"]);
});

test("quirk 3: the quarter comes from the name, in upper or lower case, with a suffix, in any folder", async () => {
  const files = [
    memoryFile("ascii/DEMO18Q1_new.txt", lines(demoHeader, oneDemo)),
    memoryFile("ASCII/drug18q1.TXT", lines(drugHeader, "10001$1000$1$PS$ASPIRIN$$$$$")),
    memoryFile("ascii/Drug18Q2.txt", lines(drugHeader, "10001$1000$1$PS$OTHER QUARTER$$$$$")),
  ];
  const { reports, issues } = await readAll(readFaers(files));
  expect(reports[0]?.products.map((product) => product.name)).toEqual(["ASPIRIN"]);
  expect(ofCode(issues, "ORPHAN_ROW")).toMatchObject([{ file: "Drug18Q2.txt", row: 2, effect: "row-rejected" }]);
});

test("quirk 4: two legacy records on one line are taken apart at the isr", async () => {
  // As DRUG11Q2 line 322,967: …$7475791$1016572490$SS$DOXORUBICIN…
  const header = "isr$drug_seq$role_cod$drugname$val_vbm$route$dose_vbm$dechal$rechal$lot_num$exp_dt$nda_num";
  const row = (isr: string, seq: string, name: string): string => `${isr}$${seq}$SS$${name}$1$ORAL$$$$L1$$$`;
  const text = lines(
    header,
    row("7475790", "1016572489", "VINCRISTINE"),
    row("7475790", "1016572488", "CISPLATIN") + row("7475791", "1016572490", "DOXORUBICIN"),
    row("7475791", "1016572491", "BLEOMYCIN"),
  );
  const demos = lines("isr$case$i_f_cod$foll_seq$fda_dt", "7475790$11$I$$20110401$", "7475791$12$F$2$20110402$");
  const { reports, issues } = await readAll(
    readFaers([memoryFile("DRUG11Q2.TXT", text), memoryFile("DEMO11Q2.TXT", demos)]),
  );
  expect(reports.map((report) => report.products.map((product) => product.name))).toEqual([
    ["VINCRISTINE", "CISPLATIN"],
    ["DOXORUBICIN", "BLEOMYCIN"],
  ]);
  expect(reports.map((report) => report.version)).toEqual([1, 3]);
  expect(ofCode(issues, "JOINED_LINES")).toMatchObject([{ file: "DRUG11Q2.TXT", row: 3, effect: "repaired" }]);
});

test("quirk 4: two later records on one line are taken apart where the key begins with the case id", async () => {
  const { reports, issues } = await readAll(
    readFaers(demo(oneDemo + oneDemo.replaceAll("1000", "2000"), oneDemo.replaceAll("1000", "3000"))),
  );
  expect(reports.map((report) => [report.id, report.country])).toEqual([
    ["1000", "FR"],
    ["2000", "FR"],
    ["3000", "FR"],
  ]);
  expect(codes(issues)).toContain("JOINED_LINES");
});

test("quirk 4: two records that cannot be taken apart are rejected, never shifted", async () => {
  const joined = `${oneDemo.slice(0, -2)}XX${oneDemo.slice(5)}`;
  const all = await readAll(readFaers(demo(oneDemo, joined)));
  expect(all.reports).toHaveLength(1);
  expect(ofCode(all.issues, "RAGGED_ROW")).toMatchObject([{ effect: "report-rejected", row: 3 }]);
});

test("quirk 5: a separator inside a value rejects the row", async () => {
  // As DEMO12Q1 line 105,917: JP-CUBIST-$E2B0000000182
  const all = await readAll(readFaers(demo(oneDemo, oneDemo.replace("ACME", "JP-CUBIST-$E2B0000000182"))));
  expect(all.reports).toHaveLength(1);
  expect(ofCode(all.issues, "RAGGED_ROW")).toEqual([
    { code: "RAGGED_ROW", effect: "report-rejected", file: "DEMO24Q1.txt", row: 3, detail: "15 fields, expected 14" },
  ]);
  expect(recordsRead(all)).toBe(2);
});

test("quirk 5: a separator inside a value rejects the row also where the last field is empty", async () => {
  const bad = oneDemo.replace("ACME", "A$ME").replace(/FR$/, "");
  const all = await readAll(readFaers(demo(oneDemo, bad, oneDemo)));
  expect(all.reports.map((report) => report.unit)).toEqual(["ACME", "ACME"]);
});

test("quirk 5: the control byte 0x7F is taken out of a value and reported", async () => {
  const { reports, issues } = await readAll(readFaers(demo(oneDemo.replace("ACME", "AC\u007fME"))));
  expect(reports[0]?.unit).toBe("ACME");
  expect(ofCode(issues, "CONTROL_CHARACTER")).toMatchObject([{ effect: "repaired", row: 2 }]);
});

test("quirk 6: partial dates keep their precision", async () => {
  const { reports } = await faers("faers-2020q3");
  const dates = reports.filter((report) => report.id === "10004694").map((report) => report.eventDate);
  expect(dates).toEqual(["2020", undefined]); // DEMO20Q3-1-date.txt and DEMO20Q3-10.txt
  const ends = new Set(reports.flatMap((report) => report.products.map((product) => product.end)));
  expect([...ends]).toEqual(expect.arrayContaining(["2012-02-13"]));
});

test.each([
  ["2003", "2003"],
  ["201403", "2014-03"],
  ["20140314", "2014-03-14"],
  ["", undefined],
])("quirk 6: event date %j is %j", async (text, date) => {
  const { reports } = await readAll(readFaers(demo(oneDemo.replace("20240101", text))));
  expect(reports[0]?.eventDate).toBe(date);
});

test("quirk 6: a date that is none is dropped with an issue", async () => {
  const { reports, issues } = await readAll(readFaers(demo(oneDemo.replace("20240101", "20241345"))));
  expect(reports[0]?.eventDate).toBeUndefined();
  expect(ofCode(issues, "BAD_DATE")).toMatchObject([{ field: "event_dt", value: "20241345", effect: "value-dropped" }]);
});

test.each([
  ["1$DEC", 10],
  ["44$YR", 44],
  ["6$MON", 0.5],
  ["3$WK", 21 / 365.25],
  ["10$DY", 10 / 365.25],
  ["12$HR", 12 / 8766],
])("quirk 7: age %s is %d years", async (age, years) => {
  const { reports } = await readAll(readFaers(demo(oneDemo.replace("44$YR", age))));
  expectClose(reports[0]?.patient?.ageYears ?? NaN, years, 1e-15);
});

test("quirk 7: an age without unit, above 120 years or of an unknown unit is left out, each with its issue", async () => {
  const rows = ["44$", "121$YR", "13$DEC", "44$XX", "x$YR"].map((age) => oneDemo.replace("44$YR", age));
  const { reports, issues } = await readAll(readFaers(demo(...rows)));
  expect(reports.map((report) => report.patient?.ageYears)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  expect(issues.filter((issue) => issue.field?.startsWith("age")).map((issue) => issue.code)).toEqual([
    "AGE_WITHOUT_UNIT",
    "IMPLAUSIBLE_AGE",
    "IMPLAUSIBLE_AGE",
    "UNKNOWN_CODE",
    "BAD_NUMBER",
  ]);
});

test("quirk 7: weight is read in KG, LBS and GMS, and in nothing else", async () => {
  const rows = ["70$KG", "152$LBS", "2500$GMS", "70$IB", "70$MG", "70$"].map((wt) => oneDemo.replace("70$KG", wt));
  const { reports, issues } = await readAll(readFaers(demo(...rows)));
  expect(reports.map((report) => report.patient?.weightKg)).toEqual([
    70,
    152 * 0.45359237,
    2.5,
    undefined,
    undefined,
    undefined,
  ]);
  expect(ofCode(issues, "UNKNOWN_CODE").map((issue) => issue.value ?? issue.detail)).toEqual(["IB", "MG", "no unit"]);
});

test("quirk 8: ids of DELETE lists come as retractions and withdraw the case, whatever the order", async () => {
  const { retractions, issues } = await faers("faers-2021q4-deleted");
  expect(retractions.map((entry) => entry.id)).toEqual([
    "10109973",
    "10261866",
    ...retractions.slice(2).map((r) => r.id),
  ]);
  expect(issues).toEqual([]);
  const list = memoryFile("Deleted/list24Q1.txt", lines(" ", "1000", "9999$", "oops"));
  const { reconciliation } = await loadReports(readFaers([demo(oneDemo, oneDemo.replaceAll("1000", "2000")), list]));
  expect(reconciliation).toMatchObject({ read: 2, accepted: 1, retracted: 1, withdrawn: { listed: 2, matched: 1 } });
});

test("quirk 8: the highest version of a case wins when loaded", async () => {
  const rows = [1, 3, 2].map((version) => `1000${version}$1000$${version}$$2024010${version}$$$$$$$$$`);
  const { reconciliation } = await loadReports(readFaers(demo(...rows)));
  expect(reconciliation).toMatchObject({ read: 3, accepted: 1, merged: 2 });
});

test("quirk 9: child rows without a DEMO row are counted with file and line; a report without drugs is kept", async () => {
  const all = await faers("faers-2022q4");
  const orphans = ofCode(all.issues, "ORPHAN_ROW");
  const files = new Set(orphans.map((issue) => issue.file));
  expect(files).toContain("OUTC22Q4.txt");
  expect(files).toContain("RPSR22Q4.txt");
  expect(orphans.every((issue) => issue.effect === "row-rejected" && issue.row !== undefined)).toBe(true);
  expect(recordsRead(all)).toBe(6);
  const { reports, issues } = await readAll(readFaers([demo(oneDemo), drug("20002$2000$1$PS$X$$$$$")]));
  expect(reports).toMatchObject([{ id: "1000", products: [], events: [] }]);
  expect(ofCode(issues, "NO_PRODUCT")).toMatchObject([{ effect: "noted", value: "1000" }]);
});

test("quirk 10: a full stop at the end of a drug name is dropped, but not one of several", async () => {
  const { reports } = await faers("faers-2017q2");
  const names = new Set(reports.flatMap((report) => report.products.map((product) => product.name)));
  expect(names).toContain("METHOTREXATE");
  expect(names).not.toContain("METHOTREXATE.");
  const { reports: made } = await readAll(
    readFaers([demo(oneDemo), drug("10001$1000$1$PS$ EXPAREL$$$$$", "10001$1000$2$C$ST. JOHN'S WORT EXT.$A\\B$$$$")]),
  );
  expect(made[0]?.products).toEqual([
    { name: "EXPAREL", role: "suspect" },
    { name: "ST. JOHN'S WORT EXT.", role: "concomitant", ingredient: "A\\B" },
  ]);
});

test("quirk 10: a list of lots cut at 35 characters loses its last piece, placeholders are no lots", async () => {
  const all = await faers("faers-2022q4");
  const lots = all.reports.flatMap((report) => report.products.flatMap((product) => product.lots ?? []));
  expect(lots.length).toBeGreaterThan(0);
  expect(lots).not.toContain("UNKNOWN");
  expect(codes(all.issues)).toContain("TRUNCATED_LIST");
  const cut = "B20282,B20172,B20343,B20162,B202134"; // 35 characters: the last lot may have gone on
  const { reports, issues } = await readAll(
    readFaers([
      demo(oneDemo),
      drug(`10001$1000$1$PS$X$$$$${cut}$`, "10001$1000$2$PS$Y$$$$UNKNOWN,UNKNOWN$", "10001$1000$3$PS$Z$$$$A1,UNK,A1$"),
    ]),
  );
  expect(reports[0]?.products.map((product) => product.lots)).toEqual([
    ["B20282", "B20172", "B20343", "B20162"],
    undefined,
    ["A1"],
  ]);
  expect(ofCode(issues, "TRUNCATED_LIST")).toMatchObject([{ value: "B202134", effect: "value-dropped" }]);
});

test("quirk 10: the same row twice is one product; roles are understood", async () => {
  const rows = ["PS", "SS", "C", "I", "DN", "??"].map((role, i) => `10001$1000$${i}$${role}$D${i}$$$$$`);
  const { reports, issues } = await readAll(readFaers([demo(oneDemo), drug(...rows, rows[0]!)]));
  expect(reports[0]?.products.map((product) => product.role)).toEqual([
    "suspect",
    "suspect",
    "concomitant",
    "interacting",
    "not-given",
    "concomitant",
  ]);
  expect(ofCode(issues, "REPEATED_RECORD")).toHaveLength(1);
  expect(ofCode(issues, "UNKNOWN_CODE")).toMatchObject([{ value: "??", effect: "repaired" }]);
});

test("quirk 11: NA is Namibia, COUNTRY NOT SPECIFIED is missing, odd codes of sex are not guessed at", async () => {
  const rows = ["MD$US$NA", "MD$NA$COUNTRY NOT SPECIFIED", "MD$COUNTRY NOT SPECIFIED$"].map((end) =>
    oneDemo.replace("MD$US$FR", end),
  );
  const { reports } = await readAll(readFaers(demo(...rows)));
  expect(reports.map((report) => report.country)).toEqual(["NA", "NA", undefined]);
  const sexes = ["UNK", "NS", "YR", ""].map((sex) => oneDemo.replace("$F$70", () => `$${sex}$70`));
  const { reports: odd, issues } = await readAll(readFaers(demo(...sexes)));
  expect(odd.map((report) => report.patient?.sex)).toEqual([undefined, undefined, undefined, undefined]);
  expect(ofCode(issues, "UNKNOWN_CODE").map((issue) => issue.value)).toEqual(["YR"]);
});

test("quirk 12: terms are kept as the MedDRA version of the day spelled them", async () => {
  const reac = memoryFile(
    "REAC24Q1.txt",
    lines("primaryid$pt", "10001$RENAL FAILURE ACUTE", "10001$Acute kidney injury", "10001$Acute kidney injury"),
  );
  const { reports, issues } = await readAll(readFaers([demo(oneDemo), reac]));
  expect(reports[0]?.events).toEqual([{ term: "RENAL FAILURE ACUTE" }, { term: "Acute kidney injury" }]);
  expect(ofCode(issues, "REPEATED_TERM")).toHaveLength(1);
});

test("a record without its ids is one rejected report", async () => {
  const all = await readAll(
    readFaers(
      demo(
        oneDemo,
        oneDemo.replace("$1000$", () => "$$"),
        oneDemo.replace("10001$", () => "$"),
      ),
    ),
  );
  expect(recordsRead(all)).toBe(3);
  expect(ofCode(all.issues, "MISSING_ID").map((issue) => issue.field)).toEqual(["caseid", "primaryid"]);
});

test("a file cut off in its last line says so", async () => {
  const file = memoryFile("DEMO24Q1.txt", lines(demoHeader, oneDemo) + oneDemo.slice(0, 30));
  const all = await readAll(readFaers(file));
  expect(ofCode(all.issues, "TRUNCATED_FILE")).toMatchObject([{ effect: "report-rejected", row: 3 }]);
});

test("a line that is not UTF-8 is read as windows-1252 and named", async () => {
  const bytes = new TextEncoder().encode(lines(demoHeader, oneDemo, oneDemo.replace("ACME", "AC#E")));
  bytes[bytes.lastIndexOf(0x23)] = 0x92;
  const { reports, issues } = await readAll(readFaers(memoryFile("DEMO24Q1.txt", bytes)));
  expect(reports[1]?.unit).toBe("AC’E");
  expect(ofCode(issues, "ENCODING_FALLBACK")).toMatchObject([{ row: 3, detail: "windows-1252" }]);
});

test("gzipped files are read, a damaged one is a typed error", async () => {
  const bytes = gzipSync(lines(demoHeader, oneDemo));
  expect((await readAll(readFaers(memoryFile("DEMO24Q1.txt.gz", bytes, 1)))).reports).toHaveLength(1);
  await expect(
    readAll(readFaers(memoryFile("DEMO24Q1.txt.gz", bytes.subarray(0, bytes.length - 12)))),
  ).rejects.toMatchObject({
    code: "TRUNCATED_SOURCE",
  });
  bytes[20] = 255 - bytes[20]!;
  await expect(readAll(readFaers(memoryFile("DEMO24Q1.txt.gz", bytes)))).rejects.toMatchObject({
    code: "SOURCE_UNREADABLE",
  });
});

test("what cannot be read at all is a typed error", async () => {
  await expect(readAll(readFaers(fixture("no-such-folder")))).rejects.toMatchObject({ code: "SOURCE_UNREADABLE" });
  await expect(readAll(readFaers(fixture("caers")))).rejects.toMatchObject({ code: "SOURCE_EMPTY" });
  await expect(readAll(readFaers([]))).rejects.toMatchObject({ code: "SOURCE_EMPTY" });
  await expect(readAll(readFaers(memoryFile("DEMO24Q1.txt", "")))).rejects.toMatchObject({ code: "SOURCE_EMPTY" });
  await expect(readAll(readFaers(memoryFile("x.txt", "a,b\n1,2\n")))).rejects.toMatchObject({ code: "UNKNOWN_LAYOUT" });
  const cause = readAll(readFaers(memoryFile("DEMO24Q1.txt", lines("primaryid$caseid$age", "1$2$3"))));
  await expect(cause).rejects.toThrow(/no column fda_dt; found primaryid, caseid, age/);
  expect(() => readFaers("x", { batchSize: 0 })).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
});

test("an aborted signal ends the reading with its reason", async () => {
  const controller = new AbortController();
  const reason = new Error("enough");
  controller.abort(reason);
  await expect(readAll(readFaers(demo(oneDemo), { signal: controller.signal }))).rejects.toBe(reason);
});

test("a directory is searched with its sub-directories, quarter by quarter", async () => {
  const { reports, retractions } = await readAll(readFaers(fixture("faers")));
  expect(reports.map((report) => report.recordId?.length)).toEqual(expect.arrayContaining([7, 8, 9]));
  expect(reports.length).toBe(20 + 9 + 11 + 26 + 6);
  expect(retractions.length).toBeGreaterThan(10);
});

test("stopping early closes the file", async () => {
  let closed = false;
  const bytes = new TextEncoder().encode(lines(demoHeader, ...Array.from({ length: 500 }, () => oneDemo)));
  const file = {
    name: "DEMO24Q1.txt",
    // eslint-disable-next-line @typescript-eslint/require-await -- what a reader takes is asynchronous
    async *open() {
      try {
        for (let at = 0; at < bytes.length; at += 1000) yield bytes.slice(at, at + 1000);
      } finally {
        closed = true;
      }
    },
  };
  let seen = 0;
  for await (const batch of readFaers(file, { batchSize: 10 })) {
    seen += batch.reports.length;
    if (seen >= 10) break;
    closed = false;
  }
  expect(closed).toBe(true);
  expect(seen).toBeLessThan(500);
});

test("batches carry progress by file", async () => {
  const progress = new Map<string, number>();
  for await (const batch of readFaers(fixture("faers", "faers-2017q2"))) {
    if (batch.progress !== undefined) progress.set(batch.progress.file, batch.progress.bytes);
  }
  expect([...progress.keys()].sort()).toEqual(
    ["DEMO", "DRUG", "INDI", "OUTC", "REAC", "RPSR", "THER"].map((t) => `${t}17Q2.txt`),
  );
});
