import { checkInteraction, type InteractionColumns, type InteractionTable } from "../count/interaction-table.ts";
import { ic, icColumns } from "./ic.ts";
import { checkLengths } from "./ratio.ts";

/** Interaction measure in bits, with its credibility limits. */
export interface Omega {
  readonly omega: number;
  readonly omega025: number;
  readonly omega975: number;
  /** Reports with both products and the event if the two did not interact. */
  readonly expected: number;
}

/**
 * Ω: how much more often an event is reported with two products together than either product explains, as a shrunk
 * observed-to-expected ratio log2((n111 + ½)/(E111 + ½)) with exact limits from the gamma posterior.
 *
 * Without interaction the risks that the products add are expected to add up. On the scale of the odds o = n··1/n··0 of each
 * of the other three groups, E111 = (n111 + n110)·o/(1 + o) with o = o00 + max(0, o10 − o00) + max(0, o01 − o00): a product
 * that lowers the reporting of the event lowers nothing.
 *
 * The first and the second product may be exchanged: not a bit changes. Zero cells need no correction. The credibility limits
 * take E111 as known, which is optimistic where one of the groups with a single product is small.
 *
 * @param level - coverage of the limits, 0 < level < 1; the names of the fields stay those of 95 %
 * @returns finite, and NaN throughout when a group has no report at all: two products that are never reported apart, or a
 *   product in every report, leave nothing to compare with. Without a report of both products Ω is 0. When every report of a
 *   group has the event, so is every report of both expected to.
 * @throws PvError `INVALID_COUNT`, `INVALID_LEVEL`
 * @see Norén, Sundberg, Bate, Edwards (2008) doi:10.1002/sim.3247, eq. 6 to 13
 * @example
 * omega({ n111: 20, n110: 180, n101: 50, n100: 4950, n011: 40, n010: 1960, n001: 300, n000: 92500 }).omega; // 1.8194
 */
export function omega(table: InteractionTable, level = 0.95): Omega {
  checkInteraction(table);
  const expected = expectedTogether(table);
  const { ic: value, ic025, ic975 } = ic(table.n111, expected, level);
  return { omega: value, omega025: ic025, omega975: ic975, expected };
}

/** {@link omega} with 95 % limits of many triples. */
export function omegaColumns(cells: InteractionColumns): Readonly<Record<keyof Omega, Float64Array>> {
  const n = checkLengths(cells);
  const { n111, n110, n101, n100, n011, n010, n001, n000 } = cells;
  const expected = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const share = shareTogether(n101[i]! / n100[i]!, n011[i]! / n010[i]!, n001[i]! / n000[i]!);
    expected[i] = (n111[i]! + n110[i]!) * share;
  }
  const columns = icColumns(n111, expected);
  return { omega: columns.ic, omega025: columns.ic025, omega975: columns.ic975, expected };
}

const expectedTogether = ({ n111, n110, n101, n100, n011, n010, n001, n000 }: InteractionTable): number =>
  (n111 + n110) * shareTogether(n101 / n100, n011 / n010, n001 / n000);

/** Share of the reports with both products that is expected to have the event, from the odds of the other groups. */
function shareTogether(first: number, second: number, neither: number): number {
  // The two excesses are added to each other first, so that exchanging the products changes no bit.
  const odds = neither + (excess(first, neither) + excess(second, neither));
  return odds === Infinity ? 1 : odds / (1 + odds);
}

/** NaN stays NaN, and infinite odds exceed infinite odds by nothing. */
const excess = (odds: number, base: number): number => (odds <= base ? 0 : odds - base);
