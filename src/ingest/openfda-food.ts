import type { Domain, Report, ReportProduct, Seriousness } from "../report/report.ts";
import { CAERS_OUTCOMES, CAERS_PATIENT, CAERS_ROLES } from "./caers-codes.ts";
import { COMMA_TERMS, listSplitter } from "./comma-terms.ts";
import { criteria, given, type Fields } from "./e2b-fields.ts";
import { listOf, recordsOf, textIn, type R2Record } from "./e2b-r2.ts";

const COSMETICS = "53";
const redactedName = /^(REDACTED|EXEMPTION 4)$/i;

interface FoodOptions {
  readonly commaTerms?: readonly string[];
  readonly redacted?: "drop" | "keep";
}

/** Makes the report of one food event of openFDA, which holds cosmetics too, as `readCaers` would read its rows. */
export class FoodMapper {
  readonly #fields: Fields;
  readonly #keepRedacted: boolean;
  readonly #join: (terms: string) => string[];

  constructor(fields: Fields, { commaTerms = [], redacted = "drop" }: FoodOptions) {
    this.#fields = fields;
    this.#keepRedacted = redacted === "keep";
    // Terms were cut at every comma; a line break stands for the cut here, as a term may hold the comma still.
    const whole = [...COMMA_TERMS, ...commaTerms].map((term) => term.split(/,\s*/).join("\n"));
    this.#join = listSplitter("\n", whole);
  }

  /** `undefined` when it was rejected, which is an issue already. */
  report(record: R2Record): Report | undefined {
    const fields = this.#fields;
    const id = fields.text("report_number", textIn(record["report_number"]));
    if (id === undefined) {
      fields.issue("MISSING_ID", "report-rejected", "report_number");
      return undefined;
    }
    const all = recordsOf(record["products"]).flatMap((one) => this.#product(one) ?? []);
    const domain = (all.find(({ role }) => role === "suspect") ?? all[0])?.domain ?? domainOf(record);
    const products = all.map(({ domain: own, ...product }) => (own === domain ? product : { ...product, domain: own }));
    const terms = this.#join(
      listOf(record["reactions"])
        .map((one) => textIn(one)?.trim() ?? "")
        .join("\n"),
    );
    const events = terms.flatMap((term) => fields.text("reactions", term.replaceAll("\n", ", ")) ?? []);
    const [consumer] = recordsOf(record["consumer"]);
    const cell = (name: string): string => textIn(consumer?.[name])?.trim() ?? "";
    return {
      id,
      source: "caers",
      version: 1,
      domain,
      products: fields.products(products),
      events: fields.events(events.map((term) => ({ term }))),
      ...given({
        receivedDate: fields.date("date_created", textIn(record["date_created"])),
        eventDate: fields.date("date_started", textIn(record["date_started"])),
        serious: this.#serious(listOf(record["outcomes"]).map((one) => textIn(one)?.trim() ?? "")),
        patient: fields.patient({ age: cell("age"), ageUnit: cell("age_unit"), sex: cell("gender") }, CAERS_PATIENT),
      }),
    };
  }

  #product(record: R2Record): (ReportProduct & { readonly domain: Domain }) | undefined {
    const fields = this.#fields;
    const name = fields.text("name_brand", textIn(record["name_brand"]));
    if (name === undefined) return undefined;
    if (redactedName.test(name)) {
      fields.issue("REDACTED", this.#keepRedacted ? "noted" : "row-rejected", "name_brand", name);
      if (!this.#keepRedacted) return undefined;
    }
    const stated = textIn(record["role"])?.trim() ?? "";
    const role = CAERS_ROLES.get(stated.toUpperCase());
    if (role === undefined && stated !== "") fields.issue("UNKNOWN_CODE", "repaired", "role", stated, "suspect");
    const code = fields.text("industry_code", textIn(record["industry_code"]));
    return {
      name,
      role: role ?? "suspect",
      domain: code === COSMETICS ? "cosmetic" : "food",
      ...given({ code }),
    };
  }

  #serious(stated: readonly string[]): Seriousness[] | undefined {
    const parts = stated.filter((outcome) => outcome !== "");
    if (parts.length === 0) return undefined;
    const met = new Set<Seriousness>();
    for (const outcome of parts) {
      const criterion = CAERS_OUTCOMES.get(outcome.toUpperCase());
      if (criterion !== undefined) met.add(criterion);
      else if (!CAERS_OUTCOMES.has(outcome.toUpperCase())) {
        this.#fields.issue("UNKNOWN_CODE", "value-dropped", "outcomes", outcome);
      }
    }
    return criteria(met);
  }
}

/** Of a report whose products were all blacked out: what they were is still known. */
function domainOf(record: R2Record): Domain {
  return recordsOf(record["products"]).some((one) => textIn(one["industry_code"])?.trim() === COSMETICS)
    ? "cosmetic"
    : "food";
}
