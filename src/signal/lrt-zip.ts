import { PvError } from "../error.ts";
import { independent } from "../count/fourfold.ts";
import type { PairCounts } from "../count/pairs.ts";

/** Zero inflation of one product. */
export interface ZeroInflation {
  /** Maximum likelihood estimate of the share of events that cannot occur with the product, 0 <= omega <= 1. */
  readonly omega: number;
  /** Log likelihood at `omega` less that at 0; twice this is the usual likelihood ratio statistic. */
  readonly logLr: number;
  readonly events: number;
  readonly zeros: number;
  /** Zero cells that independence alone lets expect, Σ exp(−E). */
  readonly expectedZeros: number;
}

/**
 * Zero-inflated Poisson model of one product: with probability ω a cell is a structural zero, otherwise Poisson(E). ω is
 * estimated by maximum likelihood over all events of the counts, those without a report of the product included; cells with
 * reports tell about ω only by their number, so relative risks above 1 do not change the estimate.
 *
 * @throws PvError `UNKNOWN_TERM`
 * @see Huang et al. (2017) doi:10.1080/10543406.2017.1295250; Chakraborty et al. (2022) doi:10.1002/sim.9575
 * @example
 * zeroInflation(countsFromRows([
 *   { product: "A", event: "rash", a: 0 }, { product: "A", event: "fever", a: 9 },
 *   { product: "B", event: "rash", a: 9 }, { product: "B", event: "fever", a: 9 },
 * ]), "A").omega; // 0.4738022
 */
export function zeroInflation(counts: PairCounts, product: string): ZeroInflation {
  const p = counts.products.indexOf(product);
  if (p < 0) throw new PvError("UNKNOWN_TERM", `product ${JSON.stringify(product)} does not occur in the counts`);
  const reported = new Uint8Array(counts.events.length);
  for (let i = 0; i < counts.size; i++) {
    if (counts.product[i] === p && counts.a[i]! > 0) reported[counts.event[i]!] = 1;
  }
  const n1 = counts.n1[p]!;
  const empty: number[] = []; // expected counts of the cells that are 0
  let expectedZeros = 0;
  for (let e = 0; e < reported.length; e++) {
    const expected = independent(n1, counts.m1[e]!, counts.n);
    expectedZeros += Math.exp(-expected);
    if (reported[e] === 0) empty.push(expected);
  }
  const events = reported.length;
  const filled = events - empty.length;
  const omega = estimate(empty, filled);
  let logLr = omega === 0 || filled === 0 ? 0 : filled * Math.log1p(-omega);
  for (const expected of empty) {
    logLr +=
      omega === 0 || expected < 30
        ? Math.log1p(omega * Math.expm1(expected))
        : Math.log(omega + (1 - omega) * Math.exp(-expected)) + expected;
  }
  return { omega, logLr, events, zeros: empty.length, expectedZeros };
}

/** Root of the score, Σ (1 − p)/(p + ω(1 − p)) − filled/(1 − ω), which falls in ω: Newton's method within a bracket. */
function estimate(empty: readonly number[], filled: number): number {
  const score = (omega: number): readonly [number, number] => {
    let value = -filled / (1 - omega);
    let slope = -filled / (1 - omega) ** 2;
    for (const expected of empty) {
      const some = -Math.expm1(-expected);
      const part = some / (Math.exp(-expected) + omega * some);
      value += part;
      slope -= part * part;
    }
    return [value, slope];
  };
  if (!(score(0)[0] > 0)) return 0;
  if (filled === 0) return 1;
  let low = 0;
  let high = 1;
  let omega = 0.5 * (empty.length / (empty.length + filled));
  for (let i = 0; i < 200; i++) {
    const [value, slope] = score(omega);
    if (value > 0) low = omega;
    else high = omega;
    let next = omega - value / slope;
    if (!(next > low && next < high)) next = 0.5 * (low + high);
    const step = Math.abs(next - omega);
    omega = next;
    if (step < 1e-15 * omega || high - low < 1e-16) break;
  }
  return omega;
}
