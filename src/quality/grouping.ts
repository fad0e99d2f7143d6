import { PvError } from "../error.ts";
import type { Report } from "../report/report.ts";

/** What quality figures are given by; `month` is that of receipt. A function names the group of a report. */
export type Grouping = "unit" | "division" | "region" | "month" | "domain" | ((report: Report) => string | undefined);

/** The month of a date known at least to the month. */
const monthOf = (date: string | undefined): string | undefined =>
  date !== undefined && date.length >= 7 ? date.slice(0, 7) : undefined;

const readers: Readonly<
  Record<Exclude<Grouping, (report: Report) => string | undefined>, (r: Report) => string | undefined>
> = {
  unit: (r) => r.unit,
  division: (r) => r.division,
  region: (r) => r.region,
  month: (r) => monthOf(r.receivedDate),
  domain: (r) => r.domain,
};

/** @throws PvError `INVALID_OPTION` for an unknown grouping */
export function groupOf(by: Grouping): (report: Report) => string | undefined {
  if (typeof by === "function") return by;
  const read = (readers as Partial<typeof readers>)[by];
  if (read === undefined)
    throw new PvError("INVALID_OPTION", `by: ${JSON.stringify(by)} is not one of ${Object.keys(readers).join(", ")}`);
  return read;
}
