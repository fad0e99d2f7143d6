// A wide CSV to columns: this library on one and two threads, DuckDB, and fast-csv with zod; then on to the ranked list.
//   node bench/ingest-csv.mjs '{ "path": "…", "threads": 1 }' reads once in a process of its own and tells its peak memory.
import { execFileSync } from "node:child_process";
import { closeSync, createReadStream, mkdtempSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "fast-csv";
import * as z from "zod";
import { countPairs, loadReports, screen } from "../dist/index.js";
import { readMapped } from "../dist/node.js";
import { WIDE_COLUMNS, WIDE_MAPPING, wideCsv } from "./generate-wide.mjs";
import { rows, short } from "./report.mjs";

const median = (times) => [...times].sort((x, y) => x - y)[times.length >> 1];
const day = (text) => Date.UTC(text.slice(0, 4), text.slice(5, 7) - 1, text.slice(8, 10)) / 864e5;

async function timed(work) {
  const used = process.cpuUsage();
  const start = performance.now();
  const found = await work();
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(used);
  return { found, ms, cpu: (user + system) / 1000 };
}

/** What all must agree on. */
const summary = (n, products, terms, entries, days, ages, weights, serious) =>
  JSON.stringify({ n, products, terms, entries, days, ages, weights: Math.round(weights * 10), serious });

async function ours(path, threads) {
  const { table, reconciliation } = await loadReports(readMapped(path, WIDE_MAPPING), { threads });
  if (reconciliation.issues.length > 0) throw new Error(`issues: ${JSON.stringify(reconciliation.issues)}`);
  return table;
}

function oursSummary({ size, columns: { reports, products, events } }) {
  const sum = (list) => list.reduce((total, value) => total + value, 0);
  const serious = reports.serious.reduce((total, bits) => total + ((bits & 4) >> 2), 0);
  return summary(
    size,
    products.name.values.length,
    events.term.values.length,
    events.term.codes.length,
    sum(reports.received.day),
    sum(reports.ageYears),
    sum(reports.weightKg),
    serious,
  );
}

/** The usual way: objects from fast-csv, checked by zod, put into columns with a Map for each column of texts. */
async function fastCsvZod(path) {
  const text = z.string().min(1);
  const date = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
  const list = z.string().transform((cell) => cell.split(";"));
  const schema = z.object({
    报告编号: text,
    版本: z.coerce.number().int(),
    接收日期: date,
    发生日期: date,
    报告单位: text,
    地区代码: text,
    国家: text,
    报告人: text,
    性别: z.enum(["男", "女"]),
    年龄: z.coerce.number().min(0).max(120),
    年龄单位: z.enum(["岁", "月", "天"]),
    体重: z.coerce.number().positive().max(1000),
    药品名称: text,
    通用名称: text,
    生产企业: text,
    批号: z.string(),
    批准文号: text,
    怀疑并用: z.enum(["怀疑", "并用"]),
    给药途径: text,
    用法用量: text,
    用药开始: date,
    用药结束: date,
    用药原因: text,
    不良反应: list,
    结果: z.enum(["治愈", "好转", "未好转", "死亡", "不详"]),
    严重程度: z.enum(["一般", "住院", "危及生命", "死亡"]),
    经办编号: text,
    过程描述: z.string(),
  });
  const names = WIDE_COLUMNS.split(",").filter((name) => name !== "过程描述");
  const columns = Object.fromEntries(names.map((name) => [name, []]));
  const codes = Object.fromEntries(names.map((name) => [name, new Map()]));
  const offsets = [0];
  const coded = (name, value) => {
    let code = codes[name].get(value);
    if (code === undefined) codes[name].set(value, (code = codes[name].size));
    columns[name].push(code);
  };
  let n = 0;
  for await (const row of createReadStream(path, { encoding: "utf8" }).pipe(parse({ headers: true }))) {
    const record = schema.parse(row);
    n++;
    for (const name of names) {
      const value = record[name];
      if (name === "不良反应") for (const term of value) coded(name, term);
      else if (typeof value === "number") columns[name].push(value);
      else if (name.endsWith("日期") || name.startsWith("用药开") || name === "用药结束")
        columns[name].push(day(value));
      else coded(name, value);
    }
    offsets.push(columns["不良反应"].length);
  }
  const sum = (list) => list.reduce((total, value) => total + value, 0);
  const hospital = codes["严重程度"].get("住院");
  return summary(
    n,
    codes["药品名称"].size,
    codes["不良反应"].size,
    offsets[n],
    sum(columns["接收日期"]),
    sum(columns["年龄"]),
    sum(columns["体重"]),
    columns["严重程度"].filter((code) => code === hospital).length,
  );
}

/** DuckDB to the same point: a typed table, the list split to rows, dictionaries of products and terms. */
async function duckdbReader() {
  const { DuckDBInstance } = await import("@duckdb/node-api").catch(() => ({}));
  if (DuckDBInstance === undefined) return undefined;
  const typed = {
    版本: "integer",
    接收日期: "date",
    发生日期: "date",
    用药开始: "date",
    用药结束: "date",
    年龄: "integer",
    体重: "double",
  };
  const columns = WIDE_COLUMNS.split(",").map((name) => `'${name}': '${typed[name] ?? "varchar"}'`);
  return async (path) => {
    const instance = await DuckDBInstance.create(":memory:", { threads: "2" });
    const connection = await instance.connect();
    const source = `read_csv('${path}', header = true, delim = ',', quote = '"', escape = '"', columns = { ${columns.join(", ")} })`;
    await connection.run(`create table r as select * from ${source}`);
    await connection.run(`create table e as select rowid as r, unnest(string_split(不良反应, ';')) as term from r`);
    await connection.run(
      `create table dp as select 药品名称, row_number() over () as code from (select distinct 药品名称 from r)`,
    );
    await connection.run(
      `create table de as select term, row_number() over () as code from (select distinct term from e)`,
    );
    return async () => {
      const reader = await connection.runAndReadAll(
        `select count(*)::double, (select count(*) from dp)::double, (select count(*) from de)::double, (select count(*) from e)::double, sum(接收日期 - date '1970-01-01')::double, sum(年龄)::double, sum(体重)::double, count(*) filter (where 严重程度 = '住院')::double from r`,
      );
      const found = summary(...reader.getRows()[0]);
      connection.closeSync();
      instance.closeSync();
      return found;
    };
  };
}

function write(path, n) {
  const file = openSync(path, "w");
  for (const text of wideCsv(n)) writeSync(file, text);
  closeSync(file);
}

const same = (name, found, expected) => {
  if (found !== expected) throw new Error(`${name}: expected ${expected}, found ${found}; nothing was timed`);
};

function note(name, n, times, cpu, peer) {
  const ms = median(times);
  const ratio = peer === undefined ? null : peer.ms / peer.n / (ms / n);
  rows.push({
    name,
    ours: n / (ms / 1000),
    peer: peer === undefined ? null : peer.n / (peer.ms / 1000),
    ratio,
    unit: "rows/s",
    checked: true,
    medianMs: ms,
    cpuMs: median(cpu),
    runs: times.length,
  });
  console.log(
    `${name.padEnd(62)} ${short(n / (ms / 1000)).padStart(8)} rows/s  median ${(ms / 1000).toFixed(2).padStart(6)} s of ${times.length}  CPU ${(median(cpu) / 1000).toFixed(2).padStart(6)} s${ratio === null ? "" : `  ${ratio.toFixed(1)} times as fast as ${peer.name}`}  checked`,
  );
}

export async function benchIngestCsv({ quick }) {
  const folder = mkdtempSync(join(tmpdir(), "pvsignal-bench-"));
  const [large, small] = quick ? [50_000, 5_000] : [1_000_000, 50_000];
  const runs = quick ? 1 : 5;
  try {
    const [path, part] = [join(folder, "large.csv"), join(folder, "part.csv")];
    write(path, large);
    write(part, small);
    console.log(
      `\n# ingest-csv: ${short(large)} rows of 28 columns, ${Math.round(statSync(path).size / large)} bytes a row, a quarter with quoted texts; load of the machine ${loadavg()[0].toFixed(1)}`,
    );
    // Checked first: all four on the small file, and the two that are timed on the large one.
    const expected = oursSummary(await ours(part, 1));
    same("fast-csv + zod", await fastCsvZod(part), expected);
    const duckdb = await duckdbReader();
    const whole = oursSummary(await ours(path, 1));
    same("two threads", oursSummary(await ours(path, 2)), whole);
    if (duckdb !== undefined) same("DuckDB", await (await duckdb(path))(), whole);
    const times = { zod: [], one: [], two: [], duckdb: [], all: [] };
    const cpu = { zod: [], one: [], two: [], duckdb: [], all: [] };
    const time = async (name, work) => {
      globalThis.gc?.();
      const { found, ms, cpu: used } = await timed(work);
      times[name].push(ms);
      cpu[name].push(used);
      return found;
    };
    for (let i = 0; i < runs; i++) {
      await time("zod", () => fastCsvZod(part));
      await time("one", () => ours(path, 1));
      await time("two", () => ours(path, 2));
      if (duckdb !== undefined) await (await time("duckdb", () => duckdb(path)))();
      await time("all", async () => {
        const screening = screen(countPairs(await ours(path, 2)), { measures: ["prr", "ror", "ic", "ebgm"] });
        return screening.rows({ sort: "eb05", limit: 100 });
      });
    }
    const zod = { name: "fast-csv + zod", n: small, ms: median(times.zod) };
    note(`fast-csv + zod + columns, ${short(small)} rows`, small, times.zod, cpu.zod);
    if (duckdb !== undefined)
      note("DuckDB, two threads: table, lists, two dictionaries", large, times.duckdb, cpu.duckdb);
    note("pvsignal, one thread", large, times.one, cpu.one, zod);
    note("pvsignal, two threads", large, times.two, cpu.two, zod);
    if (duckdb !== undefined) {
      const peer = { name: "DuckDB", n: large, ms: median(times.duckdb) };
      note("pvsignal, two threads", large, times.two, cpu.two, peer);
    }
    note("pvsignal: file to list ranked by EB05 (PRR, ROR, IC, EBGM)", large, times.all, cpu.all);
    for (const threads of [1, 2]) {
      const told = execFileSync(process.execPath, [import.meta.filename, JSON.stringify({ path, threads })], {
        encoding: "utf8",
      });
      const { peak, before } = JSON.parse(told);
      console.log(
        `peak memory on ${threads} thread(s), by a process of its own: ${peak} MB, ${before} MB of it before reading; ${(((peak - before) * 2 ** 20) / large).toFixed(0)} bytes a row`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === import.meta.filename) {
  const { path, threads } = JSON.parse(process.argv[2]);
  const megabytes = () => Math.round(process.resourceUsage().maxRSS / 1024);
  const before = megabytes();
  await ours(path, threads);
  console.log(JSON.stringify({ before, peak: megabytes() }));
}
