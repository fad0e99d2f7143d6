import { expect, test } from "vitest";
import { readMaude } from "../../src/ingest/readers.node.ts";
import { codes, fixture, lines, memoryFile, ofCode, readAll, recordsRead, reportOf } from "./reading.ts";

const deviceHeader =
  "MDR_REPORT_KEY|DEVICE_SEQUENCE_NO|DATE_RECEIVED|BRAND_NAME|GENERIC_NAME|MANUFACTURER_D_NAME|LOT_NUMBER|DEVICE_REPORT_PRODUCT_CODE|DEVICE_OPERATOR|IMPLANT_FLAG";
const device = (...rows: string[]): ReturnType<typeof memoryFile> =>
  memoryFile("DEVICE2024.txt", lines(deviceHeader, ...rows));
const oneDevice = "1234567|1|2024/01/02|PUMP 3|INFUSION PUMP|ACME|L1|LZG|0HP|N";
const masterHeader =
  "MDR_REPORT_KEY|EVENT_KEY|REPORT_SOURCE_CODE|DATE_RECEIVED|DATE_OF_EVENT|EVENT_TYPE|REPORTER_OCCUPATION_CODE|REPORTER_COUNTRY_CODE";
const master = (...rows: string[]): ReturnType<typeof memoryFile> =>
  memoryFile("mdrfoi.txt", lines(masterHeader, ...rows));
const oneMaster = "1234567|77|M|01/02/2024|12/30/2023|IN|001|US";
const patientHeader =
  "MDR_REPORT_KEY|PATIENT_SEQUENCE_NUMBER|DATE_RECEIVED|SEQUENCE_NUMBER_TREATMENT|SEQUENCE_NUMBER_OUTCOME|PATIENT_AGE|PATIENT_SEX|PATIENT_WEIGHT";
const patient = (...rows: string[]): ReturnType<typeof memoryFile> =>
  memoryFile("patient.txt", lines(patientHeader, ...rows));

test("device and patient files without a master file give one report a report key", async () => {
  const { reports, issues } = await readAll(readMaude(fixture("maude")));
  expect(reports.map((report) => report.id)).toEqual(["1511544", "1511543", "1511542", "1511541", "538836"]);
  expect(reportOf(reports, "1511543")).toEqual({
    id: "1511543",
    source: "maude",
    version: 1,
    domain: "device",
    receivedDate: "2009-10-08",
    products: [
      {
        name: "TRIAGE CARDIO PROFILER KIT",
        role: "suspect",
        ingredient: "CARDIAC MARKER TEST",
        manufacturer: "BIOSITE INCORPORATED",
        lots: ["W45375"],
        code: "MMI",
      },
    ],
    events: [],
    serious: ["hospitalisation"],
  });
  expect(codes(issues)).toEqual(["MISSING_TABLE", "NO_EVENT", "RAGGED_ROW"]);
});

test("quirk 1: quotes are data", async () => {
  const { reports } = await readAll(readMaude(fixture("maude")));
  expect(reportOf(reports, "1511544").products[0]?.name).toBe('"""TC 410, 20 GAUGE, 10MM DISPOS"');
});

test("quirk 2: rows shorter than the header are read and noted once a file, with their number", async () => {
  const { issues } = await readAll(readMaude(fixture("maude", "foidev.txt")));
  expect(ofCode(issues, "RAGGED_ROW")).toEqual([
    { code: "RAGGED_ROW", effect: "noted", file: "foidev.txt", detail: "4 rows shorter than the header" },
  ]);
});

test("quirk 2: a row that lacks a column in use is rejected", async () => {
  const all = await readAll(readMaude(device(oneDevice, "7654321|1|2024/01/02|PUMP")));
  expect(all.reports).toHaveLength(1);
  expect(ofCode(all.issues, "RAGGED_ROW")).toMatchObject([{ effect: "report-rejected", row: 3 }]);
  expect(recordsRead(all)).toBe(2);
});

test("quirk 3: a line break inside a value is joined back, whether CR or LF", async () => {
  const { reports, issues } = await readAll(
    readMaude(
      device(
        oneDevice.replace("INFUSION ", "INFUSION\n"),
        oneDevice.replace("1234567", "1234568").replace("INFUSION ", "INFUSION\r"),
      ),
    ),
  );
  expect(reports.map((report) => report.products[0]?.ingredient)).toEqual(["INFUSION PUMP", "INFUSION PUMP"]);
  expect(codes(issues)).toEqual(expect.arrayContaining(["CONTINUED_LINE", "CONTROL_CHARACTER"]));
});

test("quirk 3: something foreign after a complete row does not spoil the row", async () => {
  const { reports, issues } = await readAll(readMaude([master(oneMaster, "x|y|z"), device(oneDevice)]));
  expect(reports).toHaveLength(1);
  expect(ofCode(issues, "RAGGED_ROW")).toMatchObject([{ row: 3 }]);
});

test("quirk 4: surplus separators in a text belong to the text, which is read only when asked for", async () => {
  const text = memoryFile(
    "foitext.txt",
    lines(
      "MDR_REPORT_KEY|MDR_TEXT_KEY|TEXT_TYPE_CODE|FOI_TEXT",
      "1234567|1|D|LEFT | RIGHT",
      "AND BELOW | IT",
      "1234567|2|N|MORE",
    ),
  );
  const files = [device(oneDevice), text];
  const { reports, issues } = await readAll(readMaude(files, { narrative: true }));
  expect(reports[0]?.narrative).toBe("LEFT | RIGHT AND BELOW | IT\nMORE");
  expect(codes(issues)).toEqual(expect.arrayContaining(["CONTINUED_LINE", "SURPLUS_DELIMITER"]));
  const { reports: without } = await readAll(readMaude(files));
  expect(without[0]).not.toHaveProperty("narrative");
});

test("quirk 4: a separator inside a value of another table rejects the row", async () => {
  const { reports, issues } = await readAll(
    readMaude(device(oneDevice.replace("PUMP 3", "PUMP|3"), oneDevice.replace("1234567", "1234568"))),
  );
  expect(reports.map((report) => report.id)).toEqual(["1234568"]);
  expect(ofCode(issues, "RAGGED_ROW")).toMatchObject([{ effect: "report-rejected" }]);
});

test("quirk 4: foidevproblem has no header; a header in the middle of joined files is skipped", async () => {
  const problems = memoryFile("foidevproblem.txt", lines("1234567|2993", "1234567|9999"));
  const names = memoryFile(
    "deviceproblemcodes.txt",
    lines("DEVICE_PROBLEM_CODE|DEVICE_PROBLEM_DESCRIPTION|ERR_TYPE", "2993|Measurements, inaccurate|Both"),
  );
  const { reports, issues } = await readAll(
    readMaude([
      device(oneDevice, deviceHeader, oneDevice.replace("1234567", "1234568")),
      problems,
      names,
      master(oneMaster, oneMaster.replace("1234567", "1234568")),
    ]),
  );
  expect(reports[0]?.events).toEqual([
    { term: "Measurements, inaccurate", code: "2993" },
    { term: "device problem 9999", code: "9999" },
  ]);
  expect(reports[1]?.events).toEqual([{ term: "Injury" }]); // no problem code: its event type
  expect(ofCode(issues, "REPEATED_HEADER")).toMatchObject([{ effect: "noted", row: 3 }]);
});

test("event type and problems can be asked for", async () => {
  const files = [device(oneDevice), memoryFile("foidevproblem.txt", lines("1234567|2993")), master(oneMaster)];
  const terms = async (eventLevel: "problem" | "type" | "both"): Promise<unknown> =>
    (await readAll(readMaude(files, { eventLevel }))).reports[0]?.events.map((event) => event.term);
  expect(await terms("problem")).toEqual(["device problem 2993"]);
  expect(await terms("type")).toEqual(["Injury"]);
  expect(await terms("both")).toEqual(["device problem 2993", "Injury"]);
  expect(() => readMaude(files, { eventLevel: "x" as "type" })).toThrow(
    expect.objectContaining({ code: "INVALID_OPTION" }),
  );
});

test("quirk 5: keys padded with blanks and written as floats join", async () => {
  const { reports } = await readAll(
    readMaude([
      device(oneDevice),
      patient(" 1234567.0| 1.0|01/02/2024||D|62 YR|Male|75 KG"),
      memoryFile("foidevproblem.txt", lines(" 1234567.0|2993.0")),
    ]),
  );
  expect(reports[0]).toMatchObject({
    id: "1234567",
    serious: ["death"],
    patient: { ageYears: 62, sex: "male", weightKg: 75 },
    events: [{ term: "device problem 2993", code: "2993" }],
  });
});

test.each([
  ["02-JAN-24", "2024-01-02"],
  ["2024/01/02 10:11:12.000", "2024-01-02"],
  ["01/02/2024", "2024-01-02"],
  ["20240102", "2024-01-02"],
  ["2024/01/02", "2024-01-02"],
  ["31-DEC-99", "1999-12-31"],
  ["*", undefined],
  ["", undefined],
])("quirk 6: date %j is %j", async (text, date) => {
  const { reports, issues } = await readAll(
    readMaude([master(oneMaster.replace("12/30/2023", text)), device(oneDevice)]),
  );
  expect(reports[0]?.eventDate).toBe(date);
  expect(codes(issues)).not.toContain("BAD_DATE");
});

test("quirk 7: outcomes are the union over the patients of a report", async () => {
  const { reports } = await readAll(readMaude(fixture("maude")));
  expect(reportOf(reports, "538836").serious).toEqual(["life-threatening", "intervention"]); // `1. L; 2. R`
  const two = patient("1234567|1|||L, R|*|*|*", "1234567|2|||D;H|30 DA|Female|165 LBS", "1234567|3|||Z;*;U|||");
  const { reports: made, issues } = await readAll(readMaude([device(oneDevice), two]));
  expect(made[0]?.serious).toEqual(["death", "life-threatening", "hospitalisation", "intervention"]);
  expect(made[0]?.patient).toBeUndefined(); // of the first patient nothing is known
  expect(ofCode(issues, "UNKNOWN_CODE")).toMatchObject([{ value: "Z" }]);
});

test("a malfunction without an outcome is not serious; of an injury without one nothing is known; a death is one", async () => {
  const rows = ["M", "IN", "D", "*"].map((type, i) =>
    oneMaster.replace("1234567", `123456${i}`).replace("|IN|", `|${type}|`),
  );
  const { reports } = await readAll(readMaude([master(...rows), device(oneDevice)]));
  expect(reports.map((report) => report.serious)).toEqual([[], undefined, ["death"], undefined]);
});

test("quirk 8: reports about one event share its key; problems without a patient row stay, texts may lack", async () => {
  const problems = memoryFile(
    "patientproblemcode.txt",
    lines("MDR_REPORT_KEY|PATIENT_SEQUENCE_NO|PROBLEM_CODE|DATE_ADDED|DATE_CHANGED", "1234567|1|1994||"),
  );
  const names = memoryFile("patientproblemcodes.csv", lines('1994,"Pain"', '2000,"Dizziness, mild"'));
  const { reports } = await readAll(
    readMaude([master(oneMaster, oneMaster.replace("1234567", "1234568")), device(oneDevice), problems, names]),
  );
  expect(reports.map((report) => report.eventKey)).toEqual(["77", "77"]);
  expect(reports[0]?.events).toEqual([{ term: "Pain", code: "1994" }]);
});

test("quirk 8: a change file replaces the rows of its report", async () => {
  const changed = [
    memoryFile("mdrfoiChange.txt", lines(masterHeader, oneMaster.replace("|IN|", "|D|"))),
    memoryFile("deviceChange.txt", lines(deviceHeader, oneDevice.replace("PUMP 3", "PUMP 4"))),
  ];
  const { reports, issues } = await readAll(readMaude([master(oneMaster), device(oneDevice), ...changed]));
  expect(reports).toMatchObject([{ events: [{ term: "Death" }], products: [{ name: "PUMP 4" }] }]);
  expect(ofCode(issues, "REPEATED_RECORD")).toMatchObject([{ effect: "noted", value: "1234567" }]);
});

test("quirk 9: placeholders are no names, no lots and no codes; codes stay text", async () => {
  const rows = [
    "1234561|1|2024/01/02|*|INFUSION PUMP|ACME|UNK|0HP|0LP|N",
    "1234562|1|2024/01/02|UNKNOWN HIP|N/A|NI|*|000|0LP|N",
    "1234563|1|2024/01/02|NA|NONE|ACME|7|*|0LP|N",
  ];
  const { reports, issues } = await readAll(readMaude(device(...rows)));
  expect(reports.map((report) => report.products)).toEqual([
    [{ name: "INFUSION PUMP", role: "suspect", ingredient: "INFUSION PUMP", manufacturer: "ACME", code: "0HP" }],
    [{ name: "000", role: "suspect", code: "000" }],
    [],
  ]);
  expect(ofCode(issues, "PLACEHOLDER").map((issue) => issue.effect)).toEqual(["repaired", "row-rejected"]);
});

test("quirk 10: older files are windows-1252, the extract of 2025 is UTF-8", async () => {
  const bytes = new TextEncoder().encode(lines(deviceHeader, oneDevice.replace("ACME", "G#TEBORG")));
  bytes[bytes.lastIndexOf(0x23)] = 0xd6;
  const { reports, issues } = await readAll(readMaude(memoryFile("foidev1999.txt", bytes)));
  expect(reports[0]?.products[0]?.manufacturer).toBe("GÖTEBORG");
  expect(codes(issues)).toContain("ENCODING_FALLBACK");
});

test("one CSV with master, device and patient joined is recognised by its header", async () => {
  const { reports, issues } = await readAll(readMaude(fixture("maude-joined")));
  expect(reports).toHaveLength(27);
  expect(reportOf(reports, "23938784")).toEqual({
    id: "23938784",
    source: "maude",
    version: 1,
    domain: "device",
    receivedDate: "2025-12-31",
    products: [
      {
        name: "ILET BIONIC PANCREAS",
        role: "suspect",
        ingredient: "ALTERNATE CONTROLLER ENABLED INSULIN INFUSION PUMP",
        manufacturer: "BETA BIONICS INC.",
        code: "QFG",
      },
    ],
    events: [{ term: "Injury" }],
    patient: { ageYears: 62, sex: "male" },
  });
  expect(reports.some((report) => report.products[0]?.manufacturer === "NOBEL BIOCARE AB GÖTEBORG")).toBe(true);
  expect(issues.filter((issue) => issue.effect.endsWith("rejected"))).toEqual([]);
  expect(codes(issues)).toEqual([]);
});

test("a directory without MAUDE files, and a file of another kind, are typed errors", async () => {
  await expect(readAll(readMaude(fixture("vaers")))).rejects.toMatchObject({ code: "SOURCE_EMPTY" });
  await expect(readAll(readMaude(fixture("caers", "CAERS_cut.csv")))).rejects.toMatchObject({ code: "UNKNOWN_LAYOUT" });
  // mdrfoi.txt among FDA's own test files is empty
  const { reports } = await readAll(readMaude([memoryFile("mdrfoi.txt", ""), device(oneDevice)]));
  expect(reports).toHaveLength(1);
});
