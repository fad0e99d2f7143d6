import {
  bate1998,
  bate1998Columns,
  chiSquare,
  chiSquareColumns,
  countPairs,
  ebgm,
  ebgmColumns,
  fisher,
  fisherColumns,
  fitGps,
  ic,
  icColumns,
  presets,
  prr,
  prrColumns,
  ror,
  rorColumns,
  rrrColumns,
  screen,
} from "../dist/index.js";
import { generateTable } from "./generate.mjs";
import { measure, short } from "./report.mjs";

/** The columns repeated until there are `n` pairs. */
function tile(columns, n) {
  return Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [
      name,
      Float64Array.from({ length: n }, (_, i) => column[i % column.length]),
    ]),
  );
}

/** The prior DuMouchel (1999) starts from: both components matter at every count. */
const PRIOR = { alpha1: 0.2, beta1: 0.06, alpha2: 1.4, beta2: 1.8, p: 0.1 };

const close = (x, y) => x === y || (Number.isNaN(x) && Number.isNaN(y)) || Math.abs(x - y) <= 1e-14 * Math.abs(y);

export async function benchScore({ quick }) {
  console.log("\n# score: one core, columns in, columns out");
  const counts = countPairs(generateTable(quick ? 50_000 : 1_000_000));
  const base = counts.columns();
  for (const n of quick ? [100_000] : [100_000, 1_000_000, 10_000_000]) {
    const t = tile(base, n);
    const table = (i) => ({ a: t.a[i], b: t.b[i], c: t.c[i], d: t.d[i] });
    const sample = Array.from({ length: 50 }, (_, k) => (k * 7919) % n);
    // A screening allocates its columns once; the combined row writes into the same ones again.
    const buffers = {
      prr: prrColumns(t),
      ror: rorColumns(t),
      chi: chiSquareColumns(t),
      ic: icColumns(t.a, t.expected),
    };
    const measures = [
      ["PRR with limits", () => prrColumns(t), (out) => sample.every((i) => close(out.lower[i], prr(table(i)).lower))],
      ["ROR with limits", () => rorColumns(t), (out) => sample.every((i) => close(out.upper[i], ror(table(i)).upper))],
      [
        "RRR with limits",
        () => rrrColumns(t),
        (out) => sample.every((i) => close(out.estimate[i], t.a[i] / t.expected[i])),
      ],
      [
        "chi-square, Pearson and Yates",
        () => chiSquareColumns(t),
        (out) => sample.every((i) => close(out.yates[i], chiSquare(table(i)).yates)),
      ],
      [
        "IC with exact limits",
        () => icColumns(t.a, t.expected),
        (out) => sample.every((i) => close(out.ic025[i], ic(t.a[i], t.expected[i]).ic025)),
      ],
      [
        "IC of Bate 1998",
        () => bate1998Columns(t),
        (out) => sample.every((i) => close(out.minus2sd[i], bate1998(table(i)).minus2sd)),
      ],
      [
        "PRR + ROR + limits + chi-square + IC exact",
        () => [
          prrColumns(t, buffers.prr),
          rorColumns(t, buffers.ror),
          chiSquareColumns(t, buffers.chi),
          icColumns(t.a, t.expected, buffers.ic),
        ],
        ([out]) => sample.every((i) => close(out.estimate[i], prr(table(i)).estimate)),
      ],
    ];
    measures.push([
      "EBGM + EB05 + EB95, tables included",
      () => ebgmColumns(t.a, t.expected, PRIOR),
      (out) =>
        sample.every((i) => {
          const exact = ebgm(t.a[i], t.expected[i], PRIOR);
          return ["ebgm", "eb05", "eb95"].every((name) => Math.abs(out[name][i] / exact[name] - 1) <= 1e-9);
        }),
    ]);
    if (n <= 1_000_000)
      measures.push([
        "Fisher and mid-p",
        () => fisherColumns(t),
        (out) => sample.every((i) => close(out.midP[i], fisher(table(i)).midP)),
      ]);
    for (const [name, run, agrees] of measures) {
      await measure(`${short(n)} pairs: ${name}`, {
        unit: "pairs",
        amount: n,
        run,
        check: (out) => agrees(out) || "columns and single form differ",
      });
    }
  }
  const fitted = fitGps(counts, { squashTo: 11_000 });
  await measure(`GPS prior fit, ${short(fitted.points)} squashed points, ${fitted.starts} starts`, {
    unit: "starts",
    amount: fitted.starts,
    iterations: 3,
    run: () => fitGps(counts, { squashTo: 11_000 }),
    check: (fit) => Math.abs(fit.negLogLik - fitted.negLogLik) < 1e-6 || "two fits differ",
  });
  await measure(`screen ${short(counts.size)} pairs, 3 rules`, {
    unit: "pairs",
    amount: counts.size,
    run: () => screen(counts, { rule: [presets.evans, presets.ema, presets.umc] }),
    check: (screening) => screening.size === counts.size || "size",
  });
}
