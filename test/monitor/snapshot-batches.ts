// Calls that a store is given in tests: the same for a number, in whatever process.
import { seededRandom } from "../../src/math/random.ts";
import type { JournalEntry } from "../../src/monitor/snapshot-changes.ts";
import type { MonitorStore } from "../../src/monitor/snapshot-store.ts";
import { decideAll } from "../../src/monitor/decision-log.ts";
import type { Decision, DecisionLog } from "../../src/monitor/decision.ts";
import { ReportState } from "../../src/monitor/state.ts";
import type { Report } from "../../src/report/report.ts";

/** A call: changes, decisions or a ledger. */
export type Call =
  | Exclude<JournalEntry, { readonly kind: "decisions" }>
  | { readonly kind: "decide"; readonly decisions: readonly Decision[] };

export const counts = { all: { domain: "all" } } as const;

const dayAfter = (days: number): string => new Date(Date.UTC(2024, 0, 1 + days)).toISOString().slice(0, 10);

export function callOf(i: number, reports = 6): Call {
  const random = seededRandom(1000 + i).next;
  const draw = (n: number): number => Math.floor(random() * n);
  if (i % 9 === 4) return { kind: "ledger", name: `L${i % 2}`, value: { alerts: [i], asOf: dayAfter(i), lower: NaN } };
  if (i % 9 === 7) {
    const key = JSON.stringify(["alert", String(i)]);
    const at = `${dayAfter(i)}T09:00Z`;
    return { kind: "decide", decisions: [{ key, state: "detected", at, by: "run", why: `新的 ${i}` }] };
  }
  const record = (): Report => ({
    id: `R${draw(40 + i)}`,
    source: "s",
    version: 1 + draw(3),
    domain: "drug",
    retracted: draw(12) === 0,
    patient: { ageYears: draw(90), sex: "female" },
    products: [{ name: `药${draw(7)}`, role: "suspect" }],
    events: [{ term: `E${draw(9)}` }, { term: `E${draw(9)}` }],
  });
  const key = (): { source: string; id: string } => ({ source: "s", id: `R${draw(40)}` });
  return {
    kind: "changes",
    changes: {
      receivedOn: dayAfter(i),
      reports: Array.from({ length: reports }, record),
      ...(i % 4 === 1 ? { withdraw: [key()], merge: [{ keep: key(), drop: [key()] }] } : {}),
    },
  };
}

export async function call(store: MonitorStore, one: Call): Promise<void> {
  if (one.kind === "changes") await store.apply(one.changes);
  else if (one.kind === "decide") await store.decide(one.decisions);
  else await store.keep(one.name, one.value);
}

/** The same calls without any store. */
export class Reference {
  readonly state = new ReportState({ counts });
  decisions: DecisionLog = [];
  readonly ledgers: Record<string, unknown> = {};

  call(one: Call): void {
    if (one.kind === "changes") this.state.apply(one.changes);
    else if (one.kind === "decide") this.decisions = decideAll(this.decisions, one.decisions);
    else this.ledgers[one.name] = one.value;
  }
}

// Without a report there is nothing to count, which is an error.
const EMPTY = { a: [], n1: [], m1: [], n: 0, products: [], events: [] };

/** All that a memory tells, as one text. */
export function told({ state, decisions, ledgers }: Pick<MonitorStore, "state" | "decisions" | "ledgers">): string {
  const { a, n1, m1, n, products, events } = state.size > 0 ? state.counts("all") : EMPTY;
  const exact = (_: string, value: unknown): unknown =>
    Number.isNaN(value) ? "NaN" : ArrayBuffer.isView(value) ? [...(value as Int32Array)] : value;
  return JSON.stringify(
    [
      state.lastDay,
      state.versions,
      [...state.table().reports()],
      a,
      n1,
      m1,
      n,
      products,
      events,
      decisions.map((entry) => Object.entries(entry).sort()),
      Object.entries(ledgers).sort(),
    ],
    exact,
  );
}
