import { compareText } from "../count/build.ts";
import { dateAt, textAt, type DateColumn, type ReportTable } from "../count/table.ts";
import { PvError } from "../error.ts";
import type { PartialDate } from "../report/date.ts";
import { normaliseLot } from "../report/lot.ts";
import { ROLES } from "../report/report.ts";
import type { Wording } from "../report/wording.ts";
import type { ClusterAlert } from "./alert.ts";
import { profiles } from "./profiles.ts";
import { rowsOf } from "./rule-incident.ts";
import { productNaming, type RuleProductKey } from "./rule-product.ts";
import type { RuleProfile } from "./rule-profile.ts";

/** A value and the number of reports that have it. */
export interface Tallied {
  readonly value: string;
  readonly reports: number;
}

/** What the form of a group event asks for, as far as the reports of an alert tell. */
export interface GroupEvent {
  readonly alertId: string;
  readonly product: string | null;
  /** Persons the product was used on (用械人数); no report tells it, so null unless given. */
  readonly peopleExposed: number | null;
  /** Persons with an event (事件发生人数): one a report. */
  readonly peopleAffected: number;
  readonly regions: readonly Tallied[];
  /** The earliest exact date; only where none is exact, the earliest that is known to the month or year. */
  readonly firstUse: PartialDate | null;
  readonly firstEvent: PartialDate | null;
  readonly lots: readonly Tallied[];
  readonly serials: readonly Tallied[];
  /** Reactions and injuries (伤害表现). */
  readonly harm: readonly Tallied[];
  /** Failures of a device (故障表现). */
  readonly failures: readonly Tallied[];
  /** The items of the form in its order; null where nothing is known. */
  readonly items: readonly { readonly item: Wording; readonly value: string | null }[];
  /** What the form asks for and nothing tells. */
  readonly missing: readonly Wording[];
}

/** What the reports cannot tell. */
export interface GroupEventOptions {
  readonly peopleExposed?: number | undefined;
  /** What a product is; as in the run that found the alert. What the profile says unless told, or else `"name"`. */
  readonly product?: RuleProductKey | undefined;
}

/** Terms of this dictionary tell what the device did, not what happened to the patient. */
const FAILURE = "device-failure";

/**
 * Fills the form of a group event (群体不良事件基本信息表) from the reports of an alert. Lots, serial numbers and days of use are those
 * of the alert's product in a suspect role; lots outside the scope of the alert are left out.
 *
 * @throws PvError `INVALID_ARGUMENT` when a member is not in the table, or no member has the product of the alert under the key;
 *   `INVALID_COUNT` for `peopleExposed`
 */
export function groupEvent(
  alert: Pick<ClusterAlert, "id" | "profile" | "scope" | "memberIds">,
  table: ReportTable,
  options: GroupEventOptions = {},
): GroupEvent {
  const { peopleExposed } = options;
  if (peopleExposed !== undefined && !(Number.isInteger(peopleExposed) && peopleExposed >= 0)) {
    throw new PvError("INVALID_COUNT", `peopleExposed: expected a whole number of people, got ${peopleExposed}`);
  }
  const { reports, productOffsets, products, lotOffsets, lots, eventOffsets, events, details } = table.columns;
  const rows = rowsOf(alert.memberIds, table);
  const profile = (profiles as Readonly<Record<string, RuleProfile>>)[alert.profile];
  const { labels } = productNaming(table, options.product ?? profile?.sameProduct ?? "name");
  const within = alert.scope.lots === undefined ? undefined : new Set(alert.scope.lots);
  const found = {
    regions: new Tally(),
    lots: new Tally(),
    serials: new Tally(),
    harm: new Tally(),
    failures: new Tally(),
  };
  const uses = new Earliest();
  const onsets = new Earliest();
  let named = alert.scope.product === undefined;
  for (const row of rows) {
    found.regions.add(row, textAt(reports.region, row));
    onsets.look(reports.event, row);
    for (let j = productOffsets[row]!; j < productOffsets[row + 1]!; j++) {
      const role = ROLES[products.role[j]! - 1];
      if (role !== "suspect" && role !== "interacting") continue;
      if (alert.scope.product !== undefined && !labels(j).includes(alert.scope.product)) continue;
      named = true;
      uses.look(products.start, j);
      found.serials.add(row, textAt(details.products.serial, j));
      for (let k = lotOffsets[j]!; k < lotOffsets[j + 1]!; k++) {
        const lot = normaliseLot(lots.lot.values[lots.lot.codes[k]!]!);
        if (lot !== undefined && (within === undefined || within.has(lot))) found.lots.add(row, lot);
      }
    }
    for (let j = eventOffsets[row]!; j < eventOffsets[row + 1]!; j++) {
      const isFailure = textAt(details.events.dictionary, j) === FAILURE;
      (isFailure ? found.failures : found.harm).add(row, textAt(events.term, j));
    }
  }
  if (!named) {
    throw new PvError(
      "INVALID_ARGUMENT",
      `no member has the product ${JSON.stringify(alert.scope.product)}: give the product key of the run that found the alert`,
    );
  }
  const event: Omit<GroupEvent, "items" | "missing"> = {
    alertId: alert.id,
    product: alert.scope.product ?? null,
    peopleExposed: peopleExposed ?? null,
    peopleAffected: rows.length,
    regions: found.regions.list(),
    firstUse: uses.date(),
    firstEvent: onsets.date(),
    lots: found.lots.list(),
    serials: found.serials.list(),
    harm: found.harm.list(),
    failures: found.failures.list(),
  };
  const items = itemsOf(event);
  return { ...event, items, missing: items.filter(({ value }) => value === null).map(({ item }) => item) };
}

function itemsOf(event: Omit<GroupEvent, "items" | "missing">): GroupEvent["items"] {
  const list = (values: readonly Tallied[]): string | null =>
    values.length === 0 ? null : values.map(({ value, reports }) => `${value} (${reports})`).join("; ");
  return [
    { item: { zh: "产品", en: "product" }, value: event.product },
    { item: { zh: "用械（用药）人数", en: "persons exposed" }, value: event.peopleExposed?.toString() ?? null },
    { item: { zh: "事件发生人数", en: "persons affected" }, value: String(event.peopleAffected) },
    { item: { zh: "发生地区", en: "region" }, value: list(event.regions) },
    { item: { zh: "首例用械（用药）时间", en: "first use" }, value: event.firstUse },
    { item: { zh: "首例发生时间", en: "first event" }, value: event.firstEvent },
    // The form asks for one of the two.
    { item: { zh: "批号/编号", en: "lot or serial number" }, value: list(event.lots) ?? list(event.serials) },
    { item: { zh: "伤害表现", en: "harm" }, value: list(event.harm) },
    { item: { zh: "故障表现", en: "failure" }, value: list(event.failures) },
  ];
}

/** Values with the reports that have them. */
class Tally {
  readonly #rows = new Map<string, Set<number>>();

  add(row: number, value: string | undefined): void {
    if (value === undefined || value === "") return;
    const rows = this.#rows.get(value);
    if (rows === undefined) this.#rows.set(value, new Set([row]));
    else rows.add(row);
  }

  /** Most frequent first, then by name. */
  list(): Tallied[] {
    return [...this.#rows]
      .map(([value, rows]) => ({ value, reports: rows.size }))
      .sort((x, y) => y.reports - x.reports || compareText(x.value, y.value));
  }
}

/** The earliest date, exact ones before others. */
class Earliest {
  #exact: PartialDate | null = null;
  #vague: PartialDate | null = null;

  look(column: DateColumn, row: number): void {
    const date = dateAt(column, row);
    if (date === undefined) return;
    if (date.length === 10) this.#exact = this.#exact === null || date < this.#exact ? date : this.#exact;
    else this.#vague = this.#vague === null || date < this.#vague ? date : this.#vague;
  }

  date(): PartialDate | null {
    return this.#exact ?? this.#vague;
  }
}
