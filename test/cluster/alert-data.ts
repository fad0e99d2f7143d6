import { isoDay, partialDay, type Report } from "pvsignal";
import { seededRandom } from "../../src/math/random.ts";

const start = partialDay("2023-01-01")!.day;

/** Day so many days after the first. */
export const at = (day: number): string => isoDay(start + day);

/** 36 made-up counties on a grid of 0.3°. */
export const grid = Array.from({ length: 36 }, (_, i) => ({
  code: `14${String(1 + Math.floor(i / 6)).padStart(2, "0")}${String(1 + (i % 6)).padStart(2, "0")}`,
  lat: 36 + 0.3 * Math.floor(i / 6),
  lon: 112 + 0.3 * (i % 6),
}));
export const places = {
  id: grid.map(({ code }) => code),
  lat: grid.map(({ lat }) => lat),
  lon: grid.map(({ lon }) => lon),
};

/** A report of a day, received two days later unless told. */
export function report(id: string, day: number, extra: Partial<Report> = {}): Report {
  return {
    id,
    source: "t",
    version: 1,
    domain: "drug",
    receivedDate: at(day + 2),
    eventDate: at(day),
    products: [{ name: "A", role: "suspect" }],
    events: [{ term: "rash" }],
    serious: [],
    ...extra,
  };
}

/** Reports spread evenly by chance over days, counties, units, products and reactions. */
export function background(seed: number, count: number, days: number, products = ["A", "B", "C", "D"]): Report[] {
  const random = seededRandom(seed);
  const terms = ["rash", "fever", "nausea", "itch", "chills", "headache"];
  return Array.from({ length: count }, (_, i) => {
    const place = random.integer(grid.length);
    const product = products[random.integer(products.length)]!;
    return report(`b${String(i).padStart(6, "0")}`, random.integer(days), {
      division: grid[place]!.code,
      unit: `H${place}-${random.integer(8)}`,
      products: [
        {
          name: product,
          role: "suspect",
          manufacturer: `maker of ${product}`,
          lots: [`L${10 * (1 + random.integer(5))}`],
        },
      ],
      events: [{ term: terms[random.integer(terms.length)]! }],
      serious: random.next() < 0.1 ? ["hospitalisation"] : [],
    });
  });
}
