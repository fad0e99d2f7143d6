import type { ClusterAlert } from "../cluster/alert.ts";
import type { ScreenRow } from "../signal/screen.ts";

/** What the labels of alerts mean at the ground level of the screening; a label not listed means itself. */
export interface AlertLabels {
  readonly products?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly reactions?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** A pair that an alert touches. */
export interface LinkedPair {
  readonly row: ScreenRow;
  /** Share of the alert's reports that name the event; 0 when its list of reactions does not have it. */
  readonly share: number;
}

/** What an alert belongs to. */
export interface AlertLinks {
  /** Pairs of its product with an event that its reaction groups cover. */
  readonly pairs: readonly LinkedPair[];
  /** Its lots. */
  readonly lots: readonly string[];
  /** Pairs of its product whose event some of its reports name. */
  readonly members: readonly LinkedPair[];
}

/**
 * Finds what an alert belongs to, by these rules. Only pairs that have reports are linked.
 * 1. Product: that of the scope, or what the labels say it means. An alert without a product, on a region or a maker alone, is
 *    linked to no pair: nothing says which product it is about.
 * 2. Reaction: an alert divided by reactions belongs to the pairs of its product with the events its groups cover.
 * 3. Lot: an alert with lots belongs to each of them.
 * 4. Members: beyond rule 2, the reactions of the member reports link to the pairs of the product, as a mention only.
 */
export function alertLinks(
  { scope, reactions, reports }: ClusterAlert,
  labels: AlertLabels,
  rows: ReadonlyMap<string, ReadonlyMap<string, ScreenRow>>,
): AlertLinks {
  const lots = scope.product === undefined ? [] : [...new Set(scope.lots ?? [])];
  const named = new Map(reactions.map((one) => [one.term, one.reports]));
  const shareOf = (event: string): number => (reports > 0 ? (named.get(event) ?? 0) / reports : 0);
  const found = (events: Iterable<string>): LinkedPair[] => {
    if (scope.product === undefined) return [];
    const linked = new Map<ScreenRow, LinkedPair>();
    const wanted = new Set(events);
    for (const product of labels.products?.[scope.product] ?? [scope.product]) {
      for (const event of wanted) {
        const row = rows.get(product)?.get(event);
        if (row !== undefined) linked.set(row, { row, share: shareOf(event) });
      }
    }
    return [...linked.values()];
  };
  const groups = scope.reactions ?? [];
  return {
    pairs: found(groups.flatMap((group) => labels.reactions?.[group] ?? [group])),
    lots,
    members: found(named.keys()),
  };
}
