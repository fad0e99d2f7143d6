// What every bench prints: the machine once, then one line a measurement.
import { cpus, totalmem } from "node:os";
import { Bench } from "tinybench";

export const rows = [];

export function printMachine() {
  const [cpu] = cpus();
  console.log(
    `Node ${process.version}, ${cpus().length} × ${cpu?.model ?? "unknown CPU"}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
  );
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
  rows.push({
    name,
    ours: rate,
    peer: null,
    ratio: null,
    unit: `${unit}/s`,
    checked: true,
    medianMs: median,
    minMs: latency.min,
    peakMB: peak,
  });
  console.log(
    `${name.padEnd(46)} ${short(rate).padStart(8)} ${unit}/s  median ${median.toFixed(1).padStart(9)} ms  min ${latency.min.toFixed(1).padStart(9)} ms  peak of the process ${peak} MB  checked`,
  );
}

const median = (times) => [...times].sort((x, y) => x - y)[times.length >> 1];

/** Times `run` and `peer` in turn, in one run on the same data, after both results have been checked. */
export async function compare(name, { unit, amount, run, check, peer, checkPeer, iterations = 5 }) {
  for (const verdict of [check(await run()), checkPeer(await peer())]) {
    if (verdict !== true) throw new Error(`${name}: wrong result, nothing was timed: ${verdict}`);
  }
  const ours = [];
  const theirs = [];
  for (let i = 0; i < iterations; i++) {
    for (const [times, work] of [
      [ours, run],
      [theirs, peer],
    ]) {
      const start = performance.now();
      await work();
      times.push(performance.now() - start);
    }
  }
  const ratio = median(theirs) / median(ours);
  const rate = (times) => amount / (median(times) / 1000);
  const peak = Math.round(process.resourceUsage().maxRSS / 1024);
  rows.push({
    name,
    ours: rate(ours),
    peer: rate(theirs),
    ratio,
    unit: `${unit}/s`,
    checked: true,
    medianMs: median(ours),
    peerMedianMs: median(theirs),
    peakMB: peak,
  });
  console.log(
    `${name.padEnd(46)} ${short(rate(ours)).padStart(8)} ${unit}/s  median ${median(ours).toFixed(1)} ms, peer ${median(theirs).toFixed(1)} ms: ${ratio.toFixed(1)} times as fast  checked`,
  );
}

export const short = (x) =>
  x >= 1e9
    ? `${(x / 1e9).toFixed(2)} G`
    : x >= 1e6
      ? `${(x / 1e6).toFixed(2)} M`
      : x >= 1e3
        ? `${(x / 1e3).toFixed(1)} k`
        : x.toFixed(1);
