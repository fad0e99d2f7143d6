import { loadavg } from "node:os";
import { benchLots } from "./cluster-lots.mjs";
import { benchScan, benchTree } from "./cluster-scan.mjs";
import { benchSeries } from "./cluster-series.mjs";

export async function benchCluster(options) {
  console.log(`\n# cluster: one thread unless told, load of the machine ${loadavg()[0].toFixed(1)}`);
  await benchLots(options);
  await benchSeries(options);
  await benchTree(options);
  await benchScan(options);
}
