import { createWriteStream, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { loadReports } from "../dist/index.js";
import { readCaers, readMapped, readVaers } from "../dist/node.js";
import { generateCsv } from "./generate.mjs";
import { measure, short } from "./report.mjs";

const data = join(import.meta.dirname, "../examples/data");

export async function benchIngest({ quick }) {
  console.log("\n# ingest: files to a table, one thread");
  const adds = (r) => r.read === r.accepted + r.merged + r.retracted + r.rejected;
  const load = async (source) => (await loadReports(source)).reconciliation;
  await measure("CAERS 2004–2013, gzip CSV", {
    unit: "rows",
    amount: 49_793,
    iterations: 3,
    run: () => load(readCaers(join(data, "CAERS_ASCII_2004_2013.csv.gz"))),
    check: (r) => (r.read === 37_526 && adds(r)) || `read ${r.read}`,
  });
  await measure("VAERS 1997, three joined files", {
    unit: "reports",
    amount: 11_006,
    iterations: 3,
    run: () =>
      load(
        readVaers(
          readdirSync(data)
            .filter((f) => f.startsWith("1997"))
            .map((f) => join(data, f)),
        ),
      ),
    check: (r) => (r.read === 11_006 && adds(r)) || `read ${r.read}`,
  });
  const folder = mkdtempSync(join(tmpdir(), "pvsignal-bench-"));
  try {
    for (const n of quick ? [20_000] : [100_000, 400_000]) {
      const path = join(folder, `${n}.csv`);
      await pipeline(Readable.from(generateCsv(n)), createWriteStream(path));
      const mapping = {
        domain: "drug",
        id: "id",
        receivedDate: "received",
        sex: "sex",
        region: "region",
        product: {
          name: "product",
          role: { column: "role", codes: { suspect: "suspect", concomitant: "concomitant" } },
        },
        event: { term: "events", separator: ";" },
      };
      await measure(`mapped CSV, ${short(n)} reports, ${(statSync(path).size / 2 ** 20).toFixed(0)} MiB`, {
        unit: "reports",
        amount: n,
        iterations: 3,
        run: () => load(readMapped(path, mapping)),
        check: (r) => (r.accepted === n && adds(r)) || `accepted ${r.accepted} of ${n}`,
      });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
