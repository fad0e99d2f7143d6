// DuckDB on the same data and as many threads, when it is installed (npm install --prefix bench).
import { createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

const COUNT = `
  select product, event, count(*) as a
  from (select distinct report, product from p where role <= 2) join (select distinct report, event from e) using (report)
  group by product, event`;

function* ids(offsets, columns) {
  let block = "";
  for (let i = 0; i + 1 < offsets.length; i++) {
    for (let j = offsets[i]; j < offsets[i + 1]; j++) block += `${i},${columns.map((column) => column[j]).join(",")}\n`;
    if (block.length > 1 << 16) {
      yield block;
      block = "";
    }
  }
  yield block;
}

/** Loads the table and returns a function that counts, or `undefined` when DuckDB is not installed. */
export function duckdbCounter(table) {
  const { products, productOffsets, events, eventOffsets } = table.columns;
  return load(
    { offsets: productOffsets, ids: products.name.codes, role: products.role },
    eventOffsets,
    events.term.codes,
  );
}

/** The same for the columns of `generateColumns`. */
export function duckdbColumnCounter({ products, events }) {
  return load({ ...products, role: undefined }, events.offsets, events.ids);
}

async function load({ offsets, ids: codes, role }, eventOffsets, eventCodes) {
  const { DuckDBInstance } = await import("@duckdb/node-api").catch(() => ({}));
  if (DuckDBInstance === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "pvsignal-duckdb-"));
  try {
    const roles = role ?? new Uint8Array(codes.length).fill(1);
    await pipeline(Readable.from(ids(offsets, [codes, roles])), createWriteStream(join(folder, "p.csv")));
    await pipeline(Readable.from(ids(eventOffsets, [eventCodes])), createWriteStream(join(folder, "e.csv")));
    const connection = await (await DuckDBInstance.create(":memory:", { threads: "2" })).connect();
    await connection.run(
      `create table p as select * from read_csv('${folder}/p.csv', header = false, names = ['report', 'product', 'role'])`,
    );
    await connection.run(
      `create table e as select * from read_csv('${folder}/e.csv', header = false, names = ['report', 'event'])`,
    );
    return async () => {
      const reader = await connection.runAndReadAll(`select count(*)::double, sum(a)::double from (${COUNT})`);
      const [[pairs, increments]] = reader.getRows();
      return { pairs, increments };
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
