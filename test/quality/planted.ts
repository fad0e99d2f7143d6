import { isoDay, partialDay, type Report, type ReportProduct, type UnitKind } from "pvsignal";
import { seededRandom } from "../../src/math/random.ts";

/** Reports of a made-up province with noisy second reports of some cases; `truth` names the two ids of each. */
export interface Planted {
  readonly reports: Report[];
  readonly truth: readonly (readonly [string, string])[];
}

const day0 = partialDay("2021-01-01")!.day;

/**
 * `cases` reports over three years with products and terms of very unequal frequency, a reaction profile to each product, units in
 * divisions, mass days of one unit, dates filled in as day 1; `share` of them reported a second time with the errors of life:
 * another unit, another id, terms left out or added, dates off, ages off by one, blanks.
 */
export function plantDuplicates(cases: number, share: number, seed: number): Planted {
  const random = seededRandom(seed);
  const skewed = (n: number): number => Math.min(n - 1, Math.floor(n * random.next() ** 3));
  const chance = (p: number): boolean => random.next() < p;
  const pick = <T>(list: readonly T[]): T => list[random.integer(list.length)]!;
  const reports: Report[] = [];
  const truth: [string, string][] = [];
  const units = 400;
  const products = 1500;
  const terms = 900;
  const make = (n: number): Report => {
    const unit = skewed(units);
    const product = skewed(products);
    const events = new Set<string>();
    for (let k = 0, many = 1 + random.poisson(0.9); k < many; k++)
      events.add(`T${chance(0.6) ? (product * 7 + random.integer(8)) % terms : skewed(terms)}`);
    const onset = day0 + random.integer(1096);
    const exact = isoDay(onset);
    const date = chance(0.08) ? `${exact.slice(0, 8)}01` : exact;
    const main: ReportProduct = {
      name: `P${product}`,
      role: "suspect",
      ...(chance(0.6) ? { lots: [`L${product}-${random.integer(12)}`] } : {}),
      ...(chance(0.7) ? { indication: `D${product % 60}` } : {}),
    };
    const more = chance(0.35) ? [{ name: `P${skewed(products)}`, role: "concomitant" as const }] : [];
    const age = Math.floor(90 * random.next() ** 0.7);
    return {
      id: `R${n}`,
      source: "x",
      version: 1,
      domain: "drug",
      receivedDate: isoDay(onset + 5 + random.integer(40)),
      products: [main, ...more],
      events: [...events].map((term) => ({ term, onset: date })),
      serious: chance(0.2) ? ["hospitalisation"] : [],
      unit: `U${unit}`,
      unitKind: "medical",
      division: `4201${String(unit % 100).padStart(2, "0")}`,
      patient: {
        ...(chance(0.97) ? { sex: pick(["female", "male"] as const) } : {}),
        ...(chance(0.95) ? { ageYears: age } : {}),
      },
    };
  };
  const again = (report: Report, n: number): Report => {
    const [main, ...more] = report.products;
    const cross = chance(0.4);
    const onset = report.events[0]!.onset!;
    const day = partialDay(onset)!.day;
    const moved = chance(0.15)
      ? isoDay(day + Math.round(random.normal() * 6))
      : chance(0.05)
        ? isoDay(day0 + random.integer(1096))
        : onset;
    const kept = report.events.filter(() => !chance(0.15));
    const events = (kept.length > 0 ? kept : [report.events[0]!]).map(({ term }) => ({
      term: chance(0.08) ? `T${skewed(terms)}` : term,
      ...(chance(0.06) ? {} : { onset: moved }),
    }));
    const { sex, ageYears } = report.patient ?? {};
    const age =
      ageYears === undefined || chance(0.05)
        ? undefined
        : chance(0.06)
          ? Math.max(0, ageYears + pick([-1, 1]))
          : ageYears;
    const kind: UnitKind = cross ? pick(["holder", "person"] as const) : "medical";
    return {
      ...report,
      id: `R${n}`,
      products: [
        {
          name: chance(0.05) ? `P${skewed(products)}` : main!.name,
          role: "suspect",
          ...(main!.lots === undefined || chance(0.2) ? {} : { lots: main!.lots }),
        },
        ...(chance(0.7) ? more : []),
      ],
      events,
      receivedDate: isoDay(day + 5 + random.integer(60)),
      ...(cross ? { unit: `U${skewed(units)}h` } : chance(0.15) ? { unit: `U${skewed(units)}` } : {}),
      unitKind: kind,
      patient: {
        ...(sex === undefined || chance(0.04) ? {} : { sex }),
        ...(age === undefined ? {} : { ageYears: age }),
      },
    };
  };
  for (let n = 0; n < cases; n++) reports.push(make(n));
  for (let n = 0; n < cases; n++) {
    if (!chance(share)) continue;
    const second = again(reports[n]!, reports.length);
    truth.push([reports[n]!.id, second.id]);
    reports.push(second);
  }
  return { reports, truth };
}
