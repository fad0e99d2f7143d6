import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { csvCell } from "pvsignal";
import { writeCsv } from "pvsignal/node";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pvsignal-csv-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test.each(["=1+1", "+1", "-2+3", "@SUM(A1)", " =1", "\t=1", "\r=1", "＝1", "　＝1", "\u00a0@x"])(
  "%j cannot run as a formula",
  (text) => {
    expect(csvCell(text)).toBe(`'${text}`);
  },
);

test.each([
  [-1.5, "-1.5"],
  [Infinity, "Infinity"],
  [NaN, "NaN"],
  [null, ""],
  [undefined, ""],
  [true, "true"],
  ["α-blocker", "α-blocker"],
  ["5-HT", "5-HT"],
])("%j is written as %j", (value, text) => {
  expect(csvCell(value)).toBe(text);
});

/** The plainest reader of RFC 4180. */
function parse(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    rows.at(-1)!.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'));
    if (end === "\r\n") rows.push([]);
  }
  return rows.filter((row) => row.length > 1);
}

test("whatever the text, it comes back from the file, at most with an apostrophe in front", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ x: fc.string(), "名称,": fc.string({ unit: "grapheme" }) }), { minLength: 1, maxLength: 5 }),
      async (rows) => {
        const path = join(folder, "a.csv");
        await writeCsv(path, rows);
        const text = readFileSync(path, "utf8");
        expect(text.startsWith("\ufeff")).toBe(true);
        const back = parse(text.slice(1));
        expect(back).toEqual([["x", "名称,"], ...rows.map((row) => [csvCell(row.x), csvCell(row["名称,"])])]);
      },
    ),
    { numRuns: 50 },
  );
});

test("without the byte order mark when asked, with CRLF line ends", async () => {
  await writeCsv(join(folder, "b.csv"), [{ a: 1, b: "x" }], { bom: false });
  expect(readFileSync(join(folder, "b.csv"), "latin1")).toBe("a,b\r\n1,x\r\n");
});

test("a failure leaves neither a file nor a part of one, and is a typed error", async () => {
  const rows = function* (): Generator<{ a: number }> {
    yield { a: 1 };
    throw new Error("source broke");
  };
  await expect(writeCsv(join(folder, "c.csv"), rows())).rejects.toMatchObject({ code: "OUTPUT_UNWRITABLE" });
  await expect(writeCsv(join(folder, "none", "c.csv"), [{ a: 1 }])).rejects.toMatchObject({
    code: "OUTPUT_UNWRITABLE",
  });
  expect(readdirSync(folder)).toEqual([]);
});
