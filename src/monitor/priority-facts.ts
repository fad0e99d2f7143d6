import { textAt, SERIOUS_KNOWN, type CodedColumn, type ReportTable } from "../count/table.ts";
import { PvError } from "../error.ts";
import type { PairCounts } from "../count/pairs.ts";
import { isoDay, NO_DAY, requireDay, type PartialDate } from "../report/date.ts";
import { OUTCOMES, SERIOUSNESS } from "../report/report.ts";
import { vigiGrade } from "../quality/vigigrade.ts";

/** What the reports of a candidate say, before anything is weighed. Plain data. */
export interface PriorityFacts {
  readonly key: string;
  /** Reports of the candidate received by the day asked for. */
  readonly reports: number;
  /** Lower limit of the information component; null without disproportionality. */
  readonly ic025: number | null;
  /** Reports whose completeness is at least `informativeFrom`. */
  readonly informative: number;
  /** Reports received in the last `recentDays`. */
  readonly recent: number;
  /** Reports with free text of at least `narrativeFrom` characters. */
  readonly narratives: number;
  /** Distinct countries, regions and reporting organisations that are known. */
  readonly countries: number;
  readonly regions: number;
  readonly units: number;
  /** Share of the reports with a known unit that came from the largest one; null when none has a unit. */
  readonly largestUnitShare: number | null;
  /** Serious reports, and reports of death by seriousness or outcome; null when no report says anything about seriousness. */
  readonly serious: number | null;
  readonly deaths: number | null;
  /**
   * 1: not in the label, 0: in the label, null: nobody said. Unless `isListed` says, the reports do: 1 when one of them is marked as
   * new (新的), 0 when all that are marked are not.
   */
  readonly unlisted: number | null;
  /** Day of receipt of the first report, and days from it to the day asked for; null when no report has one. */
  readonly firstSeen: PartialDate | null;
  readonly daysKnown: number | null;
  /** −log10 of how often a year the most surprising alert comes up by chance, at least 0; 0 without an alert. */
  readonly clusters: number;
  /** Alerts that belong to it. */
  readonly alerts: number;
}

/** What is known of a candidate from elsewhere. */
export interface FactSubject {
  readonly key: string;
  /** Table rows of its reports, without repeats; see {@link pairRows} and {@link idRows}. */
  readonly rows: Uint32Array;
  readonly ic025?: number | null | undefined;
  /** Whether the event is in the label of the product, or on a list of known ones. */
  readonly isListed?: boolean | undefined;
  /** log10 of how often a year each of its alerts comes up by chance. */
  readonly alerts?: readonly number[] | undefined;
}

/** How facts are taken. */
export interface FactOptions {
  /** Only reports received on or before this day count; `YYYY-MM-DD`. Reports without a day of receipt count as not recent. */
  readonly asOf: string;
  /** Three years (1096 days) unless told. */
  readonly recentDays?: number | undefined;
  /** 0.9 unless told. */
  readonly informativeFrom?: number | undefined;
  /** 20 characters unless told, a number of ours: less is a phrase such as "none provided". */
  readonly narrativeFrom?: number | undefined;
  /** Completeness by table row, NaN where there is none, when it is known already; computed with `vigiGrade` unless given. */
  readonly completeness?: Float64Array | undefined;
}

/**
 * Takes the facts of candidates from their reports, in the order of the candidates.
 *
 * @throws PvError `INVALID_DATE`; `INVALID_OPTION`; `LENGTH_MISMATCH` when the completeness is not by table row
 * @example
 * priorityFacts(buildTable([]), [], { asOf: "2024-06-30" }); // []
 */
export function priorityFacts(
  table: ReportTable,
  subjects: readonly FactSubject[],
  options: FactOptions,
): readonly PriorityFacts[] {
  const asOf = requireDay("asOf", options.asOf);
  const { recentDays = 1096, informativeFrom = 0.9, narrativeFrom = 20 } = options;
  if (!(recentDays > 0)) throw new PvError("INVALID_OPTION", `recentDays: expected more than 0, got ${recentDays}`);
  if (!(informativeFrom >= 0 && informativeFrom <= 1))
    throw new PvError("INVALID_OPTION", `informativeFrom: expected 0 to 1, got ${informativeFrom}`);
  if (options.completeness !== undefined && options.completeness.length !== table.size) {
    throw new PvError(
      "LENGTH_MISMATCH",
      `completeness: expected ${table.size} rows, got ${options.completeness.length}`,
    );
  }
  const completenessOf = completeness(table, options.completeness);
  const narrativeOf = narrativeLength(table);
  const { reports } = table.columns;
  const deathBit = 1 << SERIOUSNESS.indexOf("death");
  const isFatal = fatal(table);
  return subjects.map(({ key, rows, ic025 = null, isListed, alerts = [] }) => {
    let [count, informative, recent, narratives, serious, deaths, known] = [0, 0, 0, 0, 0, 0, 0];
    let first = Infinity;
    let unlisted: number | null = null;
    const [countries, regions, units] = [
      new Labels(reports.country),
      new Labels(reports.region),
      new Labels(reports.unit),
    ];
    for (const row of rows) {
      const received = reports.received.day[row]!;
      if (received !== NO_DAY && received > asOf) continue;
      count++;
      if (completenessOf(row) >= informativeFrom) informative++;
      if (received !== NO_DAY) {
        if (received > asOf - recentDays) recent++;
        first = Math.min(first, received);
      }
      if (narrativeOf(row) >= narrativeFrom) narratives++;
      const bits = reports.serious[row]!;
      const isDeath = (bits & deathBit) !== 0 || isFatal(row);
      if ((bits & SERIOUS_KNOWN) !== 0 || isDeath) known++;
      if ((bits & ~SERIOUS_KNOWN) !== 0 || isDeath) serious++;
      if (isDeath) deaths++;
      const unexpected = textAt(table.columns.details.reports.unexpected, row);
      if (unexpected !== undefined) unlisted = Math.max(unlisted ?? 0, unexpected === "true" ? 1 : 0);
      for (const labels of [countries, regions, units]) labels.add(row);
    }
    return {
      key,
      reports: count,
      // JSON has one zero.
      ic025: ic025 !== null && Number.isFinite(ic025) ? ic025 + 0 : null,
      informative,
      recent,
      narratives,
      countries: countries.distinct,
      regions: regions.distinct,
      units: units.distinct,
      largestUnitShare: units.largestShare(),
      serious: known === 0 ? null : serious,
      deaths: known === 0 ? null : deaths,
      unlisted: isListed === undefined ? unlisted : isListed ? 0 : 1,
      firstSeen: first === Infinity ? null : isoDay(first),
      daysKnown: first === Infinity ? null : asOf - first,
      clusters: alerts.reduce((most, log10) => Math.max(most, Math.min(9999, -log10)), 0),
      alerts: alerts.length,
    };
  });
}

/** Distinct known values of a column over some rows. */
class Labels {
  readonly #column: CodedColumn;
  readonly #counts = new Map<number, number>();

  constructor(column: CodedColumn) {
    this.#column = column;
  }

  add(row: number): void {
    const code = this.#column.codes[row]!;
    if (code >= 0) this.#counts.set(code, (this.#counts.get(code) ?? 0) + 1);
  }

  get distinct(): number {
    return this.#counts.size;
  }

  largestShare(): number | null {
    let [most, sum] = [0, 0];
    for (const count of this.#counts.values()) {
      sum += count;
      most = Math.max(most, count);
    }
    return sum === 0 ? null : most / sum;
  }
}

/** A report is rebuilt and graded once, however many candidates it belongs to. */
function completeness(table: ReportTable, given: Float64Array | undefined): (row: number) => number {
  if (given !== undefined) return (row) => given[row]!;
  const graded = new Map<number, number>();
  return (row) => {
    let score = graded.get(row);
    if (score === undefined) graded.set(row, (score = vigiGrade(table.report(row)).score ?? NaN));
    return score;
  };
}

function narrativeLength(table: ReportTable): (row: number) => number {
  const { reports, details } = table.columns;
  return (row) => Number(textAt(details.reports.narrativeLength, row) ?? textAt(reports.narrative, row)?.length ?? 0);
}

function fatal(table: ReportTable): (row: number) => boolean {
  const { eventOffsets, events, details } = table.columns;
  const code = OUTCOMES.indexOf("fatal") + 1;
  return (row) => {
    if (textAt(details.reports.deathDate, row) !== undefined) return true;
    for (let j = eventOffsets[row]!; j < eventOffsets[row + 1]!; j++) if (events.outcome[j] === code) return true;
    return false;
  };
}

/**
 * Table rows of the reports with both the product and the event of each pair, in one pass over the reports.
 *
 * @returns one list a pair, ascending; empty for a pair that does not occur
 * @throws PvError `UNKNOWN_TERM`; `INVALID_OPTION` when the counts did not come from reports
 */
export function pairRows(
  counts: PairCounts,
  pairs: readonly { readonly product: string; readonly event: string }[],
): readonly Uint32Array[] {
  const { origin } = counts;
  if (origin === undefined)
    throw new PvError("INVALID_OPTION", "these counts came as counts: there are no reports behind them");
  const wanted = new Map<number, number>();
  const slots = pairs.map(({ product, event }) => {
    const i = counts.find(product, event);
    if (i < 0) return -1;
    let slot = wanted.get(i);
    if (slot === undefined) wanted.set(i, (slot = wanted.size));
    return slot;
  });
  // Wanted events by product, so that a report is only looked at where it can count.
  const eventsOf = new Map<number, Map<number, number>>();
  for (const [i, slot] of wanted) {
    const product = counts.product[i]!;
    const events = eventsOf.get(product) ?? new Map<number, number>();
    eventsOf.set(product, events.set(counts.event[i]!, slot));
  }
  const found = Array.from(wanted, (): number[] => []);
  const { rows, products, events } = origin;
  for (let i = 0; i < rows.length; i++) {
    for (let j = products.offsets[i]!; j < products.offsets[i + 1]!; j++) {
      const slotOf = eventsOf.get(products.ids[j]!);
      if (slotOf === undefined) continue;
      for (let k = events.offsets[i]!; k < events.offsets[i + 1]!; k++) {
        const slot = slotOf.get(events.ids[k]!);
        if (slot !== undefined) found[slot]!.push(rows[i]!);
      }
    }
  }
  const lists = found.map((list) => Uint32Array.from(list));
  return slots.map((slot) => lists[slot] ?? new Uint32Array(0));
}

/**
 * Table rows of report ids, such as the members of alerts, ascending and without repeats. An id that several sources use stands for
 * all its reports; one that the table does not have, as after a retraction, stands for none.
 */
export function idRows(table: ReportTable, ids: readonly (readonly string[])[]): readonly Uint32Array[] {
  const rowsOf = new Map<string, number[]>();
  for (const list of ids) for (const id of list) rowsOf.set(id, []);
  for (let row = 0; row < table.size; row++) rowsOf.get(table.id(row))?.push(row);
  return ids.map((list) => Uint32Array.from(new Set(list.flatMap((id) => rowsOf.get(id) ?? []))).sort());
}
