import { compareText } from "../count/build.ts";
import type { ClusterAlert } from "./alert.ts";
import type { TrackedAlert } from "./lifecycle.ts";

/** Which alert of today is which tracked one, by position. */
export interface AlertMatches {
  readonly pairs: ReadonlyMap<number, number>;
  /** Tracked alerts that became part of another tracked one. */
  readonly absorptions: ReadonlyMap<number, number>;
  /** Alerts of today that came out of a tracked one which goes on as another. */
  readonly splits: ReadonlyMap<number, number>;
}

const familyOf = ({ detector, profile, scope }: ClusterAlert): string =>
  JSON.stringify([detector, profile, scope.product ?? null]);
const scopeOf = ({ scope }: ClusterAlert): string =>
  JSON.stringify([
    [...(scope.lots ?? [])].sort(compareText),
    scope.region ?? null,
    [...(scope.places ?? [])].sort(compareText),
    scope.unit ?? null,
    [...(scope.reactions ?? [])].sort(compareText),
  ]);

/**
 * Matches alerts. That the same day applied again finds the same pairs rests on this: a tracked alert shares all of today's
 * members with the alert it was matched to, no other shares more, and ties go to the alert it was last found as.
 *
 * @param tracked - by day of opening, then by id
 * @param wasClosed - whether each was closed the day before
 * @param found - by id
 */
export function matchAlerts(
  tracked: readonly TrackedAlert[],
  wasClosed: readonly boolean[],
  found: readonly ClusterAlert[],
  leastOverlap: number,
): AlertMatches {
  const holders = new Map<string, number[]>();
  const families = new Map<string, number[]>();
  const sizes = found.map(({ memberIds }) => new Set(memberIds).size);
  found.forEach((alert, c) => {
    const family = familyOf(alert);
    push(families, family, c);
    for (const id of new Set(alert.memberIds)) push(holders, `${family} ${id}`, c);
  });
  const alive = tracked.map((_, t) => t).filter((t) => tracked[t]!.absorbedBy === null);
  const isClosed = (t: number): number => (wasClosed[t] === true ? 1 : 0);
  // Positions follow the order of opening.
  alive.sort((x, y) => isClosed(x) - isClosed(y) || x - y);
  const pairs = new Map<number, number>();
  const owner = new Map<number, number>();
  const overlapping = new Map<number, readonly number[]>();
  for (const t of alive) {
    const one = tracked[t]!;
    const family = familyOf(one.alert);
    const last = new Set(one.alert.memberIds);
    const shared = new Map<number, number>();
    for (const id of last)
      for (const c of holders.get(`${family} ${id}`) ?? []) shared.set(c, (shared.get(c) ?? 0) + 1);
    const share = (c: number): number => shared.get(c) ?? 0;
    const overlaps = [...shared.keys()].filter((c) => share(c) >= leastOverlap * Math.min(sizes[c]!, last.size));
    const scope = scopeOf(one.alert);
    const byScope = isClosed(t) === 1 ? [] : (families.get(family) ?? []).filter((c) => scopeOf(found[c]!) === scope);
    const isLast = (c: number): number => (found[c]!.id === one.alert.id ? 1 : 0);
    const [best] = [...new Set([...overlaps, ...byScope])]
      .filter((c) => !owner.has(c))
      .sort((x, y) => share(y) - share(x) || isLast(y) - isLast(x) || x - y);
    overlapping.set(
      t,
      overlaps.sort((x, y) => share(y) - share(x) || x - y),
    );
    if (best === undefined) continue;
    pairs.set(t, best);
    owner.set(best, t);
  }
  const absorptions = new Map<number, number>();
  const splits = new Map<number, number>();
  for (const t of alive) {
    const overlaps = overlapping.get(t)!;
    if (pairs.has(t)) {
      for (const c of overlaps) if (!owner.has(c) && !splits.has(c)) splits.set(c, t);
    } else if (isClosed(t) === 0 && overlaps.length > 0) absorptions.set(t, owner.get(overlaps[0]!)!);
  }
  return { pairs, absorptions, splits };
}

/** Ids of open alerts that belong together without being one: another detector or profile, and the same product and lot or reports. */
export function relatedAlerts(
  open: readonly TrackedAlert[],
  leastOverlap: number,
): ReadonlyMap<string, readonly string[]> {
  const related = new Map<string, Set<string>>();
  const link = (x: TrackedAlert, y: TrackedAlert): void => {
    if (x.alert.detector === y.alert.detector && x.alert.profile === y.alert.profile) return;
    for (const [a, b] of [
      [x, y],
      [y, x],
    ] as const) {
      const ids = related.get(a.id);
      if (ids === undefined) related.set(a.id, new Set([b.id]));
      else ids.add(b.id);
    }
  };
  const byProduct = new Map<string, number[]>();
  const holders = new Map<string, number[]>();
  open.forEach(({ alert }, i) => {
    if (alert.scope.product !== undefined) push(byProduct, alert.scope.product, i);
    for (const id of new Set(alert.memberIds)) push(holders, id, i);
  });
  for (const list of byProduct.values()) {
    for (const [k, i] of list.entries()) {
      const lots = open[i]!.alert.scope.lots;
      for (const j of list.slice(k + 1)) {
        const other = open[j]!.alert.scope.lots;
        // An alert on the whole product concerns each of its lots.
        if (lots === undefined || other === undefined || lots.some((lot) => other.includes(lot)))
          link(open[i]!, open[j]!);
      }
    }
  }
  open.forEach((one, i) => {
    const own = new Set(one.alert.memberIds);
    const shared = new Map<number, number>();
    for (const id of own) for (const j of holders.get(id)!) if (j > i) shared.set(j, (shared.get(j) ?? 0) + 1);
    for (const [j, count] of shared) {
      const size = new Set(open[j]!.alert.memberIds).size;
      if (count >= leastOverlap * Math.min(own.size, size)) link(one, open[j]!);
    }
  });
  return new Map([...related].map(([id, ids]) => [id, [...ids].sort(compareText)]));
}

function push<Key>(groups: Map<Key, number[]>, key: Key, value: number): void {
  const list = groups.get(key);
  if (list === undefined) groups.set(key, [value]);
  else list.push(value);
}
