import { normaliseLot } from "../report/lot.ts";
import type { Domain, Outcome, Role, Seriousness, Sex } from "../report/report.ts";
import { COMMA_TERMS, listSplitter, wholeStarts, type TermSplitter } from "./comma-terms.ts";
import { DateReader } from "./dates.ts";
import { eventOf, flagsOf, productOf, type CodedColumn, type Mapping } from "./mapping.ts";
import { anyCase, type AgeUnit, type PatientCodes } from "./patient.ts";
import { VALUE_LIMIT } from "./table.ts";

const sexes: ReadonlyMap<string, Sex> = new Map([
  ["F", "female"],
  ["M", "male"],
  ["FEMALE", "female"],
  ["MALE", "male"],
  ["女", "female"],
  ["男", "male"],
  ["女性", "female"],
  ["男性", "male"],
]);
const NO_SEX = new Set(["U", "UNK", "UNKNOWN", "NOT AVAILABLE", "NS", "未知", "不详"]);
const YES: readonly string[] = ["Y", "y", "1", "是"];

/** What the texts of a mapped table mean: one function a column, which sees nothing but the text. */
export class MappedValues {
  readonly dates: DateReader;
  readonly patient: PatientCodes;
  readonly role: (code: string) => Role | undefined;
  /** The role where the mapping names no column of roles. */
  readonly constantRole: Role | undefined;
  readonly domain: (code: string) => Domain | undefined;
  readonly outcome: (code: string) => Outcome | undefined;
  readonly serious: (code: string) => Seriousness | "none" | undefined;
  readonly seriousList: TermSplitter;
  /** Columns of flags, by the names of the reader, and what each means. */
  readonly flags: readonly (readonly [column: string, criterion: Seriousness])[];
  readonly yes: ReadonlySet<string>;
  readonly terms: TermSplitter;
  /** How terms and lots are joined in a cell; a term that begins a longer one with the separator in it is not cut so. */
  readonly termSeparator: string | RegExp | undefined;
  readonly lotSeparator: string | RegExp | undefined;
  readonly termStarts: ReadonlySet<string>;
  readonly #lots: TermSplitter;

  constructor(mapping: Mapping) {
    const product = productOf(mapping);
    const event = eventOf(mapping);
    const { serious } = mapping;
    const codes = serious !== undefined && "column" in serious ? serious : undefined;
    this.dates = new DateReader(mapping.dateFormat ?? "iso");
    this.patient = patientCodes(mapping);
    this.role = typeof product.role === "object" ? coder(product.role.codes) : () => undefined;
    this.constantRole = typeof product.role === "object" ? undefined : (product.role ?? "suspect");
    this.domain = typeof mapping.domain === "object" ? coder(mapping.domain.codes) : () => undefined;
    this.outcome = event.outcome === undefined ? () => undefined : coder(event.outcome.codes);
    this.serious = codes === undefined ? () => undefined : coder(codes.codes);
    this.seriousList = splitterOf(codes?.separator, []);
    this.flags = flagsOf(mapping).map(([, criterion], i) => [`flag${i}`, criterion]);
    this.yes = new Set(serious !== undefined && "flags" in serious ? (serious.yes ?? YES) : []);
    const whole = [...COMMA_TERMS, ...(event.commaTerms ?? [])];
    this.termSeparator = event.separator;
    this.termStarts = event.separator === undefined ? new Set() : wholeStarts(event.separator, whole);
    this.terms = splitterOf(event.separator, whole);
    this.lotSeparator = typeof product.lot === "object" ? product.lot.separator : undefined;
    this.#lots = splitterOf(this.lotSeparator, []);
  }

  /** The lots of a cell that name one, with repeats. */
  lots(cell: string): string[] {
    return this.#lots(cell).filter((lot) => this.isLot(lot));
  }

  isLot(text: string): boolean {
    return normaliseLot(text) !== undefined && text.length <= VALUE_LIMIT;
  }

  /** The version; `undefined` where the text is none. */
  version(text: string): number | undefined {
    return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
  }
}

/** A look-up in the caller's table that finds nothing it inherits, or the caller's function. */
function coder<T>(codes: CodedColumn<T>["codes"]): (value: string) => T | undefined {
  if (typeof codes === "function") return codes;
  const table = new Map(Object.entries(codes));
  return (value) => table.get(value);
}

function splitterOf(separator: string | RegExp | undefined, wholeTerms: readonly string[]): TermSplitter {
  if (separator !== undefined) return listSplitter(separator, wholeTerms);
  return (cell) => (cell === "" ? [] : [cell]);
}

function patientCodes({ age, sex }: Mapping): PatientCodes {
  const unit = typeof age === "object" ? age.unit : "year";
  const unitCode: (code: string) => AgeUnit | undefined = typeof unit === "object" ? coder(unit.codes) : () => unit;
  const sexCode: (code: string) => Sex | undefined = typeof sex === "object" ? coder(sex.codes) : anyCase(sexes);
  return {
    ages: unitCode,
    noAgeUnit: typeof unit === "object" ? new Set([""]) : new Set(),
    sexes: sexCode,
    noSex: NO_SEX,
  };
}
