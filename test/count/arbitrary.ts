import fc from "fast-check";
import { ANSWERS, CAUSALITIES, DOMAINS, ROLES, SERIOUSNESS, UNIT_KINDS, type Report } from "pvsignal";

const date = fc
  .tuple(
    fc.integer({ min: 2000, max: 2024 }),
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: 28 }),
    fc.integer({ min: 0, max: 2 }),
  )
  .map(([y, m, d, cut]) =>
    `${y}-${String(m).padStart(2, "0")}-${String(d).padStart(2, "0")}`.slice(0, [10, 7, 4][cut]),
  );
const word = (prefix: string, n: number): fc.Arbitrary<string> =>
  fc.integer({ min: 1, max: n }).map((i) => `${prefix}${i}`);
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });

const product = fc.record(
  {
    name: word("P", 6),
    role: fc.constantFrom(...ROLES),
    ingredient: word("I", 4),
    manufacturer: word("M", 3),
    lots: fc.array(word("L", 9), { minLength: 1, maxLength: 2 }),
    start: date,
    madeOn: date,
    model: word("T", 3),
    causality: fc.constantFrom(...CAUSALITIES),
    dechallenge: fc.constantFrom(...ANSWERS),
    domain: fc.constantFrom(...DOMAINS.slice(0, 2)),
  },
  { requiredKeys: ["name", "role"] },
);

/** Reports over a small vocabulary, with repeats inside a report and repeated ids. */
export const reportArbitrary: fc.Arbitrary<Report> = fc.record({
  id: word("R", 40),
  source: fc.constantFrom("x", "y"),
  version: fc.integer({ min: 1, max: 3 }),
  recordId: optional(word("", 120)),
  domain: fc.constantFrom(...DOMAINS.slice(0, 2)),
  retracted: optional(fc.boolean()),
  receivedDate: optional(date),
  eventDate: optional(date),
  products: fc.array(product, { maxLength: 4 }),
  events: fc.array(fc.record({ term: word("E", 6), dictionary: optional(word("D", 2)), onset: optional(date) }), {
    maxLength: 4,
  }),
  serious: optional(fc.uniqueArray(fc.constantFrom(...SERIOUSNESS), { maxLength: 3 })),
  awareDate: optional(date),
  unexpected: optional(fc.boolean()),
  narrativeLength: optional(fc.nat({ max: 9 })),
  filled: optional(fc.uniqueArray(word("F", 5), { minLength: 1, maxLength: 3 })),
  unitKind: optional(fc.constantFrom(...UNIT_KINDS)),
  unit: optional(word("U", 3)),
  region: optional(word("G", 2)),
  patient: optional(
    fc.record({
      sex: optional(fc.constantFrom("female" as const, "male" as const)),
      ageYears: optional(fc.integer({ min: 0, max: 99 })),
      pregnant: optional(fc.boolean()),
    }),
  ),
});

export const reportsArbitrary = fc.array(reportArbitrary, { maxLength: 60 });
