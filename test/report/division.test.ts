import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createDivisions, type DivisionMatch } from "../../src/report/division.ts";
import { shortNames } from "../../src/report/division-name.ts";
import { type Division, type DivisionRow, divisionRows } from "../../src/report/division-rows.ts";

const csv = gunzipSync(readFileSync(join(import.meta.dirname, "../fixtures/divisions/cn-2023.csv.gz"))).toString(
  "utf8",
);
/** Some centres by code, of a list of about 2015. */
const places = [
  { code: "110000", lon: 116.405285, lat: 39.904989 },
  { code: "140000", lon: 111.849248, lat: 36.857014 },
  { code: "140100", lon: 112.549248, lat: 37.857014 },
  { code: "441900", lon: 113.746262, lat: 23.046237 },
  { code: "540000", lon: 89.132212, lat: 30.860361 },
  { code: "371200", lon: 117.677736, lat: 36.214397 },
];
const list = createDivisions(csv, { vintage: "2023-06-30", places });
const codes = (divisions: readonly Division[]): string[] => divisions.map(({ code }) => code);
const found = (match: DivisionMatch): string =>
  match.status === "matched"
    ? `${match.division.level} ${match.division.code} by ${match.by}`
    : match.status === "ambiguous"
      ? `ambiguous ${codes(match.candidates).join(" ")}`
      : `unknown ${match.known?.code ?? ""}`.trim();

test("the list of 2023 has 31 provinces, 342 cities and 2,978 county rows, 124 of them statistical zones", () => {
  expect(list.vintage).toBe("2023-06-30");
  expect(list.descendants("province")).toHaveLength(31);
  expect(list.descendants("city")).toHaveLength(342);
  expect(list.descendants("county")).toHaveLength(2978);
  expect(list.rows.filter(({ statisticalZone }) => statisticalZone)).toHaveLength(124);
  expect(list.counties()).toHaveLength(2978 - 124);
});

test("Shanxi has 121 county rows, 4 of them statistical zones, so 117 counties", () => {
  const rows = list.descendants("county", "140000");
  expect(rows).toHaveLength(121);
  expect(codes(rows.filter(({ statisticalZone }) => statisticalZone))).toEqual([
    "140171",
    "140271",
    "140671",
    "140971",
  ]);
  expect(list.counties("140000")).toHaveLength(117);
});

test("one code is city and county at once", () => {
  for (const code of ["441900", "442000", "460400"]) {
    expect(list.find(code)?.level).toBe("city");
    expect(list.find(code, "county")).toMatchObject({ level: "county", parent: code, statisticalZone: false });
    expect(list.rollUp(code, "county")?.level).toBe("county");
    expect(list.rollUp(code, "city")?.level).toBe("city");
    expect(list.ancestors(code, "county").map(({ level }) => level)).toEqual(["city", "province"]);
    expect(codes(list.children(code))).toEqual([code]);
    expect(codes(list.counties(code))).toEqual([code]);
  }
});

test("rows that only group counties are no cities", () => {
  const notional = list.rows.filter((division) => division.notional);
  expect(codes(notional)).toEqual([
    "110100",
    "120100",
    "310100",
    "419000",
    "429000",
    "469000",
    "500100",
    "500200",
    "659000",
  ]);
  expect(list.rollUp("419001", "city")?.notional).toBe(true);
});

test("codes roll up, and never down", () => {
  expect(list.rollUp("140105", "county")?.name).toBe("小店区");
  expect(list.rollUp("140105", "city")?.name).toBe("太原市");
  expect(list.rollUp("140105", "province")?.name).toBe("山西省");
  expect(list.rollUp("140100", "county")).toBeUndefined();
  expect(list.rollUp("999999", "province")).toBeUndefined();
});

test("children and ancestors are each other's inverse", () => {
  expect(codes(list.children())).toHaveLength(31);
  expect(codes(list.ancestors("140105"))).toEqual(["140100", "140000"]);
  for (const division of list.rows) {
    for (const child of list.children(division.code, division.level)) {
      expect(list.ancestors(child.code, child.level)[0]).toBe(division);
    }
  }
});

test("every county is counted in exactly one province", () => {
  const sum = list.children().reduce((total, { code }) => total + list.counties(code).length, 0);
  expect(sum).toBe(list.counties().length);
});

test.each([
  ["140105", "county 140105 by code"],
  ["14", "province 140000 by code"],
  ["1401", "city 140100 by code"],
  ["140105001", "county 140105 by code"],
  ["140105.0", "county 140105 by code"],
  ["１４０１００", "city 140100 by code"],
  ["441900", "city 441900 by code"],
  ["371202", "unknown 370000"],
  ["140199", "unknown 140100"],
  ["710000", "unknown"],
  ["14010", "unknown"],
])("the code %s is %s", (text, match) => {
  expect(found(list.resolve(text))).toBe(match);
});

test.each([
  ["山西省太原市小店区", "county 140105 by name"],
  ["山西省 太原市-小店区", "county 140105 by name"],
  ["山西省/小店区", "county 140105 by name"],
  ["太原市", "city 140100 by name"],
  ["太原", "city 140100 by short-name"],
  ["山西太原小店区", "county 140105 by short-name"],
  ["山西", "province 140000 by short-name"],
  ["北京市", "province 110000 by name"],
  ["北京市东城区", "county 110101 by name"],
  ["北京市市辖区东城区", "county 110101 by name"],
  ["北京市北京市东城区", "county 110101 by short-name"],
  ["河南省济源市", "county 419001 by name"],
  ["河南省省直辖县级行政区划济源市", "county 419001 by name"],
  ["东莞市", "city 441900 by name"],
  ["东莞市东莞市", "county 441900 by name"],
  ["吉林", "province 220000 by short-name"],
  ["吉林市", "city 220200 by name"],
  ["吉林吉林市", "city 220200 by short-name"],
  ["海南", "province 460000 by short-name"],
  ["内蒙古", "province 150000 by short-name"],
  ["广西", "province 450000 by short-name"],
  ["延边州", "city 222400 by short-name"],
  ["湖北省恩施州恩施市", "county 422801 by short-name"],
  ["朝阳区", "ambiguous 110105 220104"],
  ["北京朝阳区", "county 110105 by short-name"],
  ["鼓楼区", "ambiguous 320106 320302 350102 410204"],
  ["福建省鼓楼区", "county 350102 by name"],
  ["市辖区", "ambiguous 110100 120100 310100 500100"],
  ["山西省太原市某某区", "unknown 140100"],
  ["山西省小店区某街道", "unknown 140105"],
  ["四川省小店区", "unknown 510000"],
  ["朝阳区某街道", "unknown"],
  ["某某", "unknown"],
  ["", "unknown"],
])("the text %j is %s", (text, match) => {
  expect(found(list.resolve(text))).toBe(match);
});

test("the division it lies in and the level narrow an ambiguous name", () => {
  expect(found(list.resolve("朝阳区", { within: "110000" }))).toBe("county 110105 by name");
  expect(found(list.resolve("朝阳区", { within: "140000" }))).toBe("unknown");
  expect(found(list.resolve("东莞市", { level: "county" }))).toBe("county 441900 by name");
  expect(found(list.resolve("441900", { level: "county" }))).toBe("county 441900 by code");
  expect(found(list.resolve("140100", { level: "county" }))).toBe("unknown");
});

test("every row is found again by its full path of names", () => {
  for (const division of list.rows) {
    const path = [...list.ancestors(division.code, division.level)].reverse().map(({ name }) => name);
    expect(found(list.resolve([...path, division.name].join("")))).toBe(`${division.level} ${division.code} by name`);
  }
});

test("a bare full name gives its division or, when several bear it, all of them", () => {
  for (const name of new Set(list.rows.map((row) => row.name))) {
    const rows = list.rows.filter((row) => row.name === name);
    const match = list.resolve(name);
    const above = rows.filter((row) => !rows.some((other) => list.ancestors(row.code, row.level).includes(other)));
    if (above.length === 1) expect(match).toMatchObject({ status: "matched", division: above[0] });
    else expect(match).toEqual({ status: "ambiguous", candidates: rows });
  }
});

test("short names drop the kind of division and the peoples of autonomous ones", () => {
  const short = (name: string): readonly string[] => shortNames({ code: "000000", name, level: "city", parent: "" });
  expect(short("太原市")).toEqual(["太原"]);
  expect(short("延边朝鲜族自治州")).toEqual(["延边", "延边州"]);
  expect(short("巴音郭楞蒙古自治州")).toEqual(["巴音郭楞", "巴音郭楞州"]);
  expect(short("克孜勒苏柯尔克孜自治州")).toEqual(["克孜勒苏", "克孜勒苏州"]);
  expect(short("双江拉祜族佤族布朗族傣族自治县")).toEqual(["双江"]);
  expect(short("鄂温克族自治旗")).toEqual(["鄂温克族"]);
  expect(short("内蒙古自治区")).toEqual(["内蒙古"]);
  expect(short("龙胜各族自治县")).toEqual(["龙胜"]);
  expect(short("神农架林区")).toEqual(["神农架"]);
  expect(short("万柏林区")).toEqual(["万柏林"]);
  expect(short("大兴安岭地区")).toEqual(["大兴安岭"]);
  expect(short("城区")).toEqual([]);
});

test("a centre is the division's own or, flagged, that of the nearest one above", () => {
  expect(list.place("140100")).toMatchObject({ lon: 112.549248, fallback: false });
  expect(list.place("140105")).toMatchObject({ lon: 112.549248, of: { code: "140100" }, fallback: true });
  expect(list.place("140200")).toMatchObject({ lon: 111.849248, of: { code: "140000" }, fallback: true });
  expect(list.place("540600")).toMatchObject({ of: { code: "540000" }, fallback: true });
  expect(list.place("441900", "county")).toMatchObject({ lon: 113.746262, fallback: false });
  expect(list.place("320100")).toBeUndefined();
  expect(list.place("999999")).toBeUndefined();
  expect(list.unusedPlaces).toEqual(["371200"]);
});

const province: DivisionRow = { code: "140000", name: "山西省", level: "province", parent: "" };
const city: DivisionRow = { code: "140100", name: "太原市", level: "city", parent: "140000" };
const county: DivisionRow = { code: "140105", name: "小店区", level: "county", parent: "140100" };
const made =
  (...rows: DivisionRow[]) =>
  (): unknown =>
    createDivisions(rows, { vintage: "v" });

test.each([
  ["a repeated code and level", made(province, city, { ...city, name: "又" }), "DUPLICATE_KEY"],
  ["a missing parent", made(province, county), "MISSING_PARENT"],
  ["a row that is its own parent", made(province, { ...city, parent: "140100" }), "CYCLE"],
  [
    "two rows that are each other's parent",
    made({ ...city, parent: "140200" }, { ...city, code: "140200", parent: "140100" }),
    "CYCLE",
  ],
  [
    "a parent on the same level",
    made(province, city, { ...city, code: "140200", parent: "140100" }),
    "INVALID_ARGUMENT",
  ],
  ["a code that is not six digits", made({ ...province, code: "14" }), "INVALID_ARGUMENT"],
  ["a province with a parent", made({ ...province, parent: "000000" }), "INVALID_ARGUMENT"],
  ["an empty name", made({ ...province, name: " " }), "INVALID_ARGUMENT"],
  ["an unknown level", made({ ...province, level: "town" as "city" }), "INVALID_ARGUMENT"],
  ["a missing column", () => createDivisions("code,name,level\n", { vintage: "v" }), "INVALID_ARGUMENT"],
  ["a ragged row", () => createDivisions("code,name,level,parent\n140000,a\n", { vintage: "v" }), "INVALID_ARGUMENT"],
  ["an empty vintage", () => createDivisions([province], { vintage: " " }), "INVALID_OPTION"],
  [
    "a place off the globe",
    () => createDivisions([province], { vintage: "v", places: [{ code: "140000", lon: NaN, lat: 0 }] }),
    "INVALID_ARGUMENT",
  ],
  [
    "a place given twice",
    () => createDivisions([province], { vintage: "v", places: [places[1]!, places[1]!] }),
    "DUPLICATE_KEY",
  ],
  ["counties of a code not in the list", () => list.counties("990000"), "UNKNOWN_TERM"],
  ["children of a code not in the list", () => list.children("990000"), "UNKNOWN_TERM"],
  ["ancestors of a code not in the list", () => list.ancestors("990000"), "UNKNOWN_TERM"],
  ["a search within a code not in the list", () => list.resolve("太原市", { within: "990000" }), "UNKNOWN_TERM"],
])("%s is refused", (_, call, code) => {
  expect(call).toThrow(expect.objectContaining({ code }));
});

test("a county may hang on a province, and rows may come in any order", () => {
  const direct = createDivisions([{ ...county, parent: "140000" }, province], { vintage: "v" });
  expect(codes(direct.ancestors("140105"))).toEqual(["140000"]);
  expect(direct.rollUp("140105", "city")).toBeUndefined();
});

test("a list in CSV may have a byte order mark, CRLF, quotes and other columns in any order", () => {
  expect(divisionRows('\ufeffparent,code,"name",note,level\r\n,140000,"山西,""省""",,province\r\n\r\n')).toEqual([
    { code: "140000", name: '山西,"省"', level: "province", parent: "" },
  ]);
});

test("no text makes resolving throw, and long text is turned away at once", () => {
  const part = fc.oneof(
    fc.constantFrom(...list.rows.slice(0, 400).map(({ name }) => name)),
    fc.constantFrom("山西", "市", "区", "吉林", "海南", " ", "-", "\ud800", "\0", "14"),
    fc.string({ unit: "binary", maxLength: 4 }),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
      const match = list.resolve(parts.join(""));
      if (match.status === "ambiguous") expect(match.candidates.length).toBeGreaterThan(1);
    }),
    { numRuns: 1000 },
  );
  const from = performance.now();
  for (const text of ["吉林", "\u0301\u0316", "\ud800", "1", "海南"]) {
    expect(list.resolve(text.repeat(50_000))).toEqual({ status: "unknown", known: undefined });
    list.resolve(text.repeat(32));
  }
  expect(performance.now() - from).toBeLessThan(1000);
});
