import { lotDetector, type LotOptions } from "../cluster/lots.ts";
import { textAt, type ReportTable } from "../count/table.ts";
import { requireDay } from "../report/date.ts";
import { normaliseLot } from "../report/lot.ts";
import type { DayAlarm } from "./evaluate-metrics.ts";
import { simulatedGroup } from "./province.ts";

/** A detector as the evaluation runs it: prepared once for a table, then asked day after day. */
export interface EvaluatedDetector {
  readonly name: string;
  /** A threshold of its own, for a written rule; without it the threshold is calibrated to the budget. */
  readonly threshold?: number | undefined;
  /** The alarms of a day; of scores below a floor of its own choice it may say nothing. */
  readonly prepare: (table: ReportTable) => (asOf: string) => readonly DayAlarm[];
}

/** The lot detector of this library, with reaction groups of the simulation. */
export function lotCandidate(name: string, options: LotOptions = {}): EvaluatedDetector {
  return {
    name,
    prepare: (table) => {
      const detector = lotDetector(table, {
        reactionGroup: ({ term }) => simulatedGroup(term),
        threshold: 4,
        ...options,
      });
      return (asOf) =>
        detector.run(asOf).alerts.map(({ id, scope, statistic, memberIds }) => ({
          id,
          product: scope.product ?? "",
          lots: scope.lots ?? [],
          score: statistic?.value ?? 0,
          memberIds,
        }));
    },
  };
}

/** A plain rule: reports (or unit-days) of one lot, or of one product, received in the last days. */
export interface CountRule {
  readonly by: "lot" | "product";
  readonly days: number;
  /** Count a unit once a day. */
  readonly unitDays: boolean;
  /** Fixed least count; calibrated without it. */
  readonly atLeast?: number | undefined;
}

/** Counts below these are never a threshold that leaves few enough episodes; leaving them out keeps the logs small. */
const FLOOR = { lot: 6, product: 20 } as const;

/** What centres use without statistics, for comparison. */
export function countCandidate(name: string, { by, days, unitDays, atLeast }: CountRule): EvaluatedDetector {
  return {
    name,
    threshold: atLeast,
    prepare: (table) => {
      const { reports, products, productOffsets, lotOffsets, lots } = table.columns;
      const groups = new Map<
        string,
        { readonly product: string; readonly lot: string | undefined; readonly rows: number[] }
      >();
      const order = Array.from({ length: table.size }, (_, row) => row);
      order.sort((x, y) => reports.received.day[x]! - reports.received.day[y]! || x - y);
      for (const row of order) {
        for (let j = productOffsets[row]!; j < productOffsets[row + 1]!; j++) {
          const product = textAt(products.name, j) ?? "";
          const names =
            by === "product"
              ? [undefined]
              : Array.from(lots.lot.codes.subarray(lotOffsets[j], lotOffsets[j + 1]), (code) =>
                  normaliseLot(lots.lot.values[code]!),
                );
          for (const lot of names) {
            if (by === "lot" && lot === undefined) continue;
            const key = `${product}\u0000${lot ?? ""}`;
            let group = groups.get(key);
            if (group === undefined) groups.set(key, (group = { product, lot, rows: [] }));
            group.rows.push(row);
          }
        }
      }
      const list = [...groups.entries()].sort(([x], [y]) => (x < y ? -1 : 1));
      return (asOf) => {
        const day = requireDay("asOf", asOf);
        return list.flatMap(([key, { product, lot, rows }]): DayAlarm[] => {
          const within: number[] = [];
          for (
            let i = lastBy(reports.received.day, rows, day);
            i >= 0 && reports.received.day[rows[i]!]! > day - days;
            i--
          )
            within.push(rows[i]!);
          const score = unitDays
            ? new Set(within.map((row) => `${reports.unit.codes[row]!} ${reports.received.day[row]!}`)).size
            : within.length;
          if (score < (atLeast ?? FLOOR[by])) return [];
          const memberIds = within.map((row) => table.id(row));
          return [{ id: key, product, lots: lot === undefined ? [] : [lot], score, memberIds }];
        });
      };
    },
  };
}

/** Place of the last row received by the day; −1 before the first. */
function lastBy(received: Int32Array, rows: readonly number[], day: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (received[rows[middle]!]! <= day) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
