import { once } from "node:events";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import {
  prepareSpaceTimeScan,
  prepareTreeScan,
  scanTree,
  simulateScanMaxima,
  spaceTimeScanResult,
} from "../dist/index.js";
import { time } from "./cluster-time.mjs";
import { DAYS, generateCases, generatePlaces, generateTree, PLACES, PLANTED } from "./generate-cluster.mjs";

const period = { from: 1, to: DAYS };
const short = (n) => n.toLocaleString("en");
const ratio = (c, mu, all) =>
  c > mu ? c * Math.log(c / mu) + (c < all ? (all - c) * Math.log((all - c) / (all - mu)) : 0) : 0;

/** Largest statistic of the data by the plainest means: every circle, every window, one logarithm each. */
function plainMaximum({ places }, { place, day }, { base, windows }) {
  const number = new Map(places.id.map((id, i) => [id, i]));
  const all = place.length;
  const cases = new Float64Array(PLACES * DAYS);
  place.forEach((id, i) => cases[number.get(id) * DAYS + day[i] - 1]++);
  const mu = base(cases, all);
  let best = 0;
  for (let centre = 0; centre < PLACES; centre++) {
    const distance = (p) => Math.hypot(places.x[p] - places.x[centre], places.y[p] - places.y[centre]);
    const order = Array.from({ length: PLACES }, (_, p) => p).sort((a, b) => distance(a) - distance(b));
    const c = new Float64Array(DAYS + 1);
    const m = new Float64Array(DAYS + 1);
    for (const p of order) {
      let [sumC, sumM] = [0, 0];
      for (let t = 0; t < DAYS; t++) {
        c[t + 1] += sumC += cases[p * DAYS + t];
        m[t + 1] += sumM += mu[p * DAYS + t];
      }
      if (m[DAYS] > all / 2) break;
      for (const [from, to] of windows) {
        const inside = c[to] - c[from];
        if (inside >= 2) best = Math.max(best, ratio(inside, m[to] - m[from], all));
      }
    }
  }
  return best;
}

/** Expected cases when place and day are independent. */
function independent(cases, all) {
  const ofPlace = new Float64Array(PLACES);
  const ofDay = new Float64Array(DAYS);
  cases.forEach((count, i) => {
    ofPlace[Math.floor(i / DAYS)] += count;
    ofDay[i % DAYS] += count;
  });
  return cases.map((_, i) => (ofPlace[Math.floor(i / DAYS)] * ofDay[i % DAYS]) / all);
}

/** Expected cases in proportion to the population. */
const byPopulation = (population) => (cases, all) => {
  const total = population.reduce((sum, x) => sum + x, 0);
  return cases.map((_, i) => (population[Math.floor(i / DAYS)] * all) / total / DAYS);
};

const lasting = (longest) => Array.from({ length: longest }, (_, k) => [DAYS - 1 - k, DAYS]);
const anywhere = (longest) =>
  Array.from({ length: DAYS }, (_, from) =>
    Array.from({ length: Math.min(longest, DAYS - from) }, (_, k) => [from, from + k + 1]),
  ).flat();

/** The scan finds the planted cluster, with the statistic that the plain search finds. */
function agrees(largest, { isSpatial = false } = {}) {
  return ({ clusters, null: random, options }) => {
    const [first] = clusters;
    if (first === undefined) return "no cluster";
    if (Math.abs(first.statistic - largest) > 1e-9 * largest) return `${first.statistic}, expected ${largest}`;
    if (random.maxima.length !== options.replications) return `${random.maxima.length} replications`;
    if (isSpatial) return true;
    const planted = `C${String(PLANTED.place).padStart(3, "0")}`;
    return (
      (first.places.includes(planted) && first.p === 1 / (options.replications + 1)) ||
      "the planted cluster was not found"
    );
  };
}

class Pool {
  #workers;

  static async start(size) {
    const pool = new Pool();
    pool.#workers = Array.from({ length: size }, () => new Worker(join(import.meta.dirname, "cluster-worker.mjs")));
    await Promise.all(pool.#workers.map((worker) => once(worker, "message")));
    return pool;
  }

  async maxima(plan) {
    const { replications } = plan.options;
    const cut = (k) => Math.round((k * replications) / this.#workers.length);
    const pieces = await Promise.all(
      this.#workers.map(async (worker, k) => {
        worker.postMessage({ plan, from: cut(k), to: cut(k + 1) });
        return (await once(worker, "message"))[0];
      }),
    );
    return Float64Array.from(pieces.flatMap((piece) => [...piece]));
  }

  close() {
    return Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

export async function benchScan({ quick, slow }) {
  const replications = quick ? 99 : 999;
  const world = generatePlaces();
  const { places, population } = world;
  const plan = (cases, model, analysis, longest) =>
    prepareSpaceTimeScan(
      model === "poisson" ? { ...cases, population: { place: places.id, population } } : cases,
      places,
      { model, analysis, seed: 1, replications, period, ...(analysis === "spatial" ? {} : { windowMax: longest }) },
    );
  const whole = (make) => () => {
    const ready = make();
    return spaceTimeScanResult(ready, simulateScanMaxima(ready, 0, replications));
  };
  // Targets are for 999 replications.
  const goal = (target) => (quick ? undefined : target);
  const scan = (name, cases, { model, analysis, longest, windows, target, ...options }) => {
    const base = model === "permutation" ? independent : byPopulation(population);
    return time(`${name}, ${replications} replications`, {
      unit: "replications",
      amount: replications,
      run: whole(() => plan(cases, model, analysis, longest)),
      check: agrees(plainMaximum(world, cases, { base, windows }), { isSpatial: analysis === "spatial" }),
      target: goal(target),
      ...options,
    });
  };
  const few = generateCases(world, 5_000);
  const many = generateCases(world, 20_000);
  for (const [cases, reference] of [
    [few, "1.14 CPU s, SaTScan (C++)"],
    [many, "4.55 CPU s for 50,000 cases, SaTScan (C++)"],
  ]) {
    await scan(`space-time permutation ≤ 30 d, ${short(cases.place.length)} cases`, cases, {
      model: "permutation",
      analysis: "prospective",
      longest: 30,
      windows: lasting(30),
      target: 700,
      reference,
    });
  }
  const long = {
    model: "permutation",
    analysis: "prospective",
    longest: 182,
    windows: lasting(182),
    runs: quick ? 2 : 5,
  };
  const pool = await Pool.start(2);
  try {
    for (const cases of [few, many]) {
      const name = `space-time permutation ≤ 182 d, ${short(cases.place.length)} cases`;
      const alone = await scan(name, cases, { ...long, reference: "4.95 CPU s for 5,000 cases, SaTScan (C++)" });
      await time(`${name}, ${replications} replications, two workers`, {
        unit: "replications",
        amount: replications,
        runs: long.runs,
        run: async () => {
          const ready = plan(cases, "permutation", "prospective", 182);
          return spaceTimeScanResult(ready, await pool.maxima(ready));
        },
        check: ({ null: random, clusters }) =>
          (random.maxima.every((value, r) => value === alone.null.maxima[r]) &&
            JSON.stringify(clusters) === JSON.stringify(alone.clusters)) ||
          "two workers and one thread differ",
        target: goal(2_000),
      });
    }
    await scan("purely spatial Poisson, 5,000 cases", few, {
      model: "poisson",
      analysis: "spatial",
      windows: [[0, DAYS]],
      target: 150,
      reference: "0.12 CPU s, SaTScan (C++)",
    });
    await scan("prospective Poisson ≤ 30 d, 5,000 cases", few, {
      model: "poisson",
      analysis: "prospective",
      longest: 30,
      windows: lasting(30),
      target: 2_500,
      reference: "2.53 CPU s, SaTScan (C++)",
    });
    if (quick) return;
    const retrospective = { analysis: "retrospective", longest: 30, windows: anywhere(30), runs: 1 };
    await scan("retrospective permutation ≤ 30 d, 5,000 cases", few, {
      ...retrospective,
      model: "permutation",
      target: 120_000,
      reference: "about 196 CPU s (19.6 s for 99 replications, times ten), SaTScan (C++)",
    });
    if (!slow) return;
    await time(`retrospective permutation ≤ 30 d, 5,000 cases, ${replications} replications, two workers`, {
      unit: "replications",
      amount: replications,
      runs: 1,
      run: async () => {
        const ready = plan(few, "permutation", "retrospective", 30);
        return spaceTimeScanResult(ready, await pool.maxima(ready));
      },
      check: agrees(plainMaximum(world, few, { base: independent, windows: anywhere(30) })),
      target: 60_000,
    });
    await scan("retrospective Poisson ≤ 30 d, 5,000 cases", few, {
      ...retrospective,
      model: "poisson",
      reference: "about 194 CPU s (19.4 s for 99 replications, times ten), SaTScan (C++)",
    });
  } finally {
    await pool.close();
  }
}

export async function benchTree({ quick }) {
  const replications = quick ? 99 : 999;
  const { tree, counts, planted } = generateTree(39_000, 20_000);
  const own = counts.filter(({ node }) => node.startsWith(`${planted}.`));
  const sum = (list, of) => list.reduce((total, row) => total + row[of], 0);
  const all = sum(counts, "cases");
  const llr = ratio(sum(own, "cases"), (sum(own, "expected") * all) / sum(counts, "expected"), all);
  const options = { model: "poisson", seed: 1, replications };
  await time(`tree of ${short(tree.length)} nodes, ${short(all)} cases, Poisson, ${replications} replications`, {
    unit: "replications",
    amount: replications,
    runs: quick ? 2 : 5,
    run: () => scanTree(tree, counts, options),
    check: ({ cuts: [first] }) =>
      (first.node === planted && Math.abs(first.llr / llr - 1) < 1e-9 && first.p === 1 / (replications + 1)) ||
      `expected ${planted} with ${llr}, found ${first.node} with ${first.llr}`,
    ...(quick ? {} : { target: 8_000 }),
    reference: "11.7 CPU s for 38,925 nodes of other data, TreeScan (C++)",
  });
  await time(`the same tree checked and gathered, without replications`, {
    unit: "nodes",
    amount: tree.length,
    run: () => prepareTreeScan(tree, counts, options),
    check: ({ sample }) => sample.cases === all || "cases were lost",
  });
}
