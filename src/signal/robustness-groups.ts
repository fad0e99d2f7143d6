import { PvError } from "../error.ts";
import type { PairOrigin } from "../count/pairs.ts";
import { MISSING_STRATUM, strataOf, type StrataKey, type StratumField } from "../count/strata.ts";
import { textAt, type ReportTable } from "../count/table.ts";
import type { PairReports, ReportGroups } from "./robustness-cells.ts";

/** Why reports are left out: who sent them, what else they name, that they may be duplicates, or what kind they are of. */
export type LeaveOutKind = "unit" | "co-reported" | "duplicates" | "stratum" | "reporter" | "report-kind";

/** A report by the name of its case. */
export interface CaseName {
  readonly source: string;
  readonly id: string;
}

/** Reports that may be of one case, as `findDuplicates` groups them: all but the keeper are left out. */
export interface SuspectedGroup {
  readonly keeper: CaseName;
  readonly members: readonly CaseName[];
}

/** What `robustness` leaves out. */
export interface RobustnessOptions {
  /** Units that sent at least this share of the reports of the pair whose unit is known, beside the largest; 0.2 unless told. */
  readonly unitShare?: number | undefined;
  /** How many of the products named most often beside the product; 1 unless told. */
  readonly coReported?: number | undefined;
  /** Suspected duplicates; none unless told. Groups with reports that were not counted are no fault. */
  readonly duplicates?: readonly SuspectedGroup[] | undefined;
  /** Fields of which one stratum at a time goes; sex, age band, year and region unless told. */
  readonly strata?: readonly StratumField[] | undefined;
}

/** One group of reports that is left out. */
export interface GroupName {
  readonly kind: LeaveOutKind;
  /** What the label is of: a field that stratifies, or the kind again. */
  readonly field: string;
  readonly label: string;
}

/** Groups that exclude each other, so that one pass over the reports counts them all. */
export interface NamedGroups extends ReportGroups {
  readonly names: readonly GroupName[];
}

/** @throws PvError `INVALID_OPTION`, `UNKNOWN_TERM` for a suspected duplicate that is not in the table */
export function leaveOutGroups(
  table: ReportTable,
  origin: PairOrigin,
  product: string,
  reports: PairReports,
  options: RobustnessOptions,
): NamedGroups[] {
  const { unitShare = 0.2, coReported = 1, duplicates = [], strata = ["sex", "ageBand", "year", "region"] } = options;
  if (!(unitShare > 0 && unitShare <= 1))
    throw new PvError("INVALID_OPTION", `unitShare: expected a share above 0, at most 1, got ${unitShare}`);
  if (!Number.isSafeInteger(coReported) || coReported < 0)
    throw new PvError("INVALID_OPTION", `coReported: expected a whole number, 0 or more, got ${coReported}`);
  const { rows } = origin;
  const { kind: kinds } = table.columns.details.reports;
  const divided = (kind: LeaveOutKind, field: string, key: StrataKey): Kinded =>
    named(kind, field, strataOf(table, rows, key));
  const found: Kinded[] = [
    unitGroups(divided("unit", "unit", ["unit"]), reports, unitShare),
    ...coReportedGroups(origin, product, reports, coReported),
    ...duplicateGroups(table, rows, duplicates),
    ...strata.map((field) => divided("stratum", field, [field])),
    divided("reporter", "reporter", ({ reporter }) => reporter),
    divided("report-kind", "report-kind", ({ row }) => textAt(kinds, row)),
  ];
  // A field with one value has nothing to compare with.
  return found.filter(
    ({ kind, size }) => size > 1 || (size === 1 && kind !== "stratum" && kind !== "reporter" && kind !== "report-kind"),
  );
}

type Kinded = NamedGroups & { readonly kind: LeaveOutKind };

const named = (
  kind: LeaveOutKind,
  field: string,
  { labels, of }: { readonly labels: readonly string[]; readonly of: ArrayLike<number> },
): Kinded => ({
  kind,
  size: labels.length,
  of: Int32Array.from(of),
  names: labels.map((label) => ({ kind, field, label })),
});

/** The unit with the most reports of the pair, and every other with at least the share. Unknown units are no unit. */
function unitGroups({ names, of }: NamedGroups, { cell }: PairReports, share: number): Kinded {
  const sent = new Float64Array(names.length);
  let known = 0;
  for (let i = 0; i < of.length; i++) {
    if (cell[i] !== 0 || names[of[i]!]!.label === MISSING_STRATUM) continue;
    sent[of[i]!]!++;
    known++;
  }
  const largest = sent.reduce((most, count, u) => (count > sent[most]! ? u : most), 0);
  const chosen = [...sent.keys()].filter((u) => sent[u]! > 0 && (u === largest || sent[u]! >= share * known));
  const place = new Map(chosen.map((u, k) => [u, k]));
  return named("unit", "unit", {
    labels: chosen.map((u) => names[u]!.label),
    of: of.map((u) => place.get(u) ?? -1),
  });
}

/** Products named most often in the reports of the pair, each a group of its own: one report may name several. */
function coReportedGroups({ products }: PairOrigin, product: string, { cell }: PairReports, most: number): Kinded[] {
  const { labels, offsets, ids } = products;
  const own = labels.indexOf(product);
  const beside = new Map<number, number>();
  for (let i = 0; i < cell.length; i++) {
    if (cell[i] !== 0) continue;
    for (let k = offsets[i]!; k < offsets[i + 1]!; k++)
      if (ids[k] !== own) beside.set(ids[k]!, (beside.get(ids[k]!) ?? 0) + 1);
  }
  const top = [...beside].sort(([p, x], [q, y]) => y - x || p - q).slice(0, most);
  return top.map(([other]) => {
    const of = new Int32Array(cell.length).fill(-1);
    for (let i = 0; i < of.length; i++)
      for (let k = offsets[i]!; k < offsets[i + 1]!; k++) if (ids[k] === other) of[i] = 0;
    return named("co-reported", "co-reported", { labels: [labels[other]!], of });
  });
}

function duplicateGroups(table: ReportTable, rows: Uint32Array, groups: readonly SuspectedGroup[]): Kinded[] {
  const extra = new Set<string>();
  for (const { keeper, members } of groups) {
    for (const member of members) if (caseKey(member) !== caseKey(keeper)) extra.add(caseKey(member));
  }
  if (extra.size === 0) return [];
  const { source } = table.columns.reports;
  const rowKey = (row: number): string => caseKey({ source: textAt(source, row) ?? "", id: table.id(row) });
  const of = Int32Array.from(rows, (row) => (extra.has(rowKey(row)) ? 0 : -1));
  const left = new Set(extra);
  for (let row = 0; row < table.size && left.size > 0; row++) left.delete(rowKey(row));
  const [unknown] = left;
  if (unknown !== undefined) {
    const [from, id] = unknown.split("\u0000");
    throw new PvError(
      "UNKNOWN_TERM",
      `duplicates: no report of ${JSON.stringify(from)} has the id ${JSON.stringify(id)}`,
    );
  }
  return [named("duplicates", "duplicates", { labels: ["duplicates"], of })];
}

const caseKey = ({ source, id }: CaseName): string => `${source}\u0000${id}`;
