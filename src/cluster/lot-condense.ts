import type { ReportTable } from "../count/table.ts";
import type { ProductMarks } from "./lot-marks.ts";
import type { ReactionGroups } from "./reaction-groups.ts";

/** Entries of one product in the order of receipt: one a report and lot. */
export interface ProductEntries {
  readonly product: string;
  readonly lots: ReadonlyMap<string, number>;
  readonly received: readonly number[];
  readonly event: readonly number[];
  /** −1 without a lot. */
  readonly lot: readonly number[];
  readonly row: readonly number[];
}

/** Room for codes of units, and of ages and sexes, in a key. */
const CODES = 2 ** 22;
/** Room for event days in a key. */
const DAYS = 2 ** 20;

/** Numbers keys in the order of their first use. */
class Numbering {
  readonly #numbers = new Map<number, number>();
  of(key: number): number {
    let number = this.#numbers.get(key);
    if (number === undefined) this.#numbers.set(key, (number = this.#numbers.size));
    return number;
  }
}

/** Leaves one mark for each unit, event day and reaction group of a lot, and one for reports that look the same. */
export class LotCondenser {
  readonly #table: ReportTable;
  readonly #groups: ReactionGroups;
  /** Number of each row's list of groups. */
  readonly #listOf: Int32Array;
  readonly #ages = new Numbering();
  suspectedDuplicates = 0;

  constructor(table: ReportTable, groups: ReactionGroups) {
    this.#table = table;
    this.#groups = groups;
    const lists = new Map<string, number>();
    this.#listOf = new Int32Array(table.size);
    for (let row = 0; row < table.size; row++) {
      const key = groups.codes.subarray(groups.offsets[row], groups.offsets[row + 1]).join();
      let list = lists.get(key);
      if (list === undefined) lists.set(key, (list = lists.size));
      this.#listOf[row] = list;
    }
  }

  condense({ product, lots, received, event, lot, row }: ProductEntries): ProductMarks {
    const { reports } = this.#table.columns;
    const { offsets: groupOffsets, codes, names } = this.#groups;
    const lotDays = new Numbering();
    const patients = new Numbering();
    const places = new Numbering();
    const twins = new Set<number>();
    const counted = new Set<number>();
    const inGroup = new Set<number>();
    const at: number[] = [];
    const counts: number[] = [];
    const offsets: number[] = [0];
    const groups: number[] = [];
    for (let i = 0; i < received.length; i++) {
      const r = row[i]!;
      const age = reports.ageYears[r]!;
      const sex = reports.sex[r]!;
      const lotDay = lotDays.of((lot[i]! + 1) * DAYS + event[i]!);
      // Without age and sex too many different patients look the same.
      if (sex !== 0 && !Number.isNaN(age)) {
        const patient = patients.of(lotDay * CODES + this.#ages.of(age) * 4 + sex);
        const twin = patient * CODES + this.#listOf[r]!;
        if (twins.has(twin)) {
          this.suspectedDuplicates++;
          continue;
        }
        twins.add(twin);
      }
      const unit = reports.unit.codes[r]!;
      // A report without a unit may come from anywhere: it stands for itself, once for each of its lots.
      const place = unit < 0 ? -1 - i : places.of(lotDay * CODES + unit);
      const isNew = !counted.has(place);
      if (isNew) counted.add(place);
      const before = groups.length;
      for (let k = groupOffsets[r]!; k < groupOffsets[r + 1]!; k++) {
        const key = place * names.length + codes[k]!;
        if (inGroup.has(key)) continue;
        inGroup.add(key);
        groups.push(codes[k]!);
      }
      if (!isNew && groups.length === before) continue;
      at.push(i);
      counts.push(isNew ? 1 : 0);
      offsets.push(groups.length);
    }
    const column = (of: readonly number[]): Int32Array => Int32Array.from(at, (i) => of[i]!);
    const lotColumn = column(lot);
    const rowColumn = column(row);
    const ofLot = Array.from({ length: lots.size }, (): number[] => []);
    for (let i = 0; i < lotColumn.length; i++) if (lotColumn[i]! >= 0) ofLot[lotColumn[i]!]!.push(i);
    return {
      product,
      lots: [...lots.keys()],
      ofLot: ofLot.map((list) => Int32Array.from(list)),
      received: column(received),
      event: column(event),
      lot: lotColumn,
      row: rowColumn,
      unit: rowColumn.map((r) => reports.unit.codes[r]!),
      counts: Uint8Array.from(counts),
      offsets: Int32Array.from(offsets),
      groups: Int32Array.from(groups),
    };
  }
}
