import { join } from "node:path";
import { expect, test } from "vitest";
import { loadReports } from "../../src/count/load.ts";
import type { InputFile } from "../../src/ingest/input.ts";
import { readHealthCanada } from "../../src/ingest/readers-icsr.node.ts";
import type { Report } from "../../src/report/report.ts";
import { tryReport } from "../../src/report/schema.ts";
import { codes, lines, memoryFile, ofCode, readAll, reportOf } from "./reading.ts";

const folder = join(import.meta.dirname, "../../examples/data/health-canada");
const incidents = join(folder, "incidents-2024-09_2025-04.csv.gz");
const deviceCodes = join(folder, "PREF_NAME_CODE_TABLE.dsv.gz");
const imdrfCodes = join(folder, "PATIENT_DEVICE_CODE_TABLE.dsv.gz");
const whole = readAll(readHealthCanada([incidents, deviceCodes, imdrfCodes]));

const tally = (keys: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
};

const header =
  "INCIDENT_ID,INCIDENT_TYPE_E,INCIDENT_TYPE_F,RECEIPT_DT,HAZARD_SEVERITY_CODE_E,HAZARD_SEVERITY_CODE_F,INC_AWARE_DT,MANDATORY_RPT,INCIDENT_DT,TRADE_NAME,PREF_NAME_CODE,RISK_CLASSIFICATION,USAGE_CODE_TERM_E,COMPANY_NAME,ROLE_E";
const read = (...rows: string[]): ReturnType<typeof readAll> =>
  readAll(readHealthCanada([memoryFile("incidents.csv", lines(header, ...rows)), deviceCodes]));

test("6,970 incidents reconcile and fit the model", async () => {
  const { reports } = await whole;
  expect(reports).toHaveLength(6970);
  for (const report of reports) {
    const checked = tryReport(report);
    if (!("report" in checked)) throw new Error(`${report.id}: ${checked.fault}`);
  }
  const { reconciliation: sum } = await loadReports(readHealthCanada(incidents));
  expect(sum).toMatchObject({ read: 6970, accepted: 6970, merged: 0, retracted: 0, rejected: 0 });
});

test("severity is the event, and harm as far as it is known", async () => {
  const { reports, issues } = await whole;
  expect(tally(reports.map(({ events }) => events[0]?.term ?? ""))).toEqual({
    INJURY: 2597,
    "POTENTIAL FOR DEATH/INJURY": 2386,
    "MINIMAL/NO ADVERSE HEALTH CONSEQUENCES": 1450,
    DEATH: 124,
    "": 413,
  });
  expect(ofCode(issues, "NO_EVENT")).toHaveLength(413);
  expect(tally(reports.map(({ serious }) => JSON.stringify(serious)))).toEqual({
    '["death"]': 124,
    "[]": 2386 + 1450,
    undefined: 2597 + 413,
  });
});

test("the cluster of INFUSOMAT pumps, by month of receipt", async () => {
  const { reports } = await whole;
  const pumps = reports.filter(({ products }) => products.some(({ name }) => name.includes("INFUSOMAT")));
  const months = tally(pumps.map(({ receivedDate }) => (receivedDate ?? "").slice(0, 7)));
  const inOrder = Object.entries(months).sort(([x], [y]) => (x < y ? -1 : 1));
  expect(inOrder).toEqual([
    ["2024-09", 8],
    ["2024-10", 12],
    ["2024-11", 45],
    ["2024-12", 97],
    ["2025-01", 166],
    ["2025-02", 88],
    ["2025-03", 108],
    ["2025-04", 22],
  ]);
});

test("17 incidents happened after they were received; two dates are none, 791 are absent", async () => {
  const { reports, issues } = await whole;
  expect(ofCode(issues, "DATE_ORDER")).toHaveLength(17);
  expect(ofCode(issues, "DATE_ORDER").every(({ effect }) => effect === "noted")).toBe(true);
  expect(ofCode(issues, "BAD_DATE").map(({ value }) => value)).toEqual(expect.arrayContaining(["0011-12-27"]));
  expect(reports.filter(({ eventDate }) => eventDate === undefined)).toHaveLength(791 + 2);
});

test("502 incidents list several devices in one cell", async () => {
  const { reports } = await whole;
  const several = reports.filter(({ products }) => products.length > 1);
  expect(several.length + ofCode((await whole).issues, "REPEATED_RECORD").length).toBe(502);
});

test("the code table names the type of device; without it the code stands alone", async () => {
  const pump = (reports: readonly Report[]): unknown => reportOf(reports, "909681").products[0];
  const product = { name: "T:SLIM X2 INSULIN PUMP", role: "suspect", code: "80LZG", riskClass: "III" };
  expect(pump((await whole).reports)).toEqual({ ...product, ingredient: "PUMP, INFUSION, INSULIN" });
  expect(pump((await readAll(readHealthCanada(incidents))).reports)).toEqual(product);
});

test("lists of one length are matched, one value is for all, others are left out", async () => {
  const { reports } = await read(
    '1,Mandatory problem report,x,2025-01-02,DEATH,MORT,2025-01-01,10.0,2024-12-31,A; B,80LZG; 80FRN,2; 4,UNDEFINED,"X, INC.; Y LTD.; HOSPITAL / HÔPITAL",(IMPORTER); (MANUFACTURER); (HOSPITAL)',
    "2.0,Voluntary problem report,x,2025-01-02,INJURY,x,,,,A; B; C,80LZG; 80FRN,3,ANESTHESIOLOGY,X; Y,(MANUFACTURER); (MANUFACTURER)",
  );
  expect(reports).toEqual([
    {
      id: "1",
      source: "health-canada",
      version: 1,
      domain: "device",
      classification: "Mandatory problem report",
      receivedDate: "2025-01-02",
      eventDate: "2024-12-31",
      awareDate: "2025-01-01",
      products: [
        {
          name: "A",
          role: "suspect",
          code: "80LZG",
          ingredient: "PUMP, INFUSION, INSULIN",
          manufacturer: "Y LTD.",
          riskClass: "II",
        },
        {
          name: "B",
          role: "suspect",
          code: "80FRN",
          ingredient: expect.any(String) as unknown,
          manufacturer: "Y LTD.",
          riskClass: "IV",
        },
      ],
      events: [{ term: "DEATH" }],
      serious: ["death"],
    },
    {
      id: "2",
      source: "health-canada",
      version: 1,
      domain: "device",
      classification: "Voluntary problem report",
      receivedDate: "2025-01-02",
      products: ["A", "B", "C"].map((name) => ({
        name,
        role: "suspect",
        riskClass: "III",
        category: "ANESTHESIOLOGY",
      })),
      events: [{ term: "INJURY" }],
    },
  ]);
});

test("codes that mean nothing, rows without an id and rows of another width are counted", async () => {
  const { reports, issues } = await read(
    "1,,,2025-01-02,GRAVE,,,,2025-13-01,A,,7,,,",
    ",,,2025-01-02,DEATH,,,,,A,,,,,",
    "3,,,2025-01-02",
  );
  expect(reports).toMatchObject([{ id: "1", events: [{ term: "GRAVE" }] }]);
  expect(reports[0]).not.toHaveProperty("serious");
  expect(codes(issues)).toEqual(["BAD_DATE", "MISSING_ID", "RAGGED_ROW", "UNKNOWN_CODE"]);
  expect(issues.filter(({ effect }) => effect === "report-rejected")).toHaveLength(2);
});

test("a row of ten million columns is one row left out", async () => {
  const wide: InputFile = {
    name: "incidents.csv",
    // eslint-disable-next-line @typescript-eslint/require-await -- what a reader takes is asynchronous
    async *open() {
      yield new TextEncoder().encode(`${header}\n1,,,2025-01-02,DEATH,,,,,A,,,,,\n`);
      for (let i = 0; i < 10; i++) yield new TextEncoder().encode(",".repeat(1e6));
      yield new TextEncoder().encode(`\n2,,,2025-01-02,DEATH,,,,,A,,,,,\n`);
    },
  };
  const { reports, issues } = await readAll(readHealthCanada(wide));
  expect(reports.map(({ id }) => id)).toEqual(["1", "2"]);
  expect(issues).toMatchObject([{ code: "FIELD_TOO_LONG", effect: "report-rejected", row: 3 }]);
});

test("another table is refused, one in a directory passed over", async () => {
  await expect(readAll(readHealthCanada(memoryFile("x.csv", "id,product\n1,A\n")))).rejects.toMatchObject({
    code: "UNKNOWN_LAYOUT",
  });
  await expect(readAll(readHealthCanada(deviceCodes))).rejects.toMatchObject({ code: "SOURCE_EMPTY" });
  expect((await readAll(readHealthCanada(folder))).reports).toHaveLength(6970);
});
