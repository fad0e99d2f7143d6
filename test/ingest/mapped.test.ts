import { expect, test } from "vitest";
import type { Mapping } from "../../src/ingest/mapped.ts";
import { readMapped } from "../../src/ingest/readers.node.ts";
import { codes, fixture, lines, memoryFile, ofCode, readAll, recordsRead, reportOf } from "./reading.ts";

const simple: Mapping = { source: "x", domain: "drug", id: "id", product: "product", event: "event" };
const read = (
  text: string | Uint8Array,
  mapping: Partial<Mapping> = {},
  name = "table.csv",
): ReturnType<typeof readAll> => readAll(readMapped(memoryFile(name, text), { ...simple, ...mapping }));

test("one row a report, product and event; rows of one id are one report wherever they stand", async () => {
  const { reports, issues } = await read(
    lines("id,product,event,name", "1,A,X,Mary", "2,A,Y,John", "1,A,Z,Mary", "1,B,X,Mary", "1,A,X,Mary"),
  );
  expect(reports).toEqual([
    {
      id: "1",
      source: "x",
      version: 1,
      domain: "drug",
      products: [
        { name: "A", role: "suspect" },
        { name: "B", role: "suspect" },
      ],
      events: [{ term: "X" }, { term: "Z" }],
    },
    {
      id: "2",
      source: "x",
      version: 1,
      domain: "drug",
      products: [{ name: "A", role: "suspect" }],
      events: [{ term: "Y" }],
    },
  ]);
  expect(issues).toMatchObject([{ code: "REPEATED_RECORD", effect: "noted", row: 6 }]);
});

test("every column of a mapping reaches its field", async () => {
  const mapping: Mapping = {
    source: "hospital",
    domain: { column: "kind", codes: { V: "vaccine", D: "drug" } },
    id: "no",
    version: "version",
    recordId: "record",
    receivedDate: "received",
    eventDate: "onset day",
    eventKey: "episode",
    product: {
      name: "trade name",
      ingredient: "substance",
      manufacturer: "maker",
      lot: { column: "lots", separator: /[;,]/ },
      role: { column: "role", codes: { 怀疑: "suspect", 并用: "concomitant" } },
      code: "approval",
      route: "route",
      dose: "dose",
      start: "from",
      end: "to",
      indication: "for",
    },
    event: {
      term: "terms",
      separator: "；",
      onset: "onset",
      outcome: { column: "outcome", codes: (value) => (value.startsWith("治愈") ? "recovered" : undefined) },
    },
    serious: { column: "serious", separator: "、", codes: { 死亡: "death", 住院: "hospitalisation", 一般: "none" } },
    unit: "unit",
    region: "region",
    country: "country",
    reporter: "reporter",
    age: { column: "age", unit: { column: "age unit", codes: { 岁: "year", 月: "month" } } },
    sex: "sex",
    weight: "weight",
    narrative: "text",
    dateFormat: "dmy",
    delimiter: ";",
    headerRow: 2,
  };
  const header = [
    "kind",
    "no",
    "version",
    "record",
    "received",
    "onset day",
    "episode",
    " trade name ",
    "substance",
    "maker",
    "lots",
    "role",
    "approval",
    "route",
    "dose",
    "from",
    "to",
    "for",
    "terms",
    "onset",
    "outcome",
    "serious",
    "unit",
    "region",
    "country",
    "reporter",
    "age",
    "age unit",
    "sex",
    "weight",
    "text",
  ];
  const one = [
    "D",
    "7",
    "2",
    "7-2",
    "14.3.2024",
    "1/3/2024",
    "e1",
    "甲药",
    "A",
    "厂",
    '"L1,L2;不详"',
    "怀疑",
    "H123",
    "口服",
    "1片",
    "1/2/2024",
    "2/2024",
    "感冒",
    "恶心；呕吐",
    "02-03-2024",
    "治愈了",
    "住院、死亡",
    "一院",
    "重庆",
    "CN",
    "护士",
    "6",
    "月",
    "女",
    "3.5",
    '"a ""b"";c"',
  ];
  const two = one.with(0, "V").with(7, "乙苗").with(11, "并用").with(18, "恶心");
  const text = lines("title of the export;;", header.join(";"), one.join(";"), two.join(";"));
  const { reports, issues } = await readAll(readMapped(memoryFile("x.csv", text), mapping, { narrative: true }));
  const product = {
    ingredient: "A",
    manufacturer: "厂",
    code: "H123",
    route: "口服",
    dose: "1片",
    start: "2024-02-01",
    end: "2024-02",
    indication: "感冒",
    lots: ["L1", "L2"],
  };
  expect(reports).toEqual([
    {
      id: "7",
      source: "hospital",
      version: 2,
      recordId: "7-2",
      domain: "drug",
      receivedDate: "2024-03-14",
      eventDate: "2024-03-01",
      eventKey: "e1",
      products: [
        { name: "甲药", role: "suspect", ...product },
        { name: "乙苗", role: "concomitant", domain: "vaccine", ...product },
      ],
      events: [
        { term: "恶心", onset: "2024-03-02", outcome: "recovered" },
        { term: "呕吐", onset: "2024-03-02", outcome: "recovered" },
      ],
      serious: ["death", "hospitalisation"],
      unit: "一院",
      region: "重庆",
      country: "CN",
      reporter: "护士",
      patient: { ageYears: 0.5, sex: "female", weightKg: 3.5 },
      narrative: 'a "b";c',
    },
  ]);
  expect(codes(issues)).toEqual([]);
});

test("seriousness by flag columns; yes values can be given", async () => {
  const serious = { flags: { died: "death", hosp: "hospitalisation" }, yes: ["yes"] } as const;
  const { reports } = await read(lines("id,product,event,died,hosp", "1,A,X,yes,no", "2,A,X,,", "1,A,Y,no,yes"), {
    serious,
  });
  expect(reports.map((report) => report.serious)).toEqual([["death", "hospitalisation"], []]);
});

test("codes that are not in the table are issues, and nothing is inherited from Object", async () => {
  const domain = { column: "kind", codes: { D: "drug" } } as const;
  const all = await read(lines("id,product,event,kind", "1,A,X,constructor", "2,A,X,D", "2,B,X,__proto__"), { domain });
  expect(all.reports.map((report) => [report.id, report.products.map((product) => product.domain)])).toEqual([
    ["2", [undefined, undefined]],
  ]);
  expect(all.issues.map((issue) => [issue.code, issue.effect, issue.value])).toEqual([
    ["UNKNOWN_CODE", "value-dropped", "constructor"],
    ["UNKNOWN_CODE", "report-rejected", "constructor"],
    ["UNKNOWN_CODE", "value-dropped", "__proto__"],
  ]);
  expect(recordsRead(all)).toBe(2);
});

const 表 = lines("id,product,event", "1,阿莫西林,皮疹", "2,头孢𠮷,恶心");
/** GB18030 of the table above: TextDecoder has no counterpart that encodes. */
function gb18030(text: string): Uint8Array {
  const decoder = new TextDecoder("gb18030");
  const table = new Map<string, number[]>();
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      if (trail !== 0x7f) table.set(decoder.decode(Uint8Array.of(lead, trail)), [lead, trail]);
    }
  }
  table.set("𠮷", [0x95, 0x34, 0xb2, 0x35]);
  return Uint8Array.from(
    Array.from(text).flatMap((ch) => (ch.charCodeAt(0) < 128 ? [ch.charCodeAt(0)] : (table.get(ch) ?? [0x3f]))),
  );
}

test("encoding auto finds UTF-8, GB18030 and windows-1252, and names what is not UTF-8", async () => {
  const names = async (bytes: Uint8Array): Promise<unknown[]> => {
    const { reports, issues } = await read(bytes);
    return [reports.map((report) => report.products[0]?.name), issues.map((issue) => issue.detail)];
  };
  const gb = gb18030(表);
  expect(new TextDecoder("gb18030").decode(gb)).toBe(表);
  expect(await names(new TextEncoder().encode(表))).toEqual([["阿莫西林", "头孢𠮷"], []]);
  expect(await names(gb)).toEqual([["阿莫西林", "头孢𠮷"], ["gb18030"]]);
  const latin = new TextEncoder().encode(lines("id,product,event", "1,CAF#,X"));
  latin[latin.indexOf(0x23)] = 0xe9;
  expect(await names(latin)).toEqual([["CAFé"], ["windows-1252"]]);
});

test("in a named encoding a bad line costs its own characters only", async () => {
  const bytes = gb18030(表);
  bytes[bytes.lastIndexOf(0x0a) - 1] = 0xff;
  const { reports, issues } = await read(bytes, { encoding: "gb18030" });
  expect(reports[0]?.products[0]?.name).toBe("阿莫西林");
  expect(reports[1]?.products[0]?.name).toBe("头孢𠮷");
  expect(ofCode(issues, "ENCODING_FALLBACK")).toMatchObject([{ row: 3 }]);
});

test("without quoting a quotation mark is data; tabs separate a .tsv", async () => {
  const { reports } = await read(lines("id|product|event", '1|5" nail|X'), { quote: false, delimiter: "|" });
  expect(reports[0]?.products[0]?.name).toBe('5" nail');
  const { reports: tabs } = await read(lines("id\tproduct\tevent", '1\t"A\tB"\tX'), {}, "table.tsv");
  expect(tabs[0]?.products[0]?.name).toBe("A\tB");
});

test("the long table of MAUDE device families loads through a mapping", async () => {
  const mapping: Mapping = {
    source: "maude",
    domain: "device",
    id: "mdr_report_key",
    receivedDate: "date_received",
    eventDate: "date_of_event",
    product: { name: "brand_name", ingredient: "generic_name", manufacturer: "manufacturer" },
    event: "event_type",
  };
  const all = await readAll(readMapped(fixture("maude-device-families"), mapping));
  expect(all.reports).toHaveLength(22);
  expect(ofCode(all.issues, "MISSING_ID")).toHaveLength(3);
  expect(recordsRead(all)).toBe(25);
  expect(ofCode(all.issues, "REPEATED_RECORD")).toHaveLength(2); // a report found by two searches
  expect(reportOf(all.reports, "7380862")).toMatchObject({
    domain: "device",
    receivedDate: "2018-03-29",
    products: [{ name: "FIBERTAK RC, TRIPLOAD TAPE BL/W, BLK/W W", manufacturer: "ARTHREX INC." }],
    events: [{ term: "Injury" }],
  });
});

test("columns that are missing are named; the match is exact but for blanks around", async () => {
  await expect(read(lines("ID,product,event", "1,A,X"))).rejects.toThrow(
    "table.csv: no column id; found ID, product, event",
  );
  await expect(read("")).rejects.toMatchObject({ code: "SOURCE_EMPTY" });
  expect((await read(lines(" id , product,event ", "1,A,X"))).reports).toHaveLength(1);
});

test.each([
  { id: "" },
  { product: {} },
  { event: 3 },
  { domain: "drugs" },
  { encoding: "latin" },
  { dateFormat: "us" },
  { delimiter: '"' },
  { headerRow: 0 },
])("a mapping that makes no sense is refused at once: %j", (part) => {
  expect(() => readMapped("x.csv", { ...simple, ...(part as Partial<Mapping>) })).toThrow(
    expect.objectContaining({ code: "INVALID_OPTION" }),
  );
});

test("values longer than the model takes reject their row", async () => {
  const long = "x".repeat(4001);
  const all = await read(lines("id,product,event,note", `1,${long},X,`, `2,A,${long},`, `3,A,X,${long}`));
  expect(all.reports.map((report) => [report.id, report.events.length])).toEqual([
    ["2", 0],
    ["3", 1],
  ]);
  expect(ofCode(all.issues, "FIELD_TOO_LONG").map((issue) => issue.effect)).toEqual([
    "value-dropped",
    "report-rejected",
  ]);
});
