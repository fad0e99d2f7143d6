import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { loadReports, type LoadOptions } from "../../src/count/load.ts";
import { ByteDictionary } from "../../src/ingest/byte-dictionary.ts";
import { byteRows, byteTable, headOf } from "../../src/ingest/byte-parts.ts";
import { nodeTools } from "../../src/ingest/byte-tools.node.ts";
import { nodePartReader, startWorker, type RangeWorker } from "../../src/ingest/csv-threads.node.ts";
import { readRangeOf, type RangeTask } from "../../src/ingest/csv-worker.node.ts";
import { splitCsv } from "../../src/ingest/csv.node.ts";
import { mappedColumnar } from "../../src/ingest/mapped-bytes.ts";
import { mappedReports, mappedTable, type Mapping } from "../../src/ingest/mapped.ts";
import { openReader } from "../../src/ingest/open.node.ts";
import { readMapped } from "../../src/ingest/readers.node.ts";
import type { ReportSource } from "../../src/report/source.ts";
import { fixture, lines, memoryFile } from "./reading.ts";

const full: Mapping = {
  source: "x",
  domain: { column: "kind", codes: { V: "vaccine", D: "drug", "": "device" } },
  id: "id",
  version: "version",
  recordId: "record",
  receivedDate: "received",
  product: {
    name: "product",
    ingredient: "substance",
    lot: { column: "lots", separator: ";" },
    role: { column: "role", codes: { S: "suspect", C: "concomitant" } },
    start: "from",
  },
  event: {
    term: "terms",
    separator: "；",
    code: "code",
    onset: "onset",
    outcome: { column: "outcome", codes: { R: "recovered", F: "fatal" } },
  },
  serious: { column: "serious", separator: ";", codes: { 死亡: "death", 住院: "hospitalisation", 一般: "none" } },
  unit: "unit",
  age: { column: "age", unit: { column: "age unit", codes: { 岁: "year", 月: "month" } } },
  sex: "sex",
  weight: "weight",
  narrative: "text",
};
const plain: Mapping = {
  source: "x",
  domain: "drug",
  id: "id",
  product: "product",
  event: "terms",
  serious: { flags: { serious: "death", role: "other" } },
  age: "age",
  unit: "unit",
};
const header =
  "id kind version record received product substance lots role from terms code onset outcome serious unit age weight sex text"
    .split(" ")
    .toSpliced(17, 0, "age unit");

/** The same source without its way through columns. */
const byRows = (source: ReportSource): ReportSource => ({
  [Symbol.asyncIterator]: () => source[Symbol.asyncIterator](),
});

async function outcome(source: ReportSource | ReportSource[], options: LoadOptions = {}): Promise<unknown> {
  try {
    const { table, reconciliation } = await loadReports(source, { issueSample: 10_000, ...options });
    return { reports: [...table.reports()], columns: table.columns, reconciliation };
  } catch (error) {
    return error;
  }
}

async function expectSame(make: () => ReportSource | ReportSource[], options: LoadOptions = {}): Promise<unknown> {
  const made = make();
  const rows = await outcome(Array.isArray(made) ? made.map(byRows) : byRows(made), options);
  const columns = await outcome(make(), options);
  expect(columns).toEqual(rows);
  return columns;
}

const decoder = new TextDecoder("gb18030");
const gb = new Map<string, number[]>();
for (let lead = 0x81; lead <= 0xfe; lead++) {
  for (let trail = 0x40; trail <= 0xfe; trail++) {
    if (trail !== 0x7f) gb.set(decoder.decode(Uint8Array.of(lead, trail)), [lead, trail]);
  }
}
gb.set("𠮷", [0x95, 0x34, 0xb2, 0x35]);
gb.set("\u0085", [0x81, 0x30, 0x81, 0x35]);
const encode = {
  "utf-8": (text: string) => new TextEncoder().encode(text),
  gb18030: (text: string) =>
    Uint8Array.from(
      Array.from(text).flatMap((ch) => (ch.charCodeAt(0) < 128 ? [ch.charCodeAt(0)] : (gb.get(ch) ?? [0x80]))),
    ),
  "windows-1252": (text: string) => Uint8Array.from(Array.from(text), (ch) => ch.charCodeAt(0) & 0xff),
};

/** Cells as they come, by column, and as they should not. */
const usual: Readonly<Record<string, fc.Arbitrary<string>>> = {
  id: fc.constantFrom("1", "2", "3", "10", " 2", "2　", "药1", "", "id"),
  kind: fc.constantFrom("D", "V", "", "X"),
  version: fc.constantFrom("", "1", "2", "x"),
  received: fc.constantFrom("2024-01-02", "2024", "", "2024-13-01"),
  from: fc.constantFrom("2024-01-02", "20240103", "", "soon"),
  onset: fc.constantFrom("2024-01-02", "2024-02", "", "soon"),
  product: fc.constantFrom("阿莫西林", "头孢", "A", " A", "", '5" nail'),
  lots: fc.constantFrom("L1", "L1;L2", "不详", "", "L1;L1;；"),
  role: fc.constantFrom("S", "C", "", "Z", "1"),
  terms: fc.constantFrom("恶心；呕吐", "恶心", "恶心；恶心", "", "皮疹", "头痛；"),
  outcome: fc.constantFrom("R", "F", "", "Q"),
  serious: fc.constantFrom("住院", "死亡;住院", "一般", "", "?", "Y"),
  unit: fc.constantFrom("一院", "二院", "", "\u00a0一院", "一院\ufeff"),
  age: fc.constantFrom("1", "70", "200", "", "x", "6"),
  "age unit": fc.constantFrom("岁", "月", "", "?"),
  sex: fc.constantFrom("男", "F", "", "?"),
  weight: fc.constantFrom("60", "", "x", "0"),
};
const strange = fc.string({
  unit: fc.constantFrom(
    "a",
    "é",
    "中",
    "𠮷",
    ",",
    '"',
    '""',
    "\n",
    "\r\n",
    "\r",
    " ",
    "\t",
    "\u0000",
    "\u007f",
    "\u0092",
    "\u0085",
    "　",
  ),
  maxLength: 8,
});
const cell = (name: string): fc.Arbitrary<string> =>
  fc.oneof({ weight: 20, arbitrary: usual[name] ?? fc.constantFrom("a", "b", "") }, { weight: 1, arbitrary: strange });
const quoted = (value: string): string => `"${value.replaceAll('"', '""')}"`;
/** A cell as it is written: rightly, in quotes without need, as it stands, or with a quote where none should be. */
const written = (name: string, order: string): fc.Arbitrary<string> =>
  cell(name).chain((value) => {
    const right = /["\r\n]/.test(value) || value.includes(order) ? quoted(value) : value;
    return fc.oneof(
      { weight: 60, arbitrary: fc.constant(right) },
      { weight: 6, arbitrary: fc.constant(quoted(value)) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(value, ` ${quoted(value)}`, `${quoted(value)} `, `"${value}`, `${quoted(value)}x`),
      },
    );
  });
const record = (order: string): fc.Arbitrary<string> =>
  fc.oneof(
    {
      weight: 30,
      arbitrary: fc.tuple(...header.map((name) => written(name, order))).map((cells) => cells.join(order)),
    },
    { weight: 2, arbitrary: fc.array(written("product", order), { maxLength: 23 }).map((cells) => cells.join(order)) },
    { weight: 1, arbitrary: fc.constantFrom("", "  ", "\t\t", '""', '"', header.join(order), " ,,,", "　") },
  );
const file = (order: string): fc.Arbitrary<string> =>
  fc
    .record({
      records: fc.array(record(order), { maxLength: 12 }),
      end: fc.constantFrom("\n", "\n", "\r\n"),
      last: fc.boolean(),
      mark: fc.boolean(),
      surplus: fc.constantFrom("", "", "", order),
    })
    .map(({ records, end, last, mark, surplus }) => {
      const all = [header.join(order) + surplus, ...records.map((text) => text + surplus)].join(end);
      return (mark ? "\ufeff" : "") + all + (last ? end : "");
    });

const given = fc
  .record({
    order: fc.constantFrom(",", ",", ",", "\t", ";", "|"),
    encoding: fc.constantFrom<keyof typeof encode>("utf-8", "utf-8", "gb18030", "windows-1252"),
    told: fc.boolean(),
    mapping: fc.constantFrom(full, full, plain),
    quote: fc.constantFrom(true, true, true, true, false),
    headerRow: fc.constantFrom(1, 1, 1, 1, 2),
    chunk: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constant(65_536)),
    narrative: fc.boolean(),
    // Now and then some bytes that belong to nothing.
    noise: fc.option(fc.tuple(fc.nat(), fc.uint8Array({ maxLength: 3 })), { freq: 9 }),
  })
  .chain(({ order, encoding, told, mapping, quote, headerRow, noise, ...rest }) =>
    file(order).map((text) => {
      const bytes = encode[encoding](text);
      const at = noise === null ? 0 : noise[0] % (bytes.length + 1);
      const content =
        noise === null ? bytes : Uint8Array.of(...bytes.subarray(0, at), ...noise[1], ...bytes.subarray(at));
      const how: Mapping = { ...mapping, delimiter: order, quote, headerRow, encoding: told ? encoding : "auto" };
      return { ...rest, how, content, text };
    }),
  );

describe("bytes give what rows give", () => {
  test("for any file, however it is cut", async () => {
    await fc.assert(
      fc.asyncProperty(given, async ({ how, content, chunk, narrative }) => {
        await expectSame(() => readMapped(memoryFile("table.csv", content, chunk), how, { narrative }));
      }),
      { numRuns: 150 },
    );
  });

  test("for several files and sources, in which reports meet", async () => {
    await fc.assert(
      fc.asyncProperty(given, given, async (one, two) => {
        const files = [memoryFile("a.csv", one.content), memoryFile("b.csv", two.content)];
        await expectSame(() => readMapped(files, { ...one.how, encoding: "auto" }));
        await expectSame(() => [readMapped(files[0]!, one.how), readMapped(files[1]!, two.how)]);
        await expectSame(() => readMapped(files[0]!, one.how), { strict: true });
      }),
      { numRuns: 50 },
    );
  });

  const folder = mkdtempSync(join(tmpdir(), "pvsignal-csv-"));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  test("for any number of ranges, wherever they begin", async () => {
    const path = join(folder, "table.csv");
    await fc.assert(
      fc.asyncProperty(given, fc.integer({ min: 2, max: 9 }), async ({ how, content }, threads) => {
        writeFileSync(path, content);
        const reader = nodePartReader(1, (task) => ({ result: readRangeOf(task), end: () => Promise.resolve() }));
        const ranges: ReportSource = {
          [Symbol.asyncIterator]: () => openReader(path, {}, /csv/, (context) => mappedReports(context, how, splitCsv)),
          columns: (options) =>
            openReader(path, {}, /csv/, (context) => mappedColumnar(context, how, splitCsv, reader, options)),
        };
        expect(await outcome(ranges, { threads })).toEqual(await outcome(byRows(readMapped(path, how))));
      }),
      { numRuns: 150 },
    );
  });

  test("on threads, when a range begins within a quoted text, and when a thread cannot start", async () => {
    const path = join(folder, "threads.csv");
    const row = (i: number): string => `${i},药${i % 7},"说明\n${i},药,恶心\n""${i}""",恶心；呕吐`;
    writeFileSync(path, lines("id,product,text,terms", ...Array.from({ length: 4000 }, (_, i) => row(i)), "x,y"));
    const how: Mapping = { domain: "drug", id: "id", product: "product", event: { term: "terms", separator: "；" } };
    const source = (reader: ReturnType<typeof nodePartReader>): ReportSource => ({
      ...readMapped(path, how),
      columns: (options) =>
        openReader(path, {}, /csv/, (context) => mappedColumnar(context, how, splitCsv, reader, options)),
    });
    const expected = await outcome(byRows(readMapped(path, how)));
    const answers: Promise<unknown>[] = [];
    const start = (task: RangeTask): RangeWorker => {
      const worker = startWorker(task);
      answers.push(worker.result);
      return worker;
    };
    expect(await outcome(source(nodePartReader(1000, start)), { threads: 3 })).toEqual(expected);
    expect(await Promise.all(answers)).toMatchObject([{ result: { part: {} } }, { result: { part: {} } }]);
    const failed = nodePartReader(1000, () => ({ result: Promise.resolve(undefined), end: () => Promise.resolve() }));
    expect(await outcome(source(failed), { threads: 3 })).toEqual(expected);
  });

  test.each([0, 65, 1.5])("a number of threads that is none is refused: %d", async (threads) => {
    expect(await outcome(readMapped(memoryFile("x.csv", ""), plain), { threads })).toMatchObject({
      code: "INVALID_OPTION",
    });
  });

  test("for a real table with rows that fail", async () => {
    const mapping: Mapping = {
      source: "maude",
      domain: "device",
      id: "mdr_report_key",
      receivedDate: "date_received",
      eventDate: "date_of_event",
      product: { name: "brand_name", ingredient: "generic_name", manufacturer: "manufacturer" },
      event: "event_type",
    };
    await expectSame(() => readMapped(fixture("maude-device-families"), mapping));
  });

  test.each([
    ["an endless line", `id,product,terms,serious,role,age,unit\n1,${"x".repeat(5 * 2 ** 20)},b,,,,\n2,a,b,,,,\n`],
    ["a huge field", `id,product,terms,serious,role,age,unit\n1,"${"x\n".repeat(2 ** 15)}",b,,,,\n2,a,b,,,,\n`],
    [
      "a quote that never closes",
      lines(
        "id,product,terms,serious,role,age,unit",
        '1,"a,b,,,,',
        ...Array.from({ length: 2500 }, (_, i) => `${i},a,b,,,,`),
      ),
    ],
    ["nothing", ""],
    ["a mark and blanks", "\ufeff \n\n"],
    ["a header that lacks a column", "id,product\n1,2\n"],
  ])("for %s", async (_, text) => {
    await expectSame(() => readMapped(memoryFile("x.csv", text), plain));
  });

  test("a report of many rows costs no more than they do", async () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => `1,A${i % 9000},X${i % 50},,,,`);
    await expectSame(() =>
      readMapped(memoryFile("x.csv", lines("id,product,terms,serious,role,age,unit", ...rows)), plain),
    );
  });
});

test("what is held of the bytes does not grow with the file", async () => {
  const file = { ...memoryFile("x.csv", lines("id,product,terms", "1,a,b")), base: "x.csv", listed: false };
  const how: Mapping = { domain: "drug", id: "id", product: "product", event: "terms" };
  const spec = mappedTable(file, how, false, "utf-8", splitCsv);
  const table = byteTable(file, spec, (await headOf(file, spec)).rows, { guessed: true, quote: true });
  const held = async (count: number): Promise<number> => {
    const rows = byteRows(table, nodeTools);
    const chunk = new Uint8Array(2 ** 16);
    chunk.set(new TextEncoder().encode("id,product,terms\n"));
    let most = 0;
    let at = 17;
    for (let i = 0; i < count; i++) {
      const text = new TextEncoder().encode(`${i},"a ""quoted"" ${"x".repeat(i % 50)}",b\n`);
      if (at + text.length > chunk.length) {
        rows.push(chunk.subarray(0, at));
        most = Math.max(most, rows.held);
        at = 0;
      }
      chunk.set(text, at);
      at += text.length;
    }
    rows.push(chunk.subarray(0, at));
    rows.finish();
    await rows.settle();
    expect(rows.records).toBe(count + 1);
    return most;
  };
  const small = await held(3000);
  expect(await held(100_000)).toBeLessThanOrEqual(small);
  expect(small).toBeLessThan(2 ** 18);
});

describe("a dictionary of bytes", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "9", "é", "中", " ", "　", "\u00a0", ";") });
  const bytesOf = (value: string): DataView => {
    const bytes = new TextEncoder().encode(value);
    const padded = new Uint8Array(bytes.length + 4).fill(0xff);
    padded.set(bytes);
    return new DataView(padded.buffer);
  };
  const length = (value: string): number => new TextEncoder().encode(value).length;

  test("numbers trimmed texts in the order in which they come, in ascending order or not", () => {
    const ids = fc.array(fc.nat({ max: 300 }), { maxLength: 60 });
    fc.assert(
      fc.property(ids, fc.boolean(), fc.array(text), (numbers, sorted, texts) => {
        const values = [...(sorted ? numbers.sort((x, y) => x - y) : numbers).map(String), ...texts];
        const dictionary = new ByteDictionary("utf-8");
        dictionary.addText("id");
        const expected = ["", "id"];
        for (const value of values) {
          if (!expected.includes(value.trim())) expected.push(value.trim());
          expect(dictionary.addOrdered(bytesOf(value), 0, length(value))).toBe(expected.indexOf(value.trim()));
        }
        expect(dictionary.texts()).toEqual(expected);
        expect(ByteDictionary.stored(dictionary.store()).texts()).toEqual(expected);
        for (const value of values) expect(dictionary.addText(value.trim())).toBe(expected.indexOf(value.trim()));
      }),
    );
  });

  test("is cut at a separator as texts are", () => {
    fc.assert(
      fc.property(fc.array(text), fc.constantFrom(";", "中", "a"), (texts, separator) => {
        const dictionary = new ByteDictionary("utf-8");
        for (const value of texts) dictionary.addText(value.trim());
        const { offsets, codes, parts } = dictionary.split(separator);
        for (const [code, value] of dictionary.texts().entries()) {
          const found = Array.from(codes.subarray(offsets[code], offsets[code + 1]), (part) => parts.text(part));
          expect(found).toEqual(
            value
              .split(separator)
              .map((part) => part.trim())
              .filter((part) => part !== ""),
          );
        }
      }),
    );
  });
});
