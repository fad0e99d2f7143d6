import { productLabels, type EventKey, type ProductKey, type ReportGroups } from "../count/axis.ts";
import { compareText } from "../count/build.ts";
import { textAt, type ReportTable } from "../count/table.ts";
import { NO_DAY } from "../report/date.ts";
import { lotFault, normaliseLot } from "../report/lot.ts";
import { DOMAINS, ROLES, type Domain } from "../report/report.ts";
import { LotCondenser, type ProductEntries } from "./lot-condense.ts";
import { reactionGroups } from "./reaction-groups.ts";

/** What counts once for a lot: one unit's reports of one event day. Parallel arrays in the order of receipt. */
export interface ProductMarks {
  readonly product: string;
  readonly lots: readonly string[];
  /** Days. */
  readonly received: Int32Array;
  readonly event: Int32Array;
  /** Index into `lots`; −1 when the report gives no lot. */
  readonly lot: Int32Array;
  readonly row: Int32Array;
  /** Code of the unit; −1 when unknown. */
  readonly unit: Int32Array;
  /** 1 where it is the first report of its unit and day, so that it counts for the lot as a whole. */
  readonly counts: Uint8Array;
  /** Reaction groups in which it is the first of its unit and day: `groups[j]` for j from `offsets[i]` to `offsets[i + 1]`. */
  readonly offsets: Int32Array;
  readonly groups: Int32Array;
  /** Marks of each lot, in the order of receipt. */
  readonly ofLot: readonly Int32Array[];
}

/** Reports in the form the lot detector reads. */
export interface LotMarks {
  readonly products: readonly ProductMarks[];
  readonly groups: readonly string[];
  readonly reports: number;
  /** Days of receipt of the reports, and of those that give a lot, in order. */
  readonly days: { readonly all: Int32Array; readonly withLot: Int32Array };
  readonly excluded: {
    readonly otherDomain: number;
    /** No day of receipt, or one known only to the month or year. */
    readonly withoutReceipt: number;
    /** No product in a suspect role. */
    readonly withoutProduct: number;
    /** The same lot, event day, age, sex and terms as a report of another number: counted once. */
    readonly suspectedDuplicates: number;
  };
  /** Reports without an exact event day that lies before their receipt: their day of receipt stands in. */
  readonly receiptStandsIn: number;
  /** Entries in the lot field that name no lot: placeholders; numbers of a standard, a licence or a registration. */
  readonly lotEntries: { readonly placeholders: number; readonly otherNumbers: number };
}

export interface MarkOptions {
  readonly domains: readonly Domain[] | "all";
  readonly product: Exclude<ProductKey, ReportGroups>;
  readonly reactionGroup: Exclude<EventKey, ReportGroups>;
}

interface Draft extends ProductEntries {
  readonly lots: Map<string, number>;
  readonly received: number[];
  readonly event: number[];
  readonly lot: number[];
  readonly row: number[];
}

/** Collects what the detector counts. The result does not depend on the order of the input. */
export function lotMarks(table: ReportTable, options: MarkOptions): LotMarks {
  const { reports, products, productOffsets, lotOffsets, lots } = table.columns;
  const labelsOf = productLabels(table, options.product);
  const excluded = { otherDomain: 0, withoutReceipt: 0, withoutProduct: 0 };
  const lotEntries = { placeholders: 0, otherNumbers: 0 };
  const lotAt = lotReader(table);
  const drafts = new Map<string, Draft>();
  const all: number[] = [];
  const withLot: number[] = [];
  let receiptStandsIn = 0;
  for (const row of rowsByReceipt(table, options.domains, excluded)) {
    const received = reports.received.day[row]!;
    const occurred = reports.event.day[row]!;
    const exact = occurred !== NO_DAY && reports.event.precision[row] === 1 && occurred <= received;
    if (!exact) receiptStandsIn++;
    let found = false;
    let named = false;
    for (let j = productOffsets[row]!; j < productOffsets[row + 1]!; j++) {
      const role = ROLES[products.role[j]! - 1];
      if (role !== "suspect" && role !== "interacting") continue;
      for (const label of labelsOf(j)) {
        found = true;
        let draft = drafts.get(label);
        if (draft === undefined) {
          draft = { product: label, lots: new Map(), received: [], event: [], lot: [], row: [] };
          drafts.set(label, draft);
        }
        const codes: number[] = [];
        for (let k = lotOffsets[j]!; k < lotOffsets[j + 1]!; k++) {
          const lot = lotAt(lots.lot.codes[k]!, j);
          if (lot === null) lotEntries.otherNumbers++;
          else if (lot === "") lotEntries.placeholders++;
          else {
            let code = draft.lots.get(lot);
            if (code === undefined) draft.lots.set(lot, (code = draft.lots.size));
            codes.push(code);
            named = true;
          }
        }
        for (const lot of codes.length === 0 ? [-1] : codes)
          add(draft, received, exact ? occurred : received, lot, row);
      }
    }
    if (found) {
      all.push(received);
      if (named) withLot.push(received);
    } else excluded.withoutProduct++;
  }
  const groups = reactionGroups(table, options.reactionGroup);
  const condenser = new LotCondenser(table, groups);
  const sorted = [...drafts.values()].sort((x, y) => compareText(x.product, y.product));
  const marks = sorted.map((draft) => condenser.condense(draft));
  return {
    products: marks,
    groups: groups.names,
    reports: all.length,
    days: { all: Int32Array.from(all), withLot: Int32Array.from(withLot) },
    excluded: { ...excluded, suspectedDuplicates: condenser.suspectedDuplicates },
    receiptStandsIn,
    lotEntries,
  };
}

/** A report that names a product and lot twice counts once; its entries are the last ones. */
function add(draft: Draft, received: number, event: number, lot: number, row: number): void {
  for (let i = draft.row.length - 1; i >= 0 && draft.row[i] === row; i--) if (draft.lot[i] === lot) return;
  draft.received.push(received);
  draft.event.push(event);
  draft.lot.push(lot);
  draft.row.push(row);
}

/** Rows with an exact day of receipt, by that day and then by row. */
function rowsByReceipt(
  table: ReportTable,
  domains: MarkOptions["domains"],
  excluded: { otherDomain: number; withoutReceipt: number },
): number[] {
  const { domain, received } = table.columns.reports;
  // One number for day and row, because a typed array of numbers sorts many times faster than an array by a comparison.
  const keys = new Float64Array(table.size);
  let count = 0;
  for (let row = 0; row < table.size; row++) {
    if (domains !== "all" && !domains.includes(DOMAINS[domain[row]! - 1]!)) excluded.otherDomain++;
    else if (received.day[row] === NO_DAY || received.precision[row] !== 1) excluded.withoutReceipt++;
    else keys[count++] = received.day[row]! * table.size + row;
  }
  const sorted = keys.subarray(0, count).sort();
  return Array.from(sorted, (key) => key - Math.floor(key / table.size) * table.size);
}

/** Lot of a code, for a product row: null when it is a number of another kind, empty when it names none. Read once a spelling. */
function lotReader(table: ReportTable): (code: number, productRow: number) => string | null {
  const { lots, products } = table.columns;
  const known = new Map<string, string | null>();
  const plain: (string | null | undefined)[] = [];
  const read = (code: number, registration: string | undefined): string | null => {
    const raw = lots.lot.values[code]!;
    return lotFault(raw, { registration }) === undefined ? (normaliseLot(raw) ?? "") : null;
  };
  return (code, productRow) => {
    const registration = textAt(products.code, productRow);
    if (registration === undefined) return (plain[code] ??= read(code, undefined));
    const key = `${code} ${registration}`;
    let lot = known.get(key);
    if (lot === undefined) known.set(key, (lot = read(code, registration)));
    return lot;
  };
}
