import type { ClusterAlert } from "../cluster/alert.ts";
import { compareText } from "../count/build.ts";
import { PvError } from "../error.ts";
import { fisherLog } from "../signal/log-p.ts";
import { poissonP } from "../signal/poisson-p.ts";
import type { ScreenRow } from "../signal/screen.ts";
import { candidateKey, type CandidateSubject } from "./decision.ts";
import { alertLinks, type AlertLabels } from "./joint-links.ts";
import { jointRate, screeningRate, type EvidenceBudget } from "./multiplicity-budget.ts";

/** A screening at one level of terms and products. */
export interface JointLevel {
  /** Such as `"PT"`; the budget knows it as `"level:PT"`. */
  readonly name: string;
  readonly rows: readonly ScreenRow[];
  /** Pairs that could have been listed: `counts.products.length * counts.events.length`. */
  readonly hypotheses: number;
  /** For levels above the ground: the ground-level events (or products) of each group; a name not listed covers its own name. */
  readonly events?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly products?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** What is joined. */
export interface JointOptions {
  /** The ground level first: its pairs are what people review. */
  readonly levels: readonly JointLevel[];
  readonly alerts?: readonly ClusterAlert[] | undefined;
  readonly budget: EvidenceBudget;
  /** Days since the look before; 7 unless told. */
  readonly lookDays?: number | undefined;
  /**
   * p value of a pair: the exact test of Fisher on its table unless told, or the Poisson test against its expected count, which
   * fits stratified counts. All other measures of the pair are shown beside it: they are the same counts, not more evidence.
   */
  readonly basis?: "fisher" | "poisson" | undefined;
  /** What the labels of alerts mean at the ground level. */
  readonly labels?: AlertLabels | undefined;
}

/** How a source came to a candidate. */
export const JOINT_LINKS = ["same", "covers", "reaction", "lot", "members", "alert"] as const;
/**
 * One of {@link JOINT_LINKS}. `same`: the pair itself. `covers`: a higher level of terms or products that covers the pair.
 * `reaction`: an alert on the product and a reaction group that covers the event. `lot`: an alert on the lot. `members`: an alert
 * on the product, whatever the reaction or on other ones, some of whose reports name the event. `alert`: the alert itself.
 */
export type JointLink = (typeof JOINT_LINKS)[number];

/** One piece of evidence on a candidate. */
export interface JointSource {
  /** `"level:…"` or `"detector:…"`, as in the budget. */
  readonly source: string;
  readonly link: JointLink;
  /** log10 of how many a year as surprising the source shows by chance; null for a written rule. Never below −9999. */
  readonly log10PerYear: number | null;
  /**
   * Whether it enters the joint rate. Not: a written rule, which is a duty and no test; a `members` link, whose alert was not
   * about the event; and a level above a pair that has no excess of its own, as the excess is then another term's.
   */
  readonly counts: boolean;
  readonly row: ScreenRow | null;
  readonly alertId: string | null;
  /** Share of the alert's reports that name the event, for links of alerts to pairs. */
  readonly share: number | null;
}

/** Everything known of one candidate: its disproportionality at every level, and its clusters. Plain data, safe for JSON. */
export interface JointCandidate {
  readonly key: string;
  readonly subject: CandidateSubject;
  /** Why it is a candidate: a decision rule is met, an alert belongs to it, it is within the budget. */
  readonly because: readonly ("rule" | "alert" | "budget")[];
  /** Levels in the order given, then alerts by id. */
  readonly sources: readonly JointSource[];
  /** How many findings a year as surprising come up by chance over everything looked at; null without a test. */
  readonly log10PerYear: number | null;
  readonly expectedPerYear: number | null;
  /** The source that decides. */
  readonly strongest: string | null;
  readonly isWithinBudget: boolean;
}

/**
 * One candidate for each product–event pair and each lot, joining its disproportionality and its clusters.
 *
 * A pair of the ground level is a candidate when it meets a decision rule, is within the budget, or an alert covers it (`reaction`)
 * and it has reports. A lot is a candidate when an alert is about it, each lot of an alert on several. A pair of a higher level
 * becomes one when it would by itself and covers no candidate of the ground level; an alert, when it is linked to no pair by a
 * reaction and to no lot. So every alert and every pair that meets a rule is with at least one candidate.
 *
 * The joint rate is the smallest of rate / share over the sources that count (see {@link jointRate} for what it promises). It
 * judges the candidate as a matter to be looked at: that something is going on in one of its sources, not in which.
 *
 * @returns the least probable first, then those without a test; by key among equals
 * @throws PvError `INVALID_OPTION` without a level, for two levels of one name, or a source without a weight in the budget;
 *   `INVALID_ARGUMENT` for hypotheses or look days that are none; `DUPLICATE_KEY` for a pair listed twice in a level
 * @example
 * jointCandidates({ levels: [{ name: "PT", rows: [], hypotheses: 1 }], budget: { perYear: 12, sources: { "level:PT": 1 } } }); // []
 */
export function jointCandidates(options: JointOptions): readonly JointCandidate[] {
  const { levels, alerts = [], budget, lookDays = 7, basis = "fisher", labels = {} } = options;
  const [ground, ...upper] = levels;
  if (ground === undefined) throw new PvError("INVALID_OPTION", "levels: give at least the ground level");
  if (new Set(levels.map(({ name }) => name)).size < levels.length)
    throw new PvError("INVALID_OPTION", "levels: two levels have one name");
  const rated = (level: JointLevel, row: ScreenRow): Rated => ({
    row,
    source: `level:${level.name}`,
    log10PerYear: atLeast(screeningRate(log10POf(row, basis), level.hypotheses, lookDays)),
  });
  // Without an excess there is nothing to look at, whatever the budget; it also saves most of the tests.
  const within = (level: JointLevel, row: ScreenRow): boolean =>
    row.a > row.expected && jointRate([rated(level, row)], budget).isWithinBudget;

  const drafts = new Map<string, Draft>();
  const draftOf = (subject: CandidateSubject): Draft => {
    const key = candidateKey(subject);
    let draft = drafts.get(key);
    if (draft === undefined) drafts.set(key, (draft = { subject, because: new Set(), levels: [], alerts: [] }));
    return draft;
  };
  const rows = rowsByPair(ground);
  for (const row of ground.rows) {
    for (const reason of reasonsOf(row, within(ground, row))) draftOf(subjectOf(row)).because.add(reason);
  }

  const sorted = [...alerts].sort((x, y) => compareText(x.id, y.id));
  const links = sorted.map((alert) => ({ alert, ...alertLinks(alert, labels, rows) }));
  for (const { alert, pairs, lots } of links) {
    const subjects: (readonly [CandidateSubject, JointLink, number | null])[] = [
      ...pairs.map(({ row, share }) => [subjectOf(row), "reaction", share] as const),
      ...lots.map((lot) => [{ kind: "lot", product: alert.scope.product ?? "", lot }, "lot", null] as const),
    ];
    if (subjects.length === 0) subjects.push([{ kind: "alert", id: alert.id }, "alert", null]);
    for (const [subject, link, share] of subjects) {
      const draft = draftOf(subject);
      draft.because.add("alert");
      draft.alerts.push(alertSource(alert, link, share));
    }
  }

  for (const draft of drafts.values()) {
    if (draft.subject.kind !== "pair") continue;
    const row = rows.get(draft.subject.product)?.get(draft.subject.event);
    if (row !== undefined) draft.levels.push(levelSource(rated(ground, row), "same", true));
  }
  for (const level of upper) {
    for (const row of rowsByPair(level).values()) {
      for (const one of row.values()) {
        const source = rated(level, one);
        let isCovered = false;
        for (const product of level.products?.[one.product] ?? [one.product]) {
          for (const event of level.events?.[one.event] ?? [one.event]) {
            const draft = drafts.get(candidateKey({ kind: "pair", product, event }));
            const own = rows.get(product)?.get(event);
            if (draft === undefined || own === undefined) continue;
            isCovered = true;
            draft.levels.push(levelSource(source, "covers", own.a > own.expected));
          }
        }
        const reasons = reasonsOf(one, within(level, one));
        if (isCovered || reasons.length === 0) continue;
        const draft = draftOf({ kind: "pair", product: one.product, event: one.event, level: level.name });
        for (const reason of reasons) draft.because.add(reason);
        draft.levels.push(levelSource(source, "same", true));
      }
    }
  }
  // An alert on the product that is not about the event: shown where its reports name it.
  for (const { alert, members, pairs } of links) {
    const covered = new Set(pairs.map(({ row }) => row));
    for (const { row, share } of members) {
      const draft = drafts.get(candidateKey(subjectOf(row)));
      if (draft !== undefined && !covered.has(row)) draft.alerts.push(alertSource(alert, "members", share));
    }
  }
  return [...drafts].map(([key, draft]) => finished(key, draft, budget)).sort(byRate);
}

interface Draft {
  readonly subject: CandidateSubject;
  readonly because: Set<"rule" | "alert" | "budget">;
  readonly levels: JointSource[];
  readonly alerts: JointSource[];
}

interface Rated {
  readonly row: ScreenRow;
  readonly source: string;
  readonly log10PerYear: number;
}

type RowsByPair = ReadonlyMap<string, ReadonlyMap<string, ScreenRow>>;

function rowsByPair({ name, rows }: JointLevel): RowsByPair {
  const products = new Map<string, Map<string, ScreenRow>>();
  for (const row of rows) {
    let events = products.get(row.product);
    if (events === undefined) products.set(row.product, (events = new Map<string, ScreenRow>()));
    if (events.has(row.event))
      throw new PvError("DUPLICATE_KEY", `level ${name} lists ${row.product} – ${row.event} twice`);
    events.set(row.event, row);
  }
  return products;
}

const subjectOf = ({ product, event }: ScreenRow): CandidateSubject => ({ kind: "pair", product, event });
/** JSON knows no infinity. */
const atLeast = (log10: number): number => Math.max(-9999, log10);

function log10POf(row: ScreenRow, basis: "fisher" | "poisson"): number {
  const logP = basis === "poisson" ? poissonP(row.a, row.expected).logP : fisherLog(row).logP;
  return Math.min(0, logP / Math.LN10);
}

function reasonsOf(row: ScreenRow, isWithin: boolean): readonly ("rule" | "budget")[] {
  const isFlagged = Object.values(row.flags).includes(true);
  return [...(isFlagged ? ["rule" as const] : []), ...(isWithin ? ["budget" as const] : [])];
}

const levelSource = ({ row, source, log10PerYear }: Rated, link: JointLink, counts: boolean): JointSource => ({
  source,
  link,
  log10PerYear,
  counts,
  row,
  alertId: null,
  share: null,
});

function alertSource(alert: ClusterAlert, link: JointLink, share: number | null): JointSource {
  const isRule = alert.statistic === null;
  return {
    source: `detector:${alert.detector}`,
    link,
    log10PerYear: isRule ? null : atLeast(alert.log10PerYear),
    counts: !isRule && link !== "members",
    row: null,
    alertId: alert.id,
    share,
  };
}

function finished(key: string, { subject, because, levels, alerts }: Draft, budget: EvidenceBudget): JointCandidate {
  const sources = [...levels, ...alerts];
  const rates = sources.flatMap(({ source, log10PerYear, counts }) =>
    counts && log10PerYear !== null ? [{ source, log10PerYear }] : [],
  );
  const { log10PerYear, expectedPerYear, source, isWithinBudget } = jointRate(rates, budget);
  if (isWithinBudget) because.add("budget");
  return {
    key,
    subject,
    because: (["rule", "alert", "budget"] as const).filter((reason) => because.has(reason)),
    sources,
    log10PerYear,
    expectedPerYear,
    strongest: source,
    isWithinBudget,
  };
}

const byRate = (x: JointCandidate, y: JointCandidate): number =>
  (x.log10PerYear ?? Infinity) === (y.log10PerYear ?? Infinity)
    ? compareText(x.key, y.key)
    : (x.log10PerYear ?? Infinity) - (y.log10PerYear ?? Infinity);
