import { expect, test } from "vitest";
import { readVaers } from "../../src/ingest/readers.node.ts";
import { codes, fixture, lines, memoryFile, ofCode, readAll, recordsRead, reportOf } from "./reading.ts";

const all = (options = {}): ReturnType<typeof readAll> => readAll(readVaers(fixture("vaers"), options));
const header =
  "VAERS_ID,RECVDATE,STATE,AGE_YRS,CAGE_YR,CAGE_MO,SEX,DIED,L_THREAT,HOSPITAL,X_STAY,DISABLE,BIRTH_DEFECT,ER_VISIT,RECOVD,VAX_DATE,ONSET_DATE,V_ADMINBY";
const data = (...rows: string[]): ReturnType<typeof memoryFile> =>
  memoryFile("2001VAERSDATA.csv", lines(header, ...rows));
const one = "0100001,01/02/2001,CA,30.0,30,,F,,,,,,,Y,Y,12/30/2000,12/31/2000,PVT";
const vax = (...rows: string[]): ReturnType<typeof memoryFile> =>
  memoryFile(
    "2001VAERSVAX.csv",
    lines("VAERS_ID,VAX_TYPE,VAX_MANU,VAX_LOT,VAX_DOSE,VAX_ROUTE,VAX_SITE,VAX_NAME", ...rows),
  );
const symptoms = (...rows: string[]): ReturnType<typeof memoryFile> =>
  memoryFile("2001VAERSSYMPTOMS.csv", lines("VAERS_ID,SYMPTOM1,SYMPTOMVERSION1,SYMPTOM2,SYMPTOMVERSION2", ...rows));

test("the three files of a year are joined", async () => {
  const { reports } = await all();
  expect(reports).toHaveLength(21);
  expect(reportOf(reports, "0093593")).toEqual({
    id: "0093593",
    source: "vaers",
    version: 1,
    domain: "vaccine",
    receivedDate: "1997-01-07",
    eventDate: expect.stringMatching(/^199\d-\d\d-\d\d$/) as unknown,
    products: [
      {
        name: "DTP + HIB (TETRAMUNE)",
        role: "suspect",
        ingredient: "DTPHIB",
        code: "DTPHIB",
        manufacturer: "PFIZER\\WYETH",
        lots: ["439194"],
        route: "IM",
        dose: "2",
        start: expect.any(String) as unknown,
      },
      {
        name: "POLIO VIRUS, ORAL (ORIMUNE)",
        role: "suspect",
        ingredient: "OPV",
        code: "OPV",
        manufacturer: "PFIZER\\WYETH",
        lots: ["438118"],
        route: "PO",
        dose: "2",
        start: expect.any(String) as unknown,
      },
    ],
    events: [
      { term: "Hypoxia", outcome: "not-recovered" },
      { term: "Sudden infant death syndrome", outcome: "not-recovered" },
    ].map(({ term }) => expect.objectContaining({ term }) as unknown),
    serious: ["death"],
    region: "WV",
    reporter: expect.any(String) as unknown,
    patient: { ageYears: 0.4, sex: "female" },
  });
});

test("quirk 1: one byte of windows-1252 costs its line the encoding, not the file", async () => {
  const { reports, issues } = await all({ narrative: true });
  expect(reportOf(reports, "0097452").narrative).toContain("(75 mg) – No relief");
  expect(ofCode(issues, "ENCODING_FALLBACK")).toMatchObject([{ file: "1997VAERSDATA.csv", detail: "windows-1252" }]);
});

test("the narrative is kept only on request", async () => {
  const { reports } = await all();
  expect(reports.some((report) => "narrative" in report)).toBe(false);
});

test("quirk 2: ids keep their leading zeros, CAGE_MO is a fraction of a year, doses are text", async () => {
  const { reports } = await all();
  expect(reportOf(reports, "0093809").patient).toEqual({ ageYears: 0, sex: "male" }); // CAGE_YR 0, CAGE_MO .0
  expect(reportOf(reports, "0098320").products[0]?.dose).toBe("7+");
  expect(reportOf(reports, "0098950").products[0]).not.toHaveProperty("dose"); // UNK
  const { reports: older } = await readAll(
    readVaers([data(one.replace("30.0,30,", ",1,.2")), vax("0100001,FLU3,X,UNKNOWN,3,IM,LA,FLUZONE")]),
  );
  expect(older[0]?.patient?.ageYears).toBe(1.2);
  expect(older[0]?.products).toEqual([
    {
      name: "FLUZONE",
      role: "suspect",
      ingredient: "FLU3",
      code: "FLU3",
      manufacturer: "X",
      route: "IM",
      dose: "3",
      start: "2000-12-30",
    },
  ]);
});

test("quirk 3: a backslash is no escape", async () => {
  const { reports } = await readAll(
    readVaers([data(one), vax('0100001,DTP,"PFIZER\\WYETH\\",L1,1,IM,LA,"DTP \\"" X"')]),
  );
  expect(reports[0]?.products[0]).toMatchObject({ manufacturer: "PFIZER\\WYETH\\", name: 'DTP \\" X' });
});

test("quirk 4: a flag is Y or empty; a visit to an emergency room is no criterion; RECOVD is the outcome", async () => {
  const flags = ["Y,,,,,,", ",Y,,,,,", ",,Y,,,,", ",,,Y,,,", ",,,,Y,,", ",,,,,Y,", ",,,,,,Y", ",,N,,,X,"];
  const rows = flags.map((flag, i) => one.replace("0100001", `010000${i}`).replace(",,,,,,Y", flag));
  const { reports, issues } = await readAll(readVaers(data(...rows)));
  expect(reports.map((report) => report.serious)).toEqual([
    ["death"],
    ["life-threatening"],
    ["hospitalisation"],
    ["hospitalisation"],
    ["disability"],
    ["congenital-anomaly"],
    [],
    [],
  ]);
  expect(ofCode(issues, "UNKNOWN_CODE")).toMatchObject([{ field: "birth_defect", value: "X" }]);
  const outcomes = ["Y", "N", "U", ""].map((code) => one.replace(",Y,Y,", `,Y,${code},`));
  const { reports: recovered } = await readAll(readVaers([data(...outcomes), symptoms("0100001,Rash,8.1,,")]));
  expect(recovered.map((report) => report.events[0]?.outcome)).toEqual([
    "recovered",
    "not-recovered",
    undefined,
    undefined,
  ]);
});

test("without any column of a criterion nothing is known of seriousness", async () => {
  const { reports } = await readAll(
    readVaers(memoryFile("2001VAERSDATA.csv", lines("VAERS_ID,RECVDATE", "1,01/02/2001"))),
  );
  expect(reports[0]).not.toHaveProperty("serious");
});

test("quirk 5: symptoms come from several rows, a repeated one counts once", async () => {
  const { reports, issues } = await all();
  expect(reportOf(reports, "0098320").events).toHaveLength(6);
  expect(reportOf(reports, "0098950").events.map((event) => event.term)).toEqual([
    "Hypokinesia",
    "Injection site pain",
    "Joint range of motion decreased",
    "Movement disorder",
    "Paraesthesia",
  ]);
  expect(ofCode(issues, "REPEATED_TERM")).toHaveLength(6);
  expect(ofCode(issues, "REPEATED_TERM")[0]).toMatchObject({
    effect: "noted",
    value: "Paraesthesia",
    file: "1997VAERSSYMPTOMS.csv",
  });
});

test("quirk 6: PRIOR_VAX and the other histories are not read", async () => {
  const { reports } = await all({ narrative: true });
  expect(JSON.stringify(reports)).not.toMatch(/in patient/i);
});

test("quirk 7: all vaccines of a report stand beside all its symptoms; the same vaccine row twice is one", async () => {
  const { reports } = await all();
  expect(reportOf(reports, "0103442").products.map((product) => product.code)).toEqual(["DTP", "HIBV", "VARCEL"]);
  const row = "0100001,FLU3,X,L1,3,IM,LA,FLUZONE";
  const { reports: made, issues } = await readAll(readVaers([data(one), vax(row, row)]));
  expect(made[0]?.products).toHaveLength(1);
  expect(codes(issues)).toContain("REPEATED_RECORD");
});

test("years do not mix, and rows of no report are orphans", async () => {
  const files = [data(one), memoryFile("2002VAERSVAX.csv", lines("VAERS_ID,VAX_TYPE", "0100001,FLU3"))];
  const { reports, issues } = await readAll(readVaers(files));
  expect(reports[0]?.products).toEqual([]);
  expect(ofCode(issues, "ORPHAN_ROW")).toMatchObject([{ file: "2002VAERSVAX.csv", row: 2 }]);
  expect(ofCode(issues, "MISSING_TABLE").map((issue) => issue.detail)).toEqual(
    expect.arrayContaining(["2001VAERSVAX", "2001VAERSSYMPTOMS", "2002VAERSDATA"]),
  );
});

test("the files of other countries are a set of their own", async () => {
  const foreign = [
    memoryFile("NonDomesticVAERSDATA.csv", lines(header, one.replace("CA", "FR"))),
    memoryFile("NonDomesticVAERSVAX.csv", lines("VAERS_ID,VAX_TYPE,VAX_NAME", "0100001,FLU3,FOREIGN")),
  ];
  const { reports } = await readAll(readVaers([data(one), vax("0100001,FLU3,X,L1,3,IM,LA,FLUZONE"), ...foreign]));
  expect(reports.map((report) => [report.region, report.products[0]?.name])).toEqual([
    ["CA", "FLUZONE"],
    ["FR", "FOREIGN"],
  ]);
});

test("a quote that never closes costs its row, not the file", async () => {
  const open = memoryFile(
    "2001VAERSDATA.csv",
    lines(header, one, one.replace("CA", '"CA').replace("0100001", "0100002"), one.replace("0100001", "0100003")),
  );
  const everything = await readAll(readVaers(open));
  expect(everything.reports.map((report) => report.id)).toEqual(["0100001", "0100003"]);
  expect(ofCode(everything.issues, "BAD_QUOTE")).toMatchObject([{ effect: "report-rejected", row: 3 }]);
  expect(recordsRead(everything)).toBe(3);
});

test("a directory without a DATA file, and a file of another kind, are typed errors", async () => {
  await expect(readAll(readVaers(fixture("maude")))).rejects.toMatchObject({ code: "SOURCE_EMPTY" });
  await expect(readAll(readVaers(symptoms("1,A,,,")))).rejects.toMatchObject({ code: "SOURCE_EMPTY" });
  await expect(readAll(readVaers(memoryFile("x.csv", "a,b\n")))).rejects.toMatchObject({ code: "UNKNOWN_LAYOUT" });
});
