import { loadavg } from "node:os";
import { rows, short } from "./report.mjs";

/**
 * Times `run` after `check(run())` has passed. The checked run is the first of a process in which the code may be cold: its time is
 * told apart. With `runs: 1` it is the one timed. `reference` is somebody else's published figure, on their machine.
 */
export async function time(name, { unit, amount, run, check, runs = 5, target, reference }) {
  const once = async () => {
    const start = performance.now();
    const used = process.cpuUsage();
    const result = await run();
    const took = performance.now() - start;
    const { user, system } = process.cpuUsage(used);
    return { result, took, processor: (user + system) / 1000 };
  };
  const first = await once();
  const verdict = check(first.result);
  if (verdict !== true) throw new Error(`${name}: wrong result, nothing was timed: ${verdict}`);
  const timed = runs === 1 ? [first] : [];
  while (timed.length < runs) timed.push(await once());
  const middle = (of) => timed.map(of).sort((x, y) => x - y)[timed.length >> 1];
  const median = middle(({ took }) => took);
  // What the run costs when other work shares the machine; of several threads it is their sum.
  const cpu = middle(({ processor }) => processor);
  const rate = amount / (median / 1000);
  rows.push({
    name,
    ours: rate,
    peer: null,
    ratio: null,
    unit: `${unit}/s`,
    checked: true,
    medianMs: median,
    minMs: Math.min(...timed.map(({ took }) => took)),
    cpuMs: cpu,
    firstMs: first.took,
    runs,
    ...(target === undefined ? {} : { targetMs: target }),
    ...(reference === undefined ? {} : { reference: `${reference}; their machine, not run here` }),
  });
  const goal =
    target === undefined
      ? ""
      : `  target ${shortTime(target)}${median <= target ? "" : ` missed at load ${loadavg()[0].toFixed(1)}`}`;
  console.log(
    `${name.padEnd(74)} median ${shortTime(median).padStart(8)} of ${runs}  CPU ${shortTime(cpu).padStart(8)}  first ${shortTime(first.took).padStart(8)}  ${short(rate).padStart(8)} ${unit}/s  checked${goal}`,
  );
  return first.result;
}

export const shortTime = (ms) =>
  ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : ms >= 1 ? `${ms.toFixed(1)} ms` : `${(ms * 1000).toFixed(1)} µs`;
