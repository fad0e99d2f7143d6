import type { PartialDate } from "../report/date.ts";
import type { Report } from "../report/report.ts";

/** What the makers of reports are told, apart from the rows. */
export interface MakeOptions {
  /** Terminology of the reaction terms. */
  readonly dictionary: string | undefined;
  /** What stands in for a day of receipt that the export does not have. */
  readonly received: (reportedDate: PartialDate | undefined) => PartialDate | undefined;
  /** Names of diagnosis codes. */
  readonly diagnoses: ReadonlyMap<string, string>;
}

/** Region by name, or division by its six digits. */
export function placeOf(cell: string): Pick<Report, "region" | "division"> {
  if (cell === "") return {};
  return /^\d{6}$/.test(cell) ? { division: cell } : { region: cell };
}

/** The entries that have a value. */
export function given<T extends Readonly<Record<string, unknown>>>(
  values: T,
): { readonly [K in keyof T]?: NonNullable<T[K]> } {
  const found: Record<string, unknown> = {};
  for (const name in values) if (values[name] !== undefined) found[name] = values[name];
  return found as never;
}
