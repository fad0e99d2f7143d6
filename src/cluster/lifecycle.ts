import { compareText } from "../count/build.ts";
import { PvError } from "../error.ts";
import { requireDay, type PartialDate } from "../report/date.ts";
import type { Wording } from "../report/wording.ts";
import { stableId, type ClusterAlert } from "./alert.ts";
import { matchAlerts, relatedAlerts } from "./lifecycle-match.ts";

/** What became of a tracked alert on a day. */
export type AlertState = "opened" | "grew" | "unchanged" | "cooled" | "closed" | "reopened";

/** The states in words. */
export const alertStateWording: Readonly<Record<AlertState, Wording>> = {
  opened: { zh: "新出现", en: "opened: seen for the first time" },
  grew: { zh: "增长：有新报告加入", en: "grew: new reports belong to it" },
  unchanged: { zh: "无变化：仍达到条件，无新报告", en: "unchanged: still found, no new report" },
  cooled: { zh: "降温：当日未再达到条件", en: "cooled: the condition did not hold this day" },
  closed: {
    zh: "关闭：长期无新报告，或已并入其他预警",
    en: "closed: no new report for long, or absorbed by another alert",
  },
  reopened: { zh: "重新出现：关闭后又有新报告", en: "reopened: new reports after it had been closed" },
};

/** A day of a tracked alert; the numbers are null on days on which it was not found. */
export interface AlertDay {
  readonly day: PartialDate;
  readonly state: AlertState;
  /** Members that belong to it since this day. */
  readonly gained: number;
  /** Members it has ever had. */
  readonly members: number;
  readonly observed: number | null;
  readonly expected: number | null;
  readonly statistic: number | null;
  readonly log10PerYear: number | null;
}

/** An alert over time: one group of reports under one id, however its window, lots or places move. Plain data, safe for JSON. */
export interface TrackedAlert {
  /** Id of the alert when it was first found. */
  readonly id: string;
  readonly state: AlertState;
  readonly openedOn: PartialDate;
  /** The last day on which the detector found it. */
  readonly lastFoundOn: PartialDate;
  readonly closedOn: PartialDate | null;
  /** As it was when last found. */
  readonly alert: ClusterAlert;
  /** Every report that was ever a member, with the day it came in, by day and then by id. */
  readonly members: readonly { readonly id: string; readonly since: PartialDate }[];
  /** By day; a closed alert adds no days until it is reopened. */
  readonly history: readonly AlertDay[];
  /** Ids of alerts that became part of this one. */
  readonly absorbed: readonly string[];
  /** Id of the alert that this one became part of. */
  readonly absorbedBy: string | null;
  /** Id of the alert that this one came out of. */
  readonly splitFrom: string | null;
  /** Ids of open alerts of other detectors or profiles on the same product and lot, or on mostly the same reports. */
  readonly relatedIds: readonly string[];
}

/** All alerts ever tracked, as of a day; what `mergeAlerts` returns and takes up the next day. */
export interface AlertLedger {
  readonly asOf: PartialDate;
  /** By day of opening, then by id. */
  readonly alerts: readonly TrackedAlert[];
}

/** How alerts of several days are told to be one. */
export interface MergeOptions {
  readonly asOf: string;
  /** Days without a new member after which an alert is closed; 30 unless told. */
  readonly closeAfterDays?: number | undefined;
  /** Share of the smaller set of members that two alerts must have in common to be one; .5 unless told. */
  readonly leastOverlap?: number | undefined;
}

/**
 * Carries alerts from day to day. An alert of today and one tracked before are the same when detector, profile and product agree
 * and they share at least `leastOverlap` of the smaller member set, today's against that of the day it was last found; or, while
 * it is not closed, when their whole scope agrees.
 *
 * - open alerts choose before closed ones and older before younger, each the alert of today with which it shares most; so of two
 *   that became one the older keeps its id and the other is `absorbed`, and of two that one became the larger share keeps the id
 * - `grew` is any new member, however long the alert has been there: a chronic alert keeps one id and a rise in it is seen
 * - it is closed `closeAfterDays` after its last new member, even if the detector still finds it; `reopened` needs a new member
 * - an alert that is over when first found (`state: "closed"`, a stretch of the past) is recorded as closed at once
 * - nothing leaves the ledger
 *
 * Pure: the result does not depend on the order of either list, and the same day applied again changes nothing. A day applied
 * again with other alerts corrects the states of that day; members and absorptions that the first pass recorded stay.
 *
 * @param previous - ledger of an earlier day; null at the start
 * @throws PvError `INVALID_DATE`; `INVALID_OPTION`; `INVALID_ARGUMENT` when the ledger is of a later day, or two alerts of today
 *   have one id
 * @example
 * mergeAlerts(null, [], { asOf: "2024-06-30" }); // { asOf: "2024-06-30", alerts: [] }
 */
export function mergeAlerts(
  previous: AlertLedger | null,
  current: readonly ClusterAlert[],
  options: MergeOptions,
): AlertLedger {
  const today = requireDay("asOf", options.asOf);
  const closeAfterDays = options.closeAfterDays ?? 30;
  const leastOverlap = options.leastOverlap ?? 0.5;
  if (!Number.isInteger(closeAfterDays) || closeAfterDays < 1) {
    throw new PvError("INVALID_OPTION", `closeAfterDays: expected a whole number from 1, got ${closeAfterDays}`);
  }
  if (!(leastOverlap > 0 && leastOverlap <= 1)) {
    throw new PvError("INVALID_OPTION", `leastOverlap: expected a share above 0 and up to 1, got ${leastOverlap}`);
  }
  if (previous !== null && requireDay("previous.asOf", previous.asOf) > today) {
    throw new PvError("INVALID_ARGUMENT", `the ledger is of ${previous.asOf}, later than ${options.asOf}`);
  }
  const found = [...current].sort((x, y) => compareText(x.id, y.id));
  found.forEach(({ id }, i) => {
    if (i > 0 && found[i - 1]!.id === id) {
      throw new PvError("INVALID_ARGUMENT", `two alerts of ${options.asOf} have the id ${id}`);
    }
  });
  const day: Day = { asOf: options.asOf, today, closeAfterDays };
  const tracked = [...(previous?.alerts ?? [])].sort(byOpening);
  const was = tracked.map((one) => stateBefore(one, day));
  const wasClosed = was.map((state) => state === "closed");
  const { pairs, absorptions, splits } = matchAlerts(tracked, wasClosed, found, leastOverlap);
  const absorbed = new Map<string, string[]>();
  for (const [loser, keeper] of absorptions) {
    const ids = absorbed.get(tracked[keeper]!.id) ?? [];
    absorbed.set(tracked[keeper]!.id, [...ids, tracked[loser]!.id]);
  }
  const next = tracked.map((one, i): TrackedAlert => {
    const keeper = absorptions.get(i);
    if (keeper !== undefined) return absorbInto(one, tracked[keeper]!.id, day);
    const match = pairs.get(i);
    const updated =
      match === undefined ? notFound(one, was[i] ?? null, day) : foundAgain(one, was[i] ?? null, found[match]!, day);
    return { ...updated, absorbed: union(updated.absorbed, absorbed.get(one.id) ?? []) };
  });
  const taken = new Set(next.map(({ id }) => id));
  const matched = new Set(pairs.values());
  found.forEach((alert, i) => {
    if (matched.has(i)) return;
    let id = alert.id;
    // The id of a group that has since moved on to another alert: one id is never given twice.
    while (taken.has(id)) id = stableId(id, "again");
    taken.add(id);
    const parent = splits.get(i);
    next.push(opened(alert, id, parent === undefined ? null : tracked[parent]!.id, day));
  });
  const related = relatedAlerts(next.filter(isOpen), leastOverlap);
  return {
    asOf: options.asOf,
    alerts: next.sort(byOpening).map((one) => (isOpen(one) ? { ...one, relatedIds: related.get(one.id) ?? [] } : one)),
  };
}

interface Day {
  readonly asOf: PartialDate;
  readonly today: number;
  readonly closeAfterDays: number;
}

const isOpen = ({ state }: TrackedAlert): boolean => state !== "closed";
const byOpening = (x: TrackedAlert, y: TrackedAlert): number =>
  compareText(x.openedOn, y.openedOn) || compareText(x.id, y.id);
const union = (x: readonly string[], y: readonly string[]): string[] => [...new Set([...x, ...y])].sort(compareText);

/** State on the last day before today; null for an alert that was opened today. */
const stateBefore = (alert: TrackedAlert, { asOf }: Day): AlertState | null =>
  alert.history.findLast(({ day }) => day < asOf)?.state ?? null;

function opened(alert: ClusterAlert, id: string, splitFrom: string | null, day: Day): TrackedAlert {
  const state = alert.state === "closed" ? "closed" : "opened";
  const members = joined([], alert, day);
  return {
    id,
    state,
    openedOn: day.asOf,
    lastFoundOn: day.asOf,
    closedOn: state === "closed" ? day.asOf : null,
    alert,
    members,
    history: [entry(state, members, alert, day)],
    absorbed: [],
    absorbedBy: null,
    splitFrom,
    relatedIds: [],
  };
}

function foundAgain(one: TrackedAlert, was: AlertState | null, alert: ClusterAlert, day: Day): TrackedAlert {
  const members = joined(one.members, alert, day);
  const hasGrown = members.some(({ since }) => since === day.asOf);
  if (was === "closed" && !hasGrown) return one;
  const isOver = alert.state === "closed" && (was === null || was === "closed");
  const state: AlertState = isOver
    ? "closed"
    : was === null
      ? "opened"
      : was === "closed"
        ? "reopened"
        : hasGrown
          ? "grew"
          : isQuiet(members, one.openedOn, day)
            ? "closed"
            : alert.state === "closed"
              ? "cooled"
              : "unchanged";
  return {
    ...one,
    state,
    lastFoundOn: day.asOf,
    closedOn: state !== "closed" ? null : was === "closed" ? one.closedOn : day.asOf,
    alert,
    members,
    history: withDay(one.history, entry(state, members, alert, day)),
  };
}

function notFound(one: TrackedAlert, was: AlertState | null, day: Day): TrackedAlert {
  if (one.absorbedBy !== null || was === "closed") return one;
  const state = isQuiet(one.members, one.openedOn, day) ? "closed" : "cooled";
  return {
    ...one,
    state,
    closedOn: state === "closed" ? day.asOf : null,
    history: withDay(one.history, entry(state, one.members, null, day)),
  };
}

function absorbInto(one: TrackedAlert, keeper: string, day: Day): TrackedAlert {
  return {
    ...one,
    state: "closed",
    closedOn: day.asOf,
    absorbedBy: keeper,
    history: withDay(one.history, entry("closed", one.members, null, day)),
  };
}

type Members = TrackedAlert["members"];

function joined(members: Members, alert: ClusterAlert, { asOf }: Day): Members {
  const known = new Set(members.map(({ id }) => id));
  const gained = [...new Set(alert.memberIds)].filter((id) => !known.has(id)).map((id) => ({ id, since: asOf }));
  return [...members, ...gained].sort((x, y) => compareText(x.since, y.since) || compareText(x.id, y.id));
}

/** Members are sorted by day: the last came in last. An alert without members is as old as its opening. */
const isQuiet = (members: Members, openedOn: PartialDate, { today, closeAfterDays }: Day): boolean =>
  today - requireDay("since", members.at(-1)?.since ?? openedOn) >= closeAfterDays;

function entry(state: AlertState, members: Members, alert: ClusterAlert | null, { asOf }: Day): AlertDay {
  return {
    day: asOf,
    state,
    gained: members.filter(({ since }) => since === asOf).length,
    members: members.length,
    observed: alert?.observed ?? null,
    expected: alert?.expected ?? null,
    statistic: alert?.statistic?.value ?? null,
    log10PerYear: alert?.log10PerYear ?? null,
  };
}

/** A day applied again replaces its entry. */
const withDay = (history: readonly AlertDay[], last: AlertDay): readonly AlertDay[] => [
  ...history.filter(({ day }) => day < last.day),
  last,
];
