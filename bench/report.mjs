// What every bench prints: the machine once, then one line a measurement.
import { cpus, totalmem } from "node:os";
import { Bench } from "tinybench";

export const rows = [];

export function printMachine() {
  const [cpu] = cpus();
  console.log(`Node ${process.version}, ${cpus().length} × ${cpu?.model ?? "unknown CPU"}, ${Math.round(totalmem() / 2 ** 30)} GiB`);
}

/** Times `run` after `check(run())` has passed; `amount` units of work are done in one run. */
export async function measure(name, { unit, amount, run, check, iterations = 5 }) {
  const verdict = check(await run());
  if (verdict !== true) throw new Error(`${name}: wrong result, nothing was timed: ${verdict}`);
  const bench = new Bench({ iterations, time: 0, warmup: false });
  bench.add(name, run);
  await bench.run();
  const { latency } = bench.tasks[0].result;
  const median = latency.p50;
  const peak = Math.round(process.resourceUsage().maxRSS / 1024);
  const rate = amount / (median / 1000);
  rows.push({ name, ours: rate, peer: null, ratio: null, unit: `${unit}/s`, checked: true, medianMs: median, minMs: latency.min, peakMB: peak });
  console.log(
    `${name.padEnd(46)} ${short(rate).padStart(8)} ${unit}/s  median ${median.toFixed(1).padStart(9)} ms  min ${latency.min.toFixed(1).padStart(9)} ms  peak ${peak} MB  checked`,
  );
}

export const short = (x) => (x >= 1e9 ? `${(x / 1e9).toFixed(2)} G` : x >= 1e6 ? `${(x / 1e6).toFixed(2)} M` : x >= 1e3 ? `${(x / 1e3).toFixed(1)} k` : x.toFixed(1));
