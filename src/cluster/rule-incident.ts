import { SERIOUS_KNOWN, textAt, type ReportTable } from "../count/table.ts";
import { PvError } from "../error.ts";
import { normaliseLot } from "../report/lot.ts";
import { ROLES, SERIOUSNESS } from "../report/report.ts";
import type { NumberStatus, Wording } from "../report/wording.ts";
import type { ClusterAlert } from "./alert.ts";
import { DEATH } from "./window-counter.ts";

/** People counted for the grade of an incident; reports stand for people. */
export interface IncidentCounts {
  /** Hurt, with a similar picture. */
  readonly people: number;
  /** In danger of life or permanently disabled, or dead. */
  readonly verySerious: number;
  /** Dead on the lot that has most deaths. */
  readonly deathsOnOneLot: number;
}

/** Smallest number that makes an incident one of this level, and who gives it. */
export interface IncidentThreshold {
  readonly count: keyof IncidentCounts;
  readonly from: number;
  readonly status: NumberStatus;
  readonly source: string;
}

/** A level of incidents; one threshold met is enough. */
export interface IncidentLevel {
  readonly level: "I" | "II" | "III" | "IV";
  readonly title: Wording;
  readonly thresholds: readonly IncidentThreshold[];
}

const template = "template of a local plan: 人数超过50人（含）; plans of other places may differ";
const unchecked = "as found in local plans, text not checked: put in the numbers of your plan";
const common = (count: keyof IncidentCounts, from: number): IncidentThreshold => ({
  count,
  from,
  status: "default",
  source: unchecked,
});

/** Levels of drug safety incidents, the gravest first. Plans differ from place to place: copy the table and edit it. */
export const incidentLevels: readonly IncidentLevel[] = [
  {
    level: "I",
    title: { zh: "特别重大（Ⅰ级）", en: "level I, extremely grave" },
    thresholds: [
      { count: "people", from: 50, status: "local", source: template },
      common("verySerious", 10),
      common("deathsOnOneLot", 3),
    ],
  },
  {
    level: "II",
    title: { zh: "重大（Ⅱ级）", en: "level II, grave" },
    thresholds: [common("people", 30), common("verySerious", 5), common("deathsOnOneLot", 1)],
  },
  {
    level: "III",
    title: { zh: "较大（Ⅲ级）", en: "level III, large" },
    thresholds: [common("people", 20), common("verySerious", 3)],
  },
  {
    level: "IV",
    title: { zh: "一般（Ⅳ级）", en: "level IV, ordinary" },
    thresholds: [common("people", 10), common("verySerious", 2)],
  },
];

const bit = (criterion: (typeof SERIOUSNESS)[number]): number => 1 << SERIOUSNESS.indexOf(criterion);
const VERY_SERIOUS = (DEATH | bit("life-threatening") | bit("disability")) & ~SERIOUS_KNOWN;

/**
 * People of an alert as its reports tell of them. Each report counts as one person, so take out duplicates first. Deaths are
 * counted by lot over all suspect products of the report, within the lots of the alert where it names lots.
 *
 * @throws PvError `INVALID_ARGUMENT` when a member is not in the table
 */
export function incidentCounts(alert: Pick<ClusterAlert, "memberIds" | "scope">, table: ReportTable): IncidentCounts {
  const { reports, productOffsets, products, lotOffsets, lots } = table.columns;
  const rows = rowsOf(alert.memberIds, table);
  const within = alert.scope.lots === undefined ? undefined : new Set(alert.scope.lots);
  const deaths = new Map<string, number>();
  let verySerious = 0;
  for (const row of rows) {
    const bits = reports.serious[row]!;
    if ((bits & VERY_SERIOUS) !== 0) verySerious++;
    if ((bits & DEATH) === 0) continue;
    const own = new Set<string>();
    for (let j = productOffsets[row]!; j < productOffsets[row + 1]!; j++) {
      const role = ROLES[products.role[j]! - 1];
      if (role !== "suspect" && role !== "interacting") continue;
      for (let k = lotOffsets[j]!; k < lotOffsets[j + 1]!; k++) {
        const lot = normaliseLot(lots.lot.values[lots.lot.codes[k]!]!);
        if (lot !== undefined && (within === undefined || within.has(lot)))
          own.add(`${textAt(products.name, j) ?? ""} # ${lot}`);
      }
    }
    for (const lot of own) deaths.set(lot, (deaths.get(lot) ?? 0) + 1);
  }
  return { people: rows.length, verySerious, deathsOnOneLot: Math.max(0, ...deaths.values()) };
}

/** Table rows of report ids, in their order. */
export function rowsOf(ids: readonly string[], table: ReportTable): number[] {
  const wanted = new Set(ids);
  const found = new Map<string, number>();
  for (let row = 0; row < table.size; row++) if (wanted.has(table.id(row))) found.set(table.id(row), row);
  return [...wanted].map((id) => {
    const row = found.get(id);
    if (row === undefined) throw new PvError("INVALID_ARGUMENT", `no report of the table has the id ${id}`);
    return row;
  });
}

/** The level that counts reach, and by which thresholds. */
export interface IncidentGrade {
  readonly level: IncidentLevel["level"] | null;
  readonly title: Wording;
  readonly met: readonly IncidentThreshold[];
  /** What people have to judge before the grade holds. */
  readonly toJudge: Wording;
}

/**
 * Gravest level of which one threshold is met; null when none is. The numbers alone make no incident: that the lots are close
 * together, the picture similar and the event rare or unexpected is for people to judge.
 *
 * @param levels - the gravest first
 * @throws PvError `INVALID_COUNT`
 * @example
 * gradeIncident({ people: 31, verySerious: 2, deathsOnOneLot: 0 }).level; // "II"
 */
export function gradeIncident(
  counts: IncidentCounts,
  levels: readonly IncidentLevel[] = incidentLevels,
): IncidentGrade {
  for (const [name, value] of Object.entries(counts) as [string, number][]) {
    if (!Number.isInteger(value) || value < 0) {
      throw new PvError("INVALID_COUNT", `${name}: expected a whole number of people, got ${value}`);
    }
  }
  for (const { level, title, thresholds } of levels) {
    const met = thresholds.filter(({ count, from }) => counts[count] >= from);
    if (met.length > 0) return { level, title, met, toJudge };
  }
  return { level: null, title: { zh: "未达到分级标准", en: "below all levels" }, met: [], toJudge };
}

const toJudge: Wording = {
  zh: "须由专业人员判断：时间和区域是否相对集中、批号是否相对集中、临床表现是否相似、事件是否罕见或非预期。",
  en: "For people to judge: whether time, place and lots are close together, the picture similar, and the event rare or unexpected.",
};
