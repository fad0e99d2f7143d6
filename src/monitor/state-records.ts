import { Ints } from "../count/growing.ts";
import { gatherRows, pickRows } from "../count/pick.ts";
import { textAt, type ReportTable } from "../count/table.ts";
import type { ReportKey } from "../quality/duplicate-columns.ts";
import { KeyIndex } from "./state-keys.ts";
import { compareVersions } from "./state-order.ts";

/** Versions of reports in columns: version in row i has the number `versions[i]`. */
export interface Segment {
  readonly table: ReportTable;
  readonly versions: Int32Array;
}

/** Versions to take in: a table, and for each of its rows whether it is a retraction and the day on which it was learnt. */
export interface ArrivingVersions {
  readonly table: ReportTable;
  readonly isRetracted: (row: number) => boolean;
  readonly knownOn: (row: number) => number;
}

/** What became of an arriving row. */
export const REPEATED = -1;

/** Columns of a {@link VersionStore} that cannot be told from its segments. */
export interface VersionColumns {
  /** By version: report, segment, row, day it was learnt, 1 for a retraction, the next older version (-1 for none). */
  readonly report: Ints;
  readonly segment: Ints;
  readonly row: Ints;
  readonly knownOn: Ints;
  readonly retracted: Ints;
  readonly older: Ints;
  /** By report: its newest version, -1 when none has arrived. */
  readonly newest: Ints;
  readonly hashes: Ints;
}

/** Segments of like size are joined when so many have gathered, so that there are few, and each row moves a few times only. */
const FAN_IN = 16;
/** Segments of this size stay as they are: joining must not stop the day's work. A power of {@link FAN_IN}. */
const FULL = 1 << 16;

/**
 * Every version of every report ever taken in, in immutable columnar segments, with an index by source and id. Reports and
 * versions have numbers that never change.
 */
export class VersionStore {
  readonly columns: VersionColumns;
  /** Joined segments leave their places empty until new ones take them. */
  readonly segments: (Segment | undefined)[];
  /** Keys of reports of which something is known but no version has arrived. */
  readonly awaited: Map<number, ReportKey>;
  readonly #keys: KeyIndex;

  constructor(
    columns?: VersionColumns,
    segments: (Segment | undefined)[] = [],
    awaited: ReadonlyMap<number, ReportKey> = new Map(),
  ) {
    this.segments = segments;
    this.awaited = new Map(awaited);
    this.#keys = new KeyIndex((report, source, id) => this.#isKey(report, source, id), columns?.hashes);
    this.columns = columns ?? {
      report: new Ints(),
      segment: new Ints(),
      row: new Ints(),
      knownOn: new Ints(),
      retracted: new Ints(),
      older: new Ints(),
      newest: new Ints(),
      hashes: this.#keys.hashes,
    };
  }

  /** Number of reports, awaited ones included. */
  get reports(): number {
    return this.columns.newest.length;
  }

  /** Number of versions. */
  get versions(): number {
    return this.columns.report.length;
  }

  /** Number of a report, or -1. */
  find({ source, id }: ReportKey): number {
    return this.#keys.find(source, id);
  }

  /** Number of a report, which is awaited if nothing was known of it. */
  await({ source, id }: ReportKey): number {
    const report = this.#keys.find(source, id);
    if (report >= 0) return report;
    this.awaited.set(this.reports, { source, id });
    this.columns.newest.push(-1);
    return this.#keys.add(source, id);
  }

  /** Source and id of a report. */
  key(report: number): ReportKey {
    const version = this.columns.newest.data[report]!;
    if (version < 0) return this.awaited.get(report)!;
    const { table, row } = this.place(version);
    return { source: textAt(table.columns.reports.source, row) ?? "", id: table.id(row) };
  }

  /** Where a version lies now. */
  place(version: number): { readonly table: ReportTable; readonly row: number; readonly isRetracted: boolean } {
    const { segment, row, retracted } = this.columns;
    return {
      table: this.segments[segment.data[version]!]!.table,
      row: row.data[version]!,
      isRetracted: retracted.data[version] === 1,
    };
  }

  /** The version that stands on a day, of what had been learnt by then; -1 for none. */
  standingOn(report: number, day: number): number {
    const { newest, older, knownOn } = this.columns;
    let version = newest.data[report]!;
    while (version >= 0 && knownOn.data[version]! > day) version = older.data[version]!;
    return version;
  }

  /**
   * Takes in versions; those that repeat a known one are dropped.
   *
   * @param took - told of every row: its report, and its number as a version or {@link REPEATED}
   */
  take(
    { table, isRetracted, knownOn }: ArrivingVersions,
    took: (row: number, report: number, version: number) => void,
  ): void {
    const at = this.#freePlace();
    const versions = new Int32Array(table.size).fill(REPEATED);
    // Versions of one report within the table are compared where they lie, so the segment is there before it is complete.
    this.segments[at] = { table, versions };
    const c = this.columns;
    let repeated = 0;
    for (let row = 0; row < table.size; row++) {
      const key = { source: textAt(table.columns.reports.source, row) ?? "", id: table.id(row) };
      let report = this.find(key);
      if (report < 0) {
        report = this.#keys.add(key.source, key.id);
        c.newest.push(-1);
      }
      const arriving = { table, row, isRetracted: isRetracted(row) };
      let newer = -1;
      let older = c.newest.data[report]!;
      let order = 1;
      while (older >= 0 && (order = compareVersions(arriving, this.place(older))) < 0) {
        newer = older;
        older = c.older.data[older]!;
      }
      if (older >= 0 && order === 0) {
        repeated++;
        took(row, report, REPEATED);
        continue;
      }
      const version = this.versions;
      c.report.push(report);
      c.segment.push(at);
      c.row.push(row);
      c.knownOn.push(knownOn(row));
      c.retracted.push(arriving.isRetracted ? 1 : 0);
      c.older.push(older);
      if (newer >= 0) c.older.data[newer] = version;
      else c.newest.data[report] = version;
      if (c.older.data[version]! < 0 && newer < 0) this.awaited.delete(report);
      versions[row] = version;
      took(row, report, version);
    }
    if (repeated === table.size) this.segments[at] = undefined;
    else if (repeated > 0) {
      const rows = Uint32Array.from(versions.keys()).filter((row) => versions[row]! >= 0);
      this.#join([{ table, versions }], [rows], at);
    }
    this.#tidy();
  }

  /** A table of versions. */
  table(versionOf: (report: number) => number): ReportTable {
    const { report } = this.columns;
    const parts = this.segments.flatMap((segment) => {
      if (segment === undefined) return [];
      const { table, versions } = segment;
      const rows = Uint32Array.from(versions.keys()).filter((row) => {
        const version = versions[row]!;
        return versionOf(report.data[version]!) === version;
      });
      return rows.length === 0 ? [] : [{ table, rows }];
    });
    return pickRows(parts);
  }

  #isKey(report: number, source: string, id: string): boolean {
    const version = this.columns.newest.data[report]!;
    if (version < 0) {
      const key = this.awaited.get(report);
      return key?.id === id && key.source === source;
    }
    const { id: ids, source: sources } = this.segments[this.columns.segment.data[version]!]!.table.columns.reports;
    const row = this.columns.row.data[version]!;
    return ids.values[ids.codes[row]!] === id && (sources.values[sources.codes[row]!] ?? "") === source;
  }

  #freePlace(): number {
    const free = this.segments.indexOf(undefined);
    return free < 0 ? this.segments.length : free;
  }

  /** Puts rows of segments into one segment. */
  #join(segments: readonly Segment[], rowsOf: readonly Uint32Array[], at: number): void {
    const { table, part, row } = gatherRows(segments.map((segment, i) => ({ table: segment.table, rows: rowsOf[i]! })));
    const versions = new Int32Array(table.size);
    for (let i = 0; i < table.size; i++) {
      const version = segments[part[i]!]!.versions[row[i]!]!;
      versions[i] = version;
      this.columns.segment.data[version] = at;
      this.columns.row.data[version] = i;
    }
    this.segments[at] = { table, versions };
  }

  /** Joins the segments of a size class when there are many, or when together they are full. */
  #tidy(): void {
    for (let below = FAN_IN; below <= FULL; below *= FAN_IN) {
      const places: number[] = [];
      let rows = 0;
      this.segments.forEach((segment, i) => {
        const size = segment?.table.size ?? FULL;
        if (size >= below || size < below / FAN_IN) return;
        places.push(i);
        rows += size;
      });
      if (places.length < FAN_IN && !(rows >= FULL)) continue;
      const joined = places.map((i) => this.segments[i]!);
      const all = joined.map(({ table }) => Uint32Array.from({ length: table.size }, (_, row) => row));
      for (const i of places) this.segments[i] = undefined;
      this.#join(joined, all, places[0]!);
    }
  }
}
