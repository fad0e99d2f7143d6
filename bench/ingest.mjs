import { execFileSync } from "node:child_process";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { writeXlsx } from "hucre/xlsx";
import { writeE2b } from "../dist/node.js";
import { generateCsv } from "./generate.mjs";
import {
  adrFollowUps,
  aefiCards,
  csvLines,
  gb18030,
  nationalAdr,
  nationalCosmetic,
  nationalDevice,
} from "./generate-national.mjs";
import {
  e2bR2,
  FAERS_HEADERS,
  faersRecord,
  generateReports,
  healthCanada,
  jsonLines,
  MAUDE_HEADERS,
  maudeRecord,
  openFda,
} from "./generate-records.mjs";
import { rows, short } from "./report.mjs";

const data = join(import.meta.dirname, "../examples/data");
const MAPPING = {
  domain: "drug",
  id: "id",
  receivedDate: "received",
  sex: "sex",
  region: "region",
  product: { name: "product", role: { column: "role", codes: { suspect: "suspect", concomitant: "concomitant" } } },
  event: { term: "events", separator: ";" },
};

const utf8 = (text) => Buffer.from(text);

/** Writes pieces of text a few megabytes at a time. */
function write(path, pieces, encode = utf8) {
  const file = openSync(path, "w");
  let text = "";
  for (const piece of pieces) {
    text += piece;
    if (text.length < 4_000_000) continue;
    writeSync(file, encode(text));
    text = "";
  }
  writeSync(file, encode(text));
  closeSync(file);
}

/** Writes joined files side by side: each record gives lines for each of them. */
function writeJoined(folder, headers, record, n) {
  mkdirSync(folder);
  const names = Object.keys(headers);
  const files = Object.fromEntries(names.map((name) => [name, openSync(join(folder, name), "w")]));
  const text = { ...headers };
  for (const name of names) text[name] += "\n";
  for (let i = 0; i < n; i++) {
    const lines = record(i);
    for (const name of names) {
      for (const line of lines[name]) text[name] += `${line}\n`;
      if (text[name].length < 4_000_000 && i < n - 1) continue;
      writeSync(files[name], text[name]);
      text[name] = "";
    }
  }
  for (const name of names) closeSync(files[name]);
}

/**
 * What is read. `prepare` writes the files and gives paths; `read` reports are in them, of which `merged` replace another. Files
 * of `examples/data` are there already.
 */
function cases(quick) {
  const size = (n) => (quick ? Math.round(n / 80) : n);
  const example = (...names) => readdirSync(data).filter((file) => names.some((name) => file.startsWith(name)));
  const generated = (name, reader, n, file, make, more = {}) => ({
    name: `${name}, ${short(size(n))} reports`,
    reader,
    read: size(n),
    prepare: async (folder) => {
      const path = join(folder, file);
      await make(path, size(n));
      return path;
    },
    ...more,
  });
  const csv = (generate, encode) => (path, n) => write(path, csvLines(generate(n)), encode);
  return [
    generated("FAERS quarter, seven joined files", "readFaers", 100_000, "faers", (path, n) =>
      writeJoined(path, FAERS_HEADERS, faersRecord, n),
    ),
    generated("MAUDE year, five joined files", "readMaude", 100_000, "maude", (path, n) =>
      writeJoined(path, MAUDE_HEADERS, maudeRecord, n),
    ),
    {
      name: "CAERS 2004–2013, gzip CSV, 49,793 rows",
      reader: "readCaers",
      read: 37_526,
      prepare: () => join(data, "CAERS_ASCII_2004_2013.csv.gz"),
    },
    {
      name: "VAERS 1997, three joined files, gzip",
      reader: "readVaers",
      read: 11_006,
      prepare: () => example("1997").map((file) => join(data, file)),
    },
    generated("own model, NDJSON", "readReports", 100_000, "reports.ndjson", (path, n) =>
      write(path, jsonLines(generateReports(n))),
    ),
    ...(quick ? [100_000] : [100_000, 400_000]).map((n) =>
      generated("mapped CSV", "readMapped", n, `${n}.csv`, (path, count) => write(path, generateCsv(count)), {
        arguments: [MAPPING],
      }),
    ),
    generated(
      "national drug CSV, GB18030, 60 columns",
      "readNationalAdr",
      226_724,
      "adr.csv",
      csv(nationalAdr, gb18030),
      {
        merged: adrFollowUps(size(226_724)),
      },
    ),
    generated("national device CSV, GB18030", "readNationalDevice", 50_000, "device.csv", csv(nationalDevice, gb18030)),
    generated("national cosmetic CSV", "readNationalCosmetic", 50_000, "cosmetic.csv", csv(nationalCosmetic)),
    generated("AEFI cards CSV", "readAefi", 50_000, "aefi.csv", csv(aefiCards)),
    generated(
      "national drug .xlsx, 60 columns",
      "readNationalAdr",
      20_000,
      "adr.xlsx",
      async (path, n) => {
        writeFileSync(path, await writeXlsx({ sheets: [{ name: "报告信息", rows: [...nationalAdr(n)] }] }));
      },
      { merged: adrFollowUps(size(20_000)) },
    ),
    generated("E2B(R3) batch", "readE2b", 3_200, "r3.xml", (path, n) =>
      writeE2b(path, generateReports(n), { sender: "BENCH", receiver: "BENCH", created: "20240131083000+0800" }),
    ),
    generated("E2B(R2) file", "readE2b", 13_500, "r2.xml", (path, n) => write(path, e2bR2(n))),
    generated("openFDA drug JSON", "readOpenFda", 18_500, "openfda.json", (path, n) => write(path, openFda(n))),
    generated("Health Canada CSV", "readHealthCanada", 100_000, "incidents.csv", (path, n) =>
      write(path, healthCanada(n)),
    ),
  ];
}

function bytesOf(input) {
  return [input].flat().reduce((sum, path) => {
    const stat = statSync(path);
    if (!stat.isDirectory()) return sum + stat.size;
    return sum + bytesOf(readdirSync(path).map((file) => join(path, file)));
  }, 0);
}

export async function benchIngest({ quick }) {
  console.log(
    `\n# ingest: files to a table, one thread, each reader in a process of its own, load of the machine ${loadavg()[0].toFixed(1)}`,
  );
  const runs = quick ? 1 : 3;
  for (const { name, reader, read, merged = 0, prepare, arguments: rest = [] } of cases(quick)) {
    const folder = mkdtempSync(join(tmpdir(), "pvsignal-bench-"));
    try {
      const input = await prepare(folder);
      const task = JSON.stringify({ reader, input, arguments: rest, runs, seconds: 30 });
      const told = execFileSync(process.execPath, [join(import.meta.dirname, "ingest-read.mjs"), task], {
        encoding: "utf8",
        maxBuffer: 2 ** 24,
      });
      row(name, bytesOf(input), { read, merged }, JSON.parse(told));
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
}

function row(name, bytes, expected, { times, processor, peak, ...found }) {
  const adds = found.read === found.accepted + found.merged + found.retracted + found.rejected;
  // The examples hold versions of one report; of generated files it is known how many.
  const isExample = name.startsWith("CAERS") || name.startsWith("VAERS");
  const whole = isExample || (found.accepted === expected.read - expected.merged && found.losses.length === 0);
  if (found.read !== expected.read || !adds || !whole)
    throw new Error(`${name}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
  const middle = (list) => [...list].sort((x, y) => x - y)[list.length >> 1];
  const median = middle(times);
  const rate = found.read / (median / 1000);
  const megabytes = bytes / 1e6;
  rows.push({
    name,
    ours: rate,
    peer: null,
    ratio: null,
    unit: "reports/s",
    checked: true,
    medianMs: median,
    minMs: Math.min(...times),
    cpuMs: middle(processor),
    runs: times.length,
    peakMB: Math.round(peak),
    megabytes,
    megabytesPerSecond: megabytes / (median / 1000),
  });
  console.log(
    `${name.padEnd(58)} ${short(rate).padStart(8)} reports/s ${(megabytes / (median / 1000)).toFixed(1).padStart(6)} MB/s of ${megabytes.toFixed(1).padStart(6)} MB  median ${(median / 1000).toFixed(2).padStart(6)} s of ${times.length}  CPU ${(middle(processor) / 1000).toFixed(2).padStart(6)} s  peak ${Math.round(peak)} MB  checked`,
  );
}
