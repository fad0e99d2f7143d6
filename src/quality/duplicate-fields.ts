import { partialDay } from "../report/date.ts";
import { normaliseLot } from "../report/lot.ts";
import type { Report, ReportProduct } from "../report/report.ts";
import type { DeviationRates, MissRates } from "./hit-miss.ts";

/** How a field of two reports is compared. Rates without `blank` are those among filled records. */
export type DuplicateField =
  /** One word. `impliedBy`: a field whose agreement makes this one's agreement no news, as a unit lies in one division. */
  | {
      readonly name: string;
      readonly kind: "category";
      readonly rates: MissRates;
      readonly impliedBy?: string | undefined;
      readonly read: (report: Report) => string | undefined;
    }
  /** A whole number: years, days. */
  | {
      readonly name: string;
      readonly kind: "number";
      readonly rates: DeviationRates;
      readonly read: (report: Report) => number | undefined;
    }
  /** A list of words. Words that occur together anyway (`correlated`) count together once. */
  | {
      readonly name: string;
      readonly kind: "terms";
      readonly rates: MissRates;
      readonly correlated: boolean;
      readonly read: (report: Report) => readonly string[];
    }
  /** Words with a prefix, `"name:9f2c"`: each prefix is a field of its own. */
  | {
      readonly name: string;
      readonly kind: "keyed";
      readonly rates: MissRates;
      readonly read: (report: Report) => readonly string[];
    };

/** A spelling in which two entries of one name agree. */
export const plain = (text: string): string => text.normalize("NFKC").toUpperCase().replace(/\s+/g, "");

const isSuspect = ({ role }: ReportProduct): boolean => role === "suspect" || role === "interacting";
const substance = ({ ingredient, name }: ReportProduct): string => plain(ingredient ?? name);

/** Earliest day on which an event is known to have begun; dates known to the month or year only are blanks. */
export function onsetDay(report: Report): number | undefined {
  let earliest: number | undefined;
  for (const { onset } of report.events) earliest = earlier(earliest, onset);
  return earliest ?? earlier(undefined, report.eventDate);
}

function earlier(day: number | undefined, date: string | undefined): number | undefined {
  const read = date?.length === 10 ? partialDay(date) : undefined;
  return read === undefined || (day !== undefined && day <= read.day) ? day : read.day;
}

/** Worst of the outcomes, so that the order of events does not matter. */
const outcomeOf = (report: Report): string | undefined => {
  const known = report.events.flatMap(({ outcome }) =>
    outcome === undefined || outcome === "unknown" ? [] : [outcome],
  );
  const worst = ["fatal", "recovered-with-sequelae", "not-recovered", "recovering", "recovered"] as const;
  return worst.find((outcome) => known.includes(outcome));
};

/**
 * What two reports are compared by. The rates are ours, set high where the two reporters of one case often differ (unit, terms)
 * and low where they seldom do; `estimateRates` takes them from confirmed duplicates.
 */
export const duplicateFields: readonly DuplicateField[] = [
  { name: "links", kind: "keyed", rates: { miss: 0.05 }, read: (r) => r.links ?? [] },
  { name: "sex", kind: "category", rates: { miss: 0.03 }, read: (r) => r.patient?.sex },
  {
    name: "age",
    kind: "number",
    rates: { miss: 0.02, deviation: 0.05, sigma: 2 },
    read: (r) => (r.patient?.ageYears === undefined ? undefined : Math.floor(r.patient.ageYears)),
  },
  { name: "onset", kind: "number", rates: { miss: 0.05, deviation: 0.1, sigma: 10 }, read: onsetDay },
  { name: "outcome", kind: "category", rates: { miss: 0.2 }, read: outcomeOf },
  { name: "country", kind: "category", rates: { miss: 0.02 }, read: (r) => r.country },
  {
    name: "unit",
    kind: "category",
    rates: { miss: 0.3 },
    read: (r) => (r.unit === undefined ? undefined : plain(r.unit)),
  },
  {
    name: "division",
    kind: "category",
    rates: { miss: 0.1 },
    impliedBy: "unit",
    read: (r) => r.division ?? r.region,
  },
  {
    name: "products",
    kind: "terms",
    rates: { miss: 0.1 },
    correlated: true,
    read: (r) => r.products.filter(isSuspect).map(substance),
  },
  {
    name: "concomitants",
    kind: "terms",
    rates: { miss: 0.4 },
    correlated: true,
    read: (r) => r.products.filter((product) => !isSuspect(product)).map(substance),
  },
  {
    name: "events",
    kind: "terms",
    rates: { miss: 0.2 },
    correlated: true,
    read: (r) => r.events.map(({ term }) => plain(term)),
  },
  {
    name: "lots",
    kind: "terms",
    rates: { miss: 0.1 },
    // A lot is of one product: with the product agreed, what it adds is how rare it is among the product's reports.
    correlated: true,
    read: (r) =>
      r.products.filter(isSuspect).flatMap(({ lots = [] }) =>
        lots.flatMap((lot) => {
          const read = normaliseLot(lot);
          return read === undefined ? [] : [read];
        }),
      ),
  },
];
