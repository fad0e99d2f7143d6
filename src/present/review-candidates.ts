import { compareText } from "../count/growing.ts";
import { candidateKey } from "../monitor/decision.ts";
import type { DiffKind } from "../monitor/diff-text.ts";
import type { RunDiff } from "../monitor/diff.ts";
import type { Run } from "../monitor/run.ts";
import type { Wording } from "../report/wording.ts";
import { leadScore } from "./periodic-news.ts";
import { isPersonal, maskPersonal } from "./personal.ts";

/** Why something is in the packet. `open`: not new, but not settled. `standing`: there is no earlier packet to compare with. */
export type PacketNews = Exclude<DiffKind, "unchanged"> | "open" | "standing";

/** A pair or an alert that may come into the packet. */
export interface Candidate {
  readonly key: string;
  readonly news: PacketNews;
  readonly change: readonly Wording[];
  /** Null for an alert. */
  readonly screening: string | null;
  /** In the SDRs of the screening, or in the ledger. */
  readonly place: number;
  /** Higher is stronger. */
  readonly strength: readonly number[];
}

/** An SDR of the last packet that is none any more. */
export interface GonePair {
  readonly key: string;
  readonly change: readonly Wording[];
}

/** Subtracting two absent places gives NaN: neither is more urgent. */
const rank = (difference: number): number => (Number.isNaN(difference) ? 0 : difference);

/** The most urgent first by the order that is given, then what is new, then by strength of evidence. */
export function inOrder(list: readonly Candidate[], order: readonly string[]): Candidate[] {
  const place = new Map(order.map((key, i) => [key, i]));
  const of = ({ key }: Candidate): number => place.get(key) ?? Infinity;
  return [...list].sort((x, y) => rank(of(x) - of(y)) || byStrength(x, y));
}

function byStrength(x: Candidate, y: Candidate): number {
  for (const [i, value] of x.strength.entries()) {
    const other = y.strength[i]!;
    if (value !== other) return other - value;
  }
  return compareText(x.key, y.key) || compareText(x.screening ?? "", y.screening ?? "");
}

/** What comes first when nothing else is said. */
const newsRank: Readonly<Record<PacketNews, number>> = {
  new: 5,
  standing: 4,
  strengthened: 3,
  open: 2,
  weakened: 1,
  gone: 0,
};

/** What the packet could tell of, in no order. */
export function candidates(
  run: Run,
  diff: RunDiff | null,
  open: ReadonlySet<string>,
  from: string,
  to: string,
): { pairs: Candidate[]; alerts: Candidate[]; gone: GonePair[]; personal: number } {
  const pairs: Candidate[] = [];
  const gone: GonePair[] = [];
  let personal = 0;
  for (const screening of Object.keys(run.screenings).sort(compareText)) {
    const changes = new Map(
      diff?.screenings[screening]?.changes.map(
        (one) => [candidateKey({ kind: "pair", product: one.product, event: one.event }), one] as const,
      ) ?? [],
    );
    run.screenings[screening]!.sdrs.forEach((row, place) => {
      const key = candidateKey({ kind: "pair", product: row.product, event: row.event });
      const change = changes.get(key);
      const kind = change?.kind === "new" || change?.kind === "strengthened" ? change.kind : null;
      const news: PacketNews | null = diff === null ? "standing" : (kind ?? (open.has(key) ? "open" : null));
      if (news === null) return;
      // A name with a telephone number in it is an entry error, and no figure could say which pair it is of without telling it.
      if (isPersonal(key)) {
        personal++;
        return;
      }
      const score = leadScore(row.scores, [])?.value.value ?? -Infinity;
      pairs.push({
        key,
        news,
        change: (change?.text ?? []).map(maskedText),
        screening,
        place,
        strength: [newsRank[news], score],
      });
    });
    for (const [key, change] of changes)
      if (change.kind === "gone" && !isPersonal(key)) gone.push({ key, change: change.text.map(maskedText) });
  }
  const changes = new Map(diff?.alerts.changes.map((one) => [one.id, one]));
  const alerts = run.alerts.alerts.flatMap((tracked, place): Candidate[] => {
    const { id, alert, openedOn, members, state } = tracked;
    const key = candidateKey({ kind: "alert", id });
    const hasGained = members.some(({ since }) => since >= from && since <= to);
    const news: PacketNews | null =
      openedOn >= from && openedOn <= to
        ? "new"
        : hasGained
          ? "strengthened"
          : open.has(key) || state !== "closed"
            ? "open"
            : null;
    if (news === null) return [];
    const change = changes.get(id);
    const names = [alert.scope.unit, alert.units.largest].filter((name) => name !== undefined && name !== null);
    const text = (change?.text ?? []).map((one) => maskedText(one, names));
    const strength = [newsRank[news], alert.severity.deaths, alert.severity.serious, -alert.log10PerYear];
    return [{ key, news, change: text, screening: null, place, strength }];
  });
  return { pairs, alerts, gone, personal };
}

const maskedText = ({ zh, en }: Wording, names: unknown = []): Wording => {
  const hide = (text: string): string =>
    maskPersonal(
      (Array.isArray(names) ? names : []).reduce<string>((t, name) => t.replaceAll(String(name), "▇▇▇"), text),
    );
  return { zh: hide(zh), en: hide(en) };
};
