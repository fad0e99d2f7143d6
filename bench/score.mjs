import {
  bate1998,
  bate1998Columns,
  chiSquare,
  chiSquareColumns,
  countPairs,
  fisher,
  fisherColumns,
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

const close = (x, y) => x === y || (Number.isNaN(x) && Number.isNaN(y)) || Math.abs(x - y) <= 1e-14 * Math.abs(y);

export async function benchScore({ quick }) {
  console.log("\n# score: one core, columns in, columns out");
  const counts = countPairs(generateTable(quick ? 50_000 : 1_000_000));
  const base = counts.columns();
  for (const n of quick ? [100_000] : [100_000, 1_000_000, 10_000_000]) {
    const t = tile(base, n);
    const table = (i) => ({ a: t.a[i], b: t.b[i], c: t.c[i], d: t.d[i] });
    const sample = Array.from({ length: 50 }, (_, k) => (k * 7919) % n);
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
        () => [prrColumns(t), rorColumns(t), chiSquareColumns(t), icColumns(t.a, t.expected)],
        ([out]) => sample.every((i) => close(out.estimate[i], prr(table(i)).estimate)),
      ],
    ];
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
  await measure(`screen ${short(counts.size)} pairs, 3 rules`, {
    unit: "pairs",
    amount: counts.size,
    run: () => screen(counts, { rule: [presets.evans, presets.ema, presets.umc] }),
    check: (screening) => screening.size === counts.size || "size",
  });
}
