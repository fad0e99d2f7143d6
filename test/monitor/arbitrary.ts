import fc from "fast-check";
import type { Report } from "pvsignal";
import type { ReportChanges } from "../../src/monitor/state-changes.ts";
import { reportArbitrary } from "../count/arbitrary.ts";

const key = fc.record({ source: fc.constantFrom("x", "y"), id: fc.integer({ min: 1, max: 7 }).map((i) => `R${i}`) });

// Terms of a small dictionary among others, so that the levels of one have something to place.
const TERMS: Readonly<Record<string, string>> = { E1: "hives", E2: "weals", E3: "fits", E4: "Urticaria" };

/** Records of few reports, so that versions of one report meet. */
export const recordArbitrary: fc.Arbitrary<Report> = fc
  .tuple(reportArbitrary, key, fc.integer({ min: 0, max: 9 }))
  .map(([report, own, draw]) => ({
    ...report,
    ...own,
    ...(draw === 0 ? { id: "" } : {}),
    retracted: report.retracted === true && draw < 4,
    // Records that differ in nothing but their contents.
    ...(draw % 2 === 0 ? { version: 1, receivedDate: "2010-05-05", recordId: undefined } : {}),
    events: report.events.map((event) => ({ ...event, term: TERMS[event.term] ?? event.term })),
  }));

/** A batch before its day is known. */
export interface Batch extends Omit<ReportChanges, "receivedOn"> {
  readonly reports: readonly Report[];
  /** Days since the batch before. */
  readonly days: number;
  /** Whether the records of an earlier batch come again: its number is drawn from this. */
  readonly again: number | undefined;
}

const few = <T>(one: fc.Arbitrary<T>, maxLength: number): fc.Arbitrary<T[]> =>
  fc.oneof({ weight: 2, arbitrary: fc.constant([] as T[]) }, { weight: 1, arbitrary: fc.array(one, { maxLength }) });

export const batchesArbitrary = fc.array(
  fc.record({
    days: fc.integer({ min: 0, max: 2 }),
    reports: fc.array(recordArbitrary, { maxLength: 5 }),
    reinstate: few(key, 2),
    withdraw: few(key, 1),
    unmerge: few(key, 2),
    merge: few(fc.record({ keep: key, drop: fc.array(key, { maxLength: 2 }) }), 3),
    knownOn: fc.constantFrom("receivedOn", "receivedOn", "receivedOn", "receivedDate"),
    again: fc.option(fc.nat(), { nil: undefined, freq: 5 }),
  }),
  { minLength: 1, maxLength: 14 },
);

/** The batches as changes on days from the first of 2024; repeated records are those of an earlier batch. */
export function changesOf(batches: readonly Batch[]): (ReportChanges & { readonly reports: readonly Report[] })[] {
  let day = Date.UTC(2024, 0, 1);
  return batches.map(({ days, again, ...changes }, i) => {
    day += days * 864e5;
    const reports = again === undefined || i === 0 ? changes.reports : batches[again % i]!.reports;
    return { ...changes, reports, receivedOn: new Date(day).toISOString().slice(0, 10) };
  });
}
