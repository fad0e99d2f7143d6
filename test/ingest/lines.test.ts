import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { repairCharacters } from "../../src/ingest/characters.ts";
import { COMMA_TERMS, listSplitter } from "../../src/ingest/comma-terms.ts";
import { splitCsv } from "../../src/ingest/csv.node.ts";
import { readDate } from "../../src/ingest/dates.ts";
import { detectEncoding, readLines } from "../../src/ingest/decode.ts";
import type { SourceFile } from "../../src/ingest/input.ts";
import { Dictionary, KeyedRows, KeyIndex } from "../../src/ingest/keyed-rows.ts";
import { ownString } from "../../src/ingest/own-string.ts";
import type { Row, RowFault } from "../../src/ingest/rows.ts";
import { headerName } from "../../src/ingest/table.ts";
import { memoryFile } from "./reading.ts";

const source = (content: string | Uint8Array, chunk?: number): SourceFile => ({
  ...memoryFile("x", content, chunk),
  base: "x",
  listed: false,
});

async function csv(text: string, chunk?: number): Promise<{ rows: Row[]; faults: RowFault[] }> {
  const rows: Row[] = [];
  const faults: RowFault[] = [];
  for await (const block of splitCsv(readLines(source(text, chunk)), ",")) {
    rows.push(...block.rows);
    faults.push(...block.faults);
  }
  return { rows, faults };
}
const cells = async (text: string): Promise<unknown[]> => (await csv(text)).rows.map((row) => row.cells);

async function decoded(bytes: Uint8Array, chunk: number): Promise<unknown> {
  const lines: string[] = [];
  const numbers: number[] = [];
  const issues: unknown[] = [];
  for await (const block of readLines(source(bytes, chunk))) {
    lines.push(...block.lines);
    numbers.push(...block.numbers);
    issues.push(...block.issues);
  }
  return { lines, numbers, issues };
}

describe("lines", () => {
  test("are the same wherever the bytes were cut", async () => {
    const piece = fc.constantFrom("a", "é", "中", "𠮷", "\r\n", "\n", "\u0000", "\ufeff", "$", '"');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(piece, fc.integer({ min: 128, max: 255 })), { maxLength: 40 }),
        async (parts) => {
          const bytes = Uint8Array.from(
            parts.flatMap((part) => (typeof part === "number" ? [part] : [...new TextEncoder().encode(part)])),
          );
          const whole = await decoded(bytes, 1000);
          for (const chunk of [1, 2, 3, 4, 5, 6, 7]) expect(await decoded(bytes, chunk)).toEqual(whole);
        },
      ),
      { numRuns: 100 },
    );
  });

  test("a byte order mark is dropped at the start only", async () => {
    expect(await decoded(new TextEncoder().encode("\ufeffa\n\ufeffb"), 3)).toMatchObject({ lines: ["a", "\ufeffb"] });
  });

  test("encodings are told apart wherever the bytes were cut", async () => {
    for (const chunk of [1, 3, 1000]) {
      expect(await detectEncoding(source("中文", chunk))).toBe("utf-8");
      expect(await detectEncoding(source(Uint8Array.of(0xd6, 0xd0), chunk))).toBe("gb18030");
      expect(await detectEncoding(source(Uint8Array.of(0x41, 0xe9), chunk))).toBe("windows-1252");
    }
  });
});

describe("CSV", () => {
  test("quotes hold delimiters, line breaks and doubled quotes", async () => {
    expect(await cells('a,"b,c","d ""e"""\n"1\n2",3,\n')).toEqual([
      ["a", "b,c", 'd "e"'],
      ["1\n2", "3", ""],
    ]);
  });

  test("a quote within an unquoted field is data", async () => {
    expect(await cells('a,5" nail,"x"\n')).toEqual([["a", '5" nail', "x"]]);
  });

  test("a record has the number of the line it begins on", async () => {
    const { rows } = await csv('h\n\n"a\nb"\nc\n');
    expect(rows.map((row) => row.line)).toEqual([1, 3, 5]);
  });

  test("a bad quote costs its own line", async () => {
    const { rows, faults } = await csv('a,b\n"x"y,1\nc,d\n1,"open\ne,f\n"g",h\n');
    expect(rows.map((row) => row.cells)).toEqual([
      ["a", "b"],
      ["c", "d"],
      ["e", "f"],
      ["g", "h"],
    ]);
    expect(faults).toEqual([
      { code: "BAD_QUOTE", line: 2, cells: [] },
      { code: "BAD_QUOTE", line: 4, cells: ["1"] },
    ]);
  });

  test("a quote that never closes is given up after 1,000 lines or a megabyte", async () => {
    const many = Array.from({ length: 3000 }, (_, i) => `${i},x`).join("\n");
    for (const text of [`"open\n${many}\n`, `"open ${"y".repeat(2 ** 20)}\n${many}\n`]) {
      const { rows, faults } = await csv(text);
      expect(rows).toHaveLength(3000);
      expect(faults.map((fault) => [fault.code, fault.line])).toEqual([["BAD_QUOTE", 1]]);
    }
  });

  test("an overlong field is left out", async () => {
    const { rows, faults } = await csv(`a,b\n${"x".repeat(2 ** 20 + 1)},1\nc,d\n`);
    expect(rows).toHaveLength(2);
    expect(faults).toMatchObject([{ code: "FIELD_TOO_LONG", line: 2 }]);
  });

  test("any table that is written is read back, wherever the bytes were cut", async () => {
    const cell = fc.string({ unit: fc.constantFrom("a", "é", ",", '"', "\n", " ", "中") });
    const table = fc
      .integer({ min: 2, max: 4 })
      .chain((width) =>
        fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 6 }),
      );
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 7 }), async (rows, chunk) => {
        const text = rows.map((row) => row.map((value) => `"${value.replaceAll('"', '""')}"`).join(",")).join("\n");
        const found = await csv(`${text}\n`, chunk);
        expect(found.faults).toEqual([]);
        expect(found.rows.map((row) => row.cells)).toEqual(rows);
      }),
      { numRuns: 100 },
    );
  });

  test("any text gives rows and faults, the same wherever the bytes were cut", async () => {
    const text = fc.string({ unit: fc.constantFrom("a", ",", '"', '"', "\n", " ", "b"), maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        const whole = await csv(value);
        for (const chunk of [1, 2, 5]) expect(await csv(value, chunk)).toEqual(whole);
        const given = new Set(value.split("\n").flatMap((line, i) => (line.trim() === "" ? [] : [i + 1])));
        for (const { line } of [...whole.rows, ...whole.faults]) expect(given).toContain(line);
      }),
      { numRuns: 300 },
    );
  });
});

test.each([
  ["2014", "iso", "2014"],
  ["201403", "iso", "2014-03"],
  ["20140314", "ymd-compact", "2014-03-14"],
  ["20140314120000", "iso", "2014-03-14"],
  ["2014-03-14T23:59:59Z", "iso", "2014-03-14"],
  ["2014/3/4", "iso", "2014-03-04"],
  ["3/14/2014", "mdy", "2014-03-14"],
  ["3/14/14", "mdy", "2014-03-14"],
  ["3/14/69", "mdy", "1969-03-14"],
  ["14/3/2014", "dmy", "2014-03-14"],
  ["14.03.2014 08:00", "dmy", "2014-03-14"],
  ["3/2014", "mdy", "2014-03"],
  ["14-MAR-14", "mdy", "2014-03-14"],
  ["29-FEB-2000", "iso", "2000-02-29"],
  ["29-FEB-2001", "iso", undefined],
  ["3/14/2014", "iso", undefined],
  ["14/14/2014", "mdy", undefined],
  ["2014123456", "iso", undefined],
  ["14-XXX-14", "mdy", undefined],
  ["0000", "iso", undefined],
  ["soon", "iso", undefined],
] as const)("date %j in order %s is %j", (text, order, date) => {
  expect(readDate(text, order)).toBe(date);
});

test("windows-1252 read as Latin-1 is put right; what stands for nothing is taken out", () => {
  expect(repairCharacters("L\u0092OREAL \u0080\u009f")).toEqual({ text: "L’OREAL €Ÿ", control: false, mojibake: true });
  expect(repairCharacters("a\u0000b\u007fc\u0081d\te\rf")).toEqual({
    text: "abcd\te f",
    control: true,
    mojibake: false,
  });
});

test("a list is split but for whole terms, the longest first, whatever the case", () => {
  const split = listSplitter(", ", [...COMMA_TERMS, "A, B", "A, B, C"]);
  expect(split("RASH, Hallucination, Visual, FALL")).toEqual(["RASH", "Hallucination, Visual", "FALL"]);
  expect(split("A, B, C, A, B, A")).toEqual(["A, B, C", "A, B", "A"]);
  expect(split(" , ,X, ")).toEqual([",X"]);
  expect(listSplitter(/[;；]/, [])("a；b;c；")).toEqual(["a", "b", "c"]);
});

test("every built-in term with a comma survives in the middle of a list", () => {
  for (const term of COMMA_TERMS)
    expect(listSplitter(", ", COMMA_TERMS)(`RASH, ${term}, FALL`)).toEqual(["RASH", term, "FALL"]);
});

test("rows come back by key in the order in which they were added", () => {
  const index = new KeyIndex();
  const rows = new KeyedRows(index, ["a", "b"]);
  rows.startFile("one");
  rows.add("k", 2, [" x ", "y"], { a: 0, b: 1 });
  rows.add("l", 3, ["x"], { a: 0, b: 1 });
  rows.startFile("two");
  rows.add("k", 2, ["z", "y"], { a: 0, b: -1 });
  expect(
    rows
      .rowsOf(index.find("k"))
      .map((row) => [rows.file(row), rows.line(row), rows.text(row, "a"), rows.value(row, "b")]),
  ).toEqual([
    ["one", 2, "x", "y"],
    ["two", 2, "z", undefined],
  ]);
  expect(rows.rowsOf(index.find("none"))).toEqual([]);
  index.claim(index.find("k"));
  expect([...rows.orphans()].map((row) => rows.file(row) + rows.text(row, "a"))).toEqual(["onex"]);
});

test("a dictionary numbers texts as they come and finds them again", () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (texts) => {
      const dictionary = new Dictionary();
      const numbers = texts.map((text) => dictionary.add(text));
      expect(numbers.map((number) => dictionary.text(number))).toEqual(texts);
      expect(dictionary.size).toBe(new Set(texts).size);
    }),
  );
  expect(ownString("a text of more than thirteen characters")).toBe("a text of more than thirteen characters");
});

test("header names agree whatever their case, blanks and marks", () => {
  expect([" rept_dt", "RA_Report #", "PRI_Reported Brand/Product Name", "报告 编号"].map(headerName)).toEqual([
    "rept_dt",
    "ra_report",
    "pri_reported_brand_product_name",
    "报告_编号",
  ]);
});
