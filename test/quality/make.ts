import type { Report } from "pvsignal";

let serial = 0;

/** A report with one suspect product and one event; `extra` replaces fields. */
export function make(extra: Partial<Report> = {}): Report {
  return {
    id: `R${String(serial++).padStart(6, "0")}`,
    source: "t",
    version: 1,
    domain: "drug",
    products: [{ name: "A", role: "suspect" }],
    events: [{ term: "rash" }],
    ...extra,
  };
}
