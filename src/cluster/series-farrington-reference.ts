import { dayOf, isCalendarDate, isoDay } from "../report/date.ts";
import { pointDay, pointIndex } from "./series.ts";
import type { SeriesFrame } from "./series-kernel.ts";

/** Which earlier points a tested point is compared with. */
export interface ReferenceRule {
  /** Years back. */
  readonly years: number;
  /** Points on either side of the same time of year. */
  readonly halfWindow: number;
  /** Groups that a year is cut into, the window around the same time of year being the last; 1 leaves the rest of the year out. */
  readonly periods: number;
  /** Points just before the tested one that are left out, so that an outbreak in progress does not raise its own bound. */
  readonly pastLeftOut: number;
}

/** Reference points of one tested point, earliest first. */
export interface ReferencePoints {
  readonly index: Int32Array;
  /** Season group from 0; the group of the tested point is `periods` - 1. */
  readonly group: Uint8Array;
}

/**
 * The points of earlier years at the same time of year. With a calendar, "the same time" is the same day of the month for days
 * and months, and for weeks the week whose Monday lies nearest to that day, so that years of 53 weeks do not shift the season.
 * Without one it is a whole number of years of `perYear` points ago.
 *
 * @returns `undefined` when the earliest window begins before the series
 * @see Noufaily et al. (2013) doi:10.1002/sim.5595
 */
export function referencePoints(frame: SeriesFrame, at: number, rule: ReferenceRule): ReferencePoints | undefined {
  const { years, halfWindow, periods, pastLeftOut } = rule;
  const anchors = Array.from({ length: years + 1 }, (_, back) => sameTimeOfYear(frame, at, back));
  const first = anchors[years]! - halfWindow;
  if (first < 0) return undefined;
  const groupAt = new Uint8Array(at - first + 1); // group + 1, 0 for points not used
  const mark = (from: number, to: number, group: number): void => {
    groupAt.fill(group, Math.max(0, from - first), Math.max(0, to - first));
  };
  for (let back = years; back >= 1; back--) {
    const anchor = anchors[back]!;
    const next = anchors[back - 1]!;
    if (periods > 1) markRest(anchor + halfWindow + 1, next - halfWindow, periods - 1, mark);
    mark(anchor - halfWindow, anchor + halfWindow + 1, periods);
  }
  mark(at - halfWindow, at, periods);
  mark(at - pastLeftOut, at + 1, 0);
  const used = groupAt.reduce((sum, group) => sum + (group > 0 ? 1 : 0), 0);
  const points = { index: new Int32Array(used), group: new Uint8Array(used) };
  let n = 0;
  for (let i = 0; i < groupAt.length; i++) {
    if (groupAt[i] === 0) continue;
    points.index[n] = first + i;
    points.group[n] = groupAt[i]! - 1;
    n += 1;
  }
  return points;
}

/** Cuts the points between two windows into groups of equal length; what is left over lengthens the first ones by 1. */
function markRest(
  from: number,
  to: number,
  groups: number,
  mark: (from: number, to: number, group: number) => void,
): void {
  const length = Math.floor((to - from) / groups);
  const rest = to - from - length * groups;
  let start = from;
  for (let g = 1; g <= groups; g++) {
    const end = start + length + (g <= rest ? 1 : 0);
    mark(start, end, g);
    start = end;
  }
}

function sameTimeOfYear(frame: SeriesFrame, at: number, yearsBack: number): number {
  const day = pointDay(frame, at);
  if (day === undefined) return at - yearsBack * frame.perYear;
  if (yearsBack === 0) return at;
  const [year, month, date] = isoDay(day).split("-").map(Number) as [number, number, number];
  const then = isCalendarDate(year - yearsBack, month, date)
    ? dayOf(year - yearsBack, month, date)
    : dayOf(year - yearsBack, 3, 1); // 29 February
  return pointIndex(frame, frame.step === "week" ? then + 3 : then)!; // a Monday 3 days before or after lies nearest
}
