import { productLabels, type EventKey, type ProductKey, type ReportGroups } from "../count/axis.ts";
import { compareText } from "../count/build.ts";
import { textAt, type ReportTable } from "../count/table.ts";
import { EventView } from "../count/view.ts";
import { NO_DAY } from "../report/date.ts";
import { lotFault, normaliseLot } from "../report/lot.ts";
import { DOMAINS, ROLES, type Domain } from "../report/report.ts";

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

interface Draft {
  readonly product: string;
  readonly lots: Map<string, number>;
  readonly entries: {
    received: number;
    event: number;
    lot: number;
    row: number;
    unit: number;
    groups: readonly number[];
  }[];
}

/** Collects what the detector counts. The result does not depend on the order of the input. */
export function lotMarks(table: ReportTable, options: MarkOptions): LotMarks {
  const { reports, products, productOffsets, lotOffsets, lots } = table.columns;
  const labelsOf = productLabels(table, options.product);
  const groupsOf = reactionGroups(table, options.reactionGroup);
  const drafts = new Map<string, Draft>();
  const excluded = { otherDomain: 0, withoutReceipt: 0, withoutProduct: 0, suspectedDuplicates: 0 };
  let receiptStandsIn = 0;
  const lotEntries = { placeholders: 0, otherNumbers: 0 };
  // A lot field is read once for each spelling and product number, not once for each report.
  const lotOf = new Map<string, string | undefined>();
  const all: number[] = [];
  const withLot: number[] = [];
  for (let row = 0; row < table.size; row++) {
    if (options.domains !== "all" && !options.domains.includes(DOMAINS[reports.domain[row]! - 1]!)) {
      excluded.otherDomain++;
      continue;
    }
    const received = reports.received.day[row]!;
    if (received === NO_DAY || reports.received.precision[row] !== 1) {
      excluded.withoutReceipt++;
      continue;
    }
    const occurred = reports.event.day[row]!;
    const exact = occurred !== NO_DAY && reports.event.precision[row] === 1 && occurred <= received;
    if (!exact) receiptStandsIn++;
    let found = false;
    let named = false;
    const seen = new Set<string>();
    for (let j = productOffsets[row]!; j < productOffsets[row + 1]!; j++) {
      const role = ROLES[products.role[j]! - 1];
      if (role !== "suspect" && role !== "interacting") continue;
      for (const label of labelsOf(j)) {
        found = true;
        let draft = drafts.get(label);
        if (draft === undefined) drafts.set(label, (draft = { product: label, lots: new Map(), entries: [] }));
        const codes: number[] = [];
        for (let k = lotOffsets[j]!; k < lotOffsets[j + 1]!; k++) {
          const raw = lots.lot.values[lots.lot.codes[k]!]!;
          const registration = textAt(products.code, j);
          const key = `${raw}\u0000${registration ?? ""}`;
          if (!lotOf.has(key))
            lotOf.set(key, lotFault(raw, { registration }) === undefined ? (normaliseLot(raw) ?? "") : undefined);
          const lot = lotOf.get(key);
          if (lot === undefined) {
            lotEntries.otherNumbers++;
            continue;
          }
          if (lot === "") {
            lotEntries.placeholders++;
            continue;
          }
          let code = draft.lots.get(lot);
          if (code === undefined) draft.lots.set(lot, (code = draft.lots.size));
          codes.push(code);
          named = true;
        }
        for (const lot of codes.length === 0 ? [-1] : codes) {
          if (seen.has(`${label}\u0000${lot}`)) continue;
          seen.add(`${label}\u0000${lot}`);
          const event = exact ? occurred : received;
          draft.entries.push({ received, event, lot, row, unit: reports.unit.codes[row]!, groups: groupsOf.of(row) });
        }
      }
    }
    if (found) {
      all.push(received);
      if (named) withLot.push(received);
    } else excluded.withoutProduct++;
  }
  const sorted = [...drafts.values()].sort((x, y) => compareText(x.product, y.product));
  return {
    products: sorted.map((draft) => condense(table, draft, excluded)),
    groups: groupsOf.names,
    reports: all.length,
    days: { all: Int32Array.from(all).sort(), withLot: Int32Array.from(withLot).sort() },
    excluded,
    receiptStandsIn,
    lotEntries,
  };
}

/** Leaves one mark for each unit, event day and reaction group of a lot, and one for reports that look the same. */
function condense(
  table: ReportTable,
  { product, lots, entries }: Draft,
  excluded: { suspectedDuplicates: number },
): ProductMarks {
  const { reports } = table.columns;
  entries.sort((x, y) => x.received - y.received || x.row - y.row || x.lot - y.lot);
  const seen = new Set<string>();
  const first = (key: string): boolean => {
    const isNew = !seen.has(key);
    if (isNew) seen.add(key);
    return isNew;
  };
  const kept: { readonly at: number; readonly counts: number; readonly groups: readonly number[] }[] = [];
  for (const [at, { event, lot, row, unit, groups }] of entries.entries()) {
    const age = reports.ageYears[row]!;
    const sex = reports.sex[row]!;
    // Without age and sex too many different patients look the same.
    if (sex !== 0 && !Number.isNaN(age) && !first(`twin ${lot} ${event} ${age} ${sex} ${groups.join()}`)) {
      excluded.suspectedDuplicates++;
      continue;
    }
    const place = unit < 0 ? `row ${row}` : `${unit} ${event}`;
    const counts = first(`${lot} ${place}`) ? 1 : 0;
    const own = groups.filter((group) => first(`${lot} ${place} ${group}`));
    if (counts === 1 || own.length > 0) kept.push({ at, counts, groups: own });
  }
  const offsets = new Int32Array(kept.length + 1);
  for (let i = 0; i < kept.length; i++) offsets[i + 1] = offsets[i]! + kept[i]!.groups.length;
  const column = (of: (entry: Draft["entries"][number]) => number): Int32Array =>
    Int32Array.from(kept, ({ at }) => of(entries[at]!));
  const ofLot = Array.from({ length: lots.size }, (): number[] => []);
  for (const [i, { at }] of kept.entries()) if (entries[at]!.lot >= 0) ofLot[entries[at]!.lot]!.push(i);
  return {
    product,
    lots: [...lots.keys()],
    ofLot: ofLot.map((list) => Int32Array.from(list)),
    received: column(({ received }) => received),
    event: column(({ event }) => event),
    lot: column(({ lot }) => lot),
    row: column(({ row }) => row),
    unit: column(({ unit }) => unit),
    counts: Uint8Array.from(kept, ({ counts }) => counts),
    offsets,
    groups: Int32Array.from(kept.flatMap(({ groups }) => [...groups])),
  };
}

/** Reaction groups of the reports, numbered in the order of their names. */
function reactionGroups(
  table: ReportTable,
  key: Exclude<EventKey, ReportGroups>,
): { readonly names: readonly string[]; readonly of: (row: number) => readonly number[] } {
  const { eventOffsets, events } = table.columns;
  const view = new EventView(table);
  const namesAt = (eventRow: number): readonly string[] => {
    if (typeof key === "string") {
      const name = textAt(key === "term" ? events.term : events.code, eventRow);
      return name === undefined ? [] : [name];
    }
    view.row = eventRow;
    const names = key(view);
    return names === undefined ? [] : typeof names === "string" ? [names] : names;
  };
  const all = new Set<string>();
  for (let j = 0; j < events.onset.day.length; j++) for (const name of namesAt(j)) all.add(name);
  const names = [...all].sort(compareText);
  const codes = new Map(names.map((name, code) => [name, code]));
  const of = (row: number): readonly number[] => {
    const found = new Set<number>();
    for (let j = eventOffsets[row]!; j < eventOffsets[row + 1]!; j++) {
      for (const name of namesAt(j)) found.add(codes.get(name)!);
    }
    return [...found].sort((x, y) => x - y);
  };
  return { names, of };
}
