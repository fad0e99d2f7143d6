import type { ClusterAlert } from "../cluster/alert.ts";
import type { ReportTable } from "../count/table.ts";
import { ageBand } from "../quality/age-bands.ts";
import type { Report, Seriousness, Sex } from "../report/report.ts";
import { maskPersonal } from "./personal.ts";

/**
 * One report in a list that may leave the centre. The fields are chosen one by one: nothing that a form keeps of a person, a
 * reporter or a hospital has a place here, and free texts are never shown.
 */
export interface LineListRow {
  readonly id: string;
  /** As precisely as it was known. */
  readonly received: string | null;
  /** `"0-4"`, …, `"65+"`. */
  readonly ageBand: string | null;
  readonly sex: Sex | null;
  /** Names of the suspect and interacting products. */
  readonly products: readonly string[];
  readonly lots: readonly string[];
  readonly events: readonly string[];
  /** Criteria met; null when the report does not say. */
  readonly serious: readonly Seriousness[] | null;
  /** Code of the reporting unit, the same throughout one document; null when hidden or not known. */
  readonly unit: string | null;
}

/** How units are shown: not at all, or by a code that says only which reports came from the same one. */
export type UnitDisplay = "hidden" | "coded";

/** Codes for units in the order in which they are first met. */
export class UnitCodes {
  readonly #display: UnitDisplay;
  readonly #codes = new Map<string, string>();

  constructor(display: UnitDisplay) {
    this.#display = display;
  }

  /** The code of a unit. */
  of(unit: string | undefined): string | null {
    if (unit === undefined || this.#display === "hidden") return null;
    let code = this.#codes.get(unit);
    if (code === undefined) this.#codes.set(unit, (code = `U${String(this.#codes.size + 1).padStart(2, "0")}`));
    return code;
  }
}

/**
 * De-identified list of reports, in the order of their rows. Telephone and identity numbers and addresses for mail are masked in
 * names of products and events; lots and ids stand as they are.
 */
export function lineList(table: ReportTable, rows: readonly number[], units: UnitCodes): LineListRow[] {
  return rows.map((row) => lineOf(table.report(row), units));
}

function lineOf({ id, receivedDate, patient, products, events, serious, unit }: Report, units: UnitCodes): LineListRow {
  const suspects = products.filter(({ role }) => role === "suspect" || role === "interacting");
  const age = patient?.ageYears;
  return {
    id,
    received: receivedDate ?? null,
    ageBand: age !== undefined && age >= 0 ? ageBand(age) : null,
    sex: patient?.sex ?? null,
    products: each(suspects.map(({ name }) => name)),
    lots: each(suspects.flatMap(({ lots }) => lots ?? [])),
    events: each(events.map(({ term }) => term)),
    serious: serious ?? null,
    unit: units.of(unit),
  };
}

const each = (texts: readonly string[]): string[] => [...new Set(texts.map(maskPersonal))];

/** What stands for the name of a unit in a sentence. */
const HIDDEN = "▇▇▇";

/** A sentence about an alert without the names of the units in it, and masked as the line list is. */
export function hideUnits(text: string, { scope, units }: Pick<ClusterAlert, "scope" | "units">): string {
  const names = [scope.unit, units.largest].filter((name) => name !== undefined && name !== null && name !== "");
  return maskPersonal(names.reduce<string>((hidden, name) => hidden.replaceAll(name!, HIDDEN), text));
}
