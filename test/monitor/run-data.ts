import type { Report } from "pvsignal";
import { seededRandom } from "../../src/math/random.ts";

/** A report of one product and event, received on the given day. */
export function report(
  id: string,
  received: string,
  product: string,
  event: string,
  extra: Partial<Report> = {},
): Report {
  return {
    id,
    source: "t",
    version: 1,
    domain: "drug",
    receivedDate: received,
    products: [{ name: product, role: "suspect" }],
    events: [{ term: event }],
    ...extra,
  };
}

/** Reports of 2023 over six products and six events by chance, in which product A has rash more often. */
export function year(seed: number, count: number): Report[] {
  const random = seededRandom(seed);
  const two = (n: number): string => String(n).padStart(2, "0");
  return Array.from({ length: count }, (_, i) => {
    const product = "ABCDEF"[random.integer(6)]!;
    const event = ["rash", "fever", "nausea", "itch", "chills", "headache"][random.integer(6)]!;
    return report(
      `r${String(i).padStart(5, "0")}`,
      `2023-${two(1 + random.integer(12))}-${two(1 + random.integer(28))}`,
      product,
      product === "A" && random.next() < 0.5 ? "rash" : event,
      { unit: `H${random.integer(9)}`, serious: random.next() < 0.2 ? ["hospitalisation"] : [] },
    );
  });
}
