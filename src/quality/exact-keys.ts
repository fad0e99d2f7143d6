import { compareText } from "../count/build.ts";
import { PvError } from "../error.ts";
import { isoDay } from "../report/date.ts";
import type { Report } from "../report/report.ts";
import { onsetDay, plain } from "./duplicate-fields.ts";

/** Parts a deterministic key can be made of. */
export type ExactPart =
  | "unit"
  | "division"
  | "onset"
  | "products"
  | "terms"
  | "sex"
  | "age"
  | "lots"
  | "links"
  | "eventKey"
  | "outcome"
  | "country";

/** Parts that must all be given and all agree. */
export interface ExactKey {
  readonly name: string;
  readonly parts: readonly ExactPart[];
}

const list = (words: readonly string[]): string | undefined =>
  words.length === 0 ? undefined : [...new Set(words)].sort(compareText).join("|");

const suspects = (report: Report): Report["products"] =>
  report.products.filter(({ role }) => role === "suspect" || role === "interacting");

const readers: Readonly<Record<ExactPart, (report: Report) => string | undefined>> = {
  unit: (r) => (r.unit === undefined ? undefined : plain(r.unit)),
  division: (r) => r.division,
  onset: (r) => {
    const day = onsetDay(r);
    return day === undefined ? undefined : isoDay(day);
  },
  products: (r) => list(suspects(r).map(({ ingredient, name }) => plain(ingredient ?? name))),
  terms: (r) => list(r.events.map(({ term }) => plain(term))),
  sex: (r) => r.patient?.sex,
  age: (r) => (r.patient?.ageYears === undefined ? undefined : String(Math.floor(r.patient.ageYears))),
  lots: (r) => list(suspects(r).flatMap(({ lots = [] }) => lots.map(plain))),
  links: (r) => list(r.links ?? []),
  eventKey: (r) => (r.eventKey === undefined ? undefined : `${r.source}:${r.eventKey}`),
  outcome: (r) => list(r.events.flatMap(({ outcome }) => (outcome === undefined ? [] : [outcome]))),
  country: (r) => r.country,
};

/** @throws PvError `INVALID_OPTION` for a part that is none, or a key without any */
export function checkExactKey({ name, parts }: ExactKey): void {
  const wrong = parts.find((part) => !Object.hasOwn(readers, part));
  if (wrong !== undefined || parts.length === 0) {
    throw new PvError(
      "INVALID_OPTION",
      `exact key ${name}: expected one or more of ${Object.keys(readers).join(", ")}, got ${JSON.stringify(parts)}`,
    );
  }
}

/** Keys in use: the same patient twice from one unit, or from one division; one event told by several reports. */
export const exactKeys: readonly ExactKey[] = [
  { name: "unit", parts: ["unit", "onset", "products", "terms", "sex", "age"] },
  { name: "division", parts: ["division", "onset", "products", "terms", "sex", "age"] },
  { name: "links", parts: ["links", "onset", "products"] },
  { name: "eventKey", parts: ["eventKey"] },
];

/**
 * Text of a deterministic key; `undefined` when a part is missing, for two blanks do not agree.
 *
 * @example
 * exactKeyOf({ id: "1", source: "", version: 1, domain: "drug", division: "420106", products: [{ name: "a", role: "suspect" }], events: [{ term: "rash" }] }, { name: "k", parts: ["division", "products", "terms"] }); // "420106;A;RASH"
 */
export function exactKeyOf(report: Report, key: ExactKey): string | undefined {
  const texts: string[] = [];
  for (const part of key.parts) {
    const text = readers[part](report);
    if (text === undefined) return undefined;
    texts.push(text);
  }
  return texts.join(";");
}
