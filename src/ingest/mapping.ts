import { PvError } from "../error.ts";
import { DOMAINS, type Domain, type Outcome, type Role, type Seriousness, type Sex } from "../report/report.ts";
import type { DateOrder } from "./dates.ts";
import { ENCODINGS, type Encoding } from "./decode.ts";
import type { AgeUnit } from "./patient.ts";

/**
 * A column whose values stand for something: by a table of its codes, compared as they stand, or by a function, which must give
 * the same for the same value: it may be asked once for all rows that have it.
 */
export interface CodedColumn<T> {
  readonly column: string;
  readonly codes: Readonly<Record<string, T>> | ((value: string) => T | undefined);
}

/** A cell that lists several values. */
export interface ListColumn {
  readonly column: string;
  /** Without one the cell is one value. */
  readonly separator?: string | RegExp;
}

/** Columns of a product. */
export interface MappedProduct {
  readonly name: string;
  readonly ingredient?: string;
  readonly manufacturer?: string;
  readonly lot?: string | ListColumn;
  /** Default `"suspect"`. */
  readonly role?: Role | CodedColumn<Role>;
  readonly code?: string;
  readonly route?: string;
  readonly dose?: string;
  readonly start?: string;
  readonly end?: string;
  readonly indication?: string;
}

/** Columns of an event. */
export interface MappedEvent extends Partial<ListColumn> {
  readonly term: string;
  /** Terms that hold the separator, beside the built-in list of MedDRA terms with a comma. */
  readonly commaTerms?: readonly string[];
  readonly code?: string;
  readonly onset?: string;
  readonly outcome?: CodedColumn<Outcome>;
}

/** Criteria of seriousness: codes in one column, or one column for each criterion. */
export type MappedSeriousness =
  | (CodedColumn<Seriousness | "none"> & ListColumn)
  | {
      readonly flags: Readonly<Record<string, Seriousness>>;
      /** Values that mean yes (default `Y`, `y`, `1`, `是`). */
      readonly yes?: readonly string[];
    };

/** A column of ages with its unit. */
export interface MappedAge {
  readonly column: string;
  /** One unit for all, or the column that names it. */
  readonly unit: AgeUnit | CodedColumn<AgeUnit>;
}

/**
 * Which column of a table means what. Columns are named as in the header, but for blanks around them. What is not named is
 * not read, so name no column with a person's name, address or number.
 */
export interface Mapping {
  /** Name space of the ids (default `""`). */
  readonly source?: string;
  readonly domain: Domain | CodedColumn<Domain>;
  readonly id: string;
  readonly version?: string;
  readonly recordId?: string;
  readonly receivedDate?: string;
  readonly eventDate?: string;
  readonly eventKey?: string;
  readonly product: string | MappedProduct;
  readonly event: string | MappedEvent;
  readonly serious?: MappedSeriousness;
  readonly unit?: string;
  readonly region?: string;
  readonly country?: string;
  readonly reporter?: string;
  /** A column of years, or a column with its unit. */
  readonly age?: string | MappedAge;
  /** Without codes `F`, `M`, `Female`, `Male`, `女`, `男` are understood. */
  readonly sex?: string | CodedColumn<Sex>;
  /** Kilograms. */
  readonly weight?: string;
  /** Kept only with the option `narrative`. */
  readonly narrative?: string;
  /** Order of the parts of all dates (default `"iso"`). */
  readonly dateFormat?: DateOrder;
  /** Default: the tab for `.tsv`, else the comma. */
  readonly delimiter?: string;
  /** Whether `"` quotes fields (default true); false makes it a character like others, and every line a record. */
  readonly quote?: boolean;
  /** Which record is the header, counted from 1 (default 1); those above are skipped. */
  readonly headerRow?: number;
  /** Default `"auto"`: UTF-8 where all of the file is valid, else GB18030, else windows-1252. */
  readonly encoding?: Encoding | "auto";
}

/** Columns of the report, of its products and of its events, by the names used below; `flag…` are seriousness flags. */
export type Column = string;

const DATE_ORDERS: readonly string[] = ["iso", "mdy", "dmy", "ymd-compact"] satisfies readonly DateOrder[];
/**
 * Checks a mapping before anything is read.
 *
 * @throws PvError `INVALID_OPTION`
 */
export function checkMapping(mapping: Mapping): void {
  const refuse = (field: string, expected: string): never => {
    throw new PvError("INVALID_OPTION", `mapping.${field}: expected ${expected}`);
  };
  // A mapping can come from a JSON file, so its types are no promise.
  const { id, product, event, domain, encoding, dateFormat, delimiter, headerRow } = mapping as Partial<Mapping>;
  if (typeof id !== "string" || id === "") refuse("id", "the name of a column");
  if (typeof product !== "string" && typeof product?.name !== "string") refuse("product", "the name of a column");
  if (typeof event !== "string" && typeof event?.term !== "string") refuse("event", "the name of a column");
  if (typeof domain === "string" ? !DOMAINS.includes(domain) : typeof domain?.column !== "string") {
    refuse("domain", `one of ${DOMAINS.join(", ")}, or a column with codes`);
  }
  if (encoding !== undefined && encoding !== "auto" && !ENCODINGS.includes(encoding)) {
    refuse("encoding", `auto or one of ${ENCODINGS.join(", ")}`);
  }
  if (dateFormat !== undefined && !DATE_ORDERS.includes(dateFormat)) {
    refuse("dateFormat", `one of ${DATE_ORDERS.join(", ")}`);
  }
  if (delimiter !== undefined && (delimiter.length !== 1 || /["\r\n]/.test(delimiter))) {
    refuse("delimiter", "one character other than a quote or a line end");
  }
  if (headerRow !== undefined && (!Number.isInteger(headerRow) || headerRow < 1)) {
    refuse("headerRow", "a whole number from 1 on");
  }
}

/** Header names of the mapped columns by the names the maker uses. */
export function mappedColumns(
  mapping: Mapping,
  narrative: boolean,
): Record<Column, readonly [string]> & { key: readonly [string] } {
  const product = productOf(mapping);
  const event = eventOf(mapping);
  const { serious, age, sex, domain } = mapping;
  const named: Readonly<Record<Column, string | undefined>> = {
    key: mapping.id,
    version: mapping.version,
    recordId: mapping.recordId,
    receivedDate: mapping.receivedDate,
    eventDate: mapping.eventDate,
    eventKey: mapping.eventKey,
    unit: mapping.unit,
    region: mapping.region,
    country: mapping.country,
    reporter: mapping.reporter,
    weight: mapping.weight,
    narrative: narrative ? mapping.narrative : undefined,
    domain: typeof domain === "string" ? undefined : domain.column,
    age: typeof age === "string" ? age : age?.column,
    ageUnit: typeof age === "object" && typeof age.unit === "object" ? age.unit.column : undefined,
    sex: typeof sex === "string" ? sex : sex?.column,
    serious: serious !== undefined && "column" in serious ? serious.column : undefined,
    ...Object.fromEntries(flagsOf(mapping).map(([name], i) => [`flag${i}`, name])),
    name: product.name,
    ingredient: product.ingredient,
    manufacturer: product.manufacturer,
    lot: typeof product.lot === "string" ? product.lot : product.lot?.column,
    role: typeof product.role === "object" ? product.role.column : undefined,
    code: product.code,
    route: product.route,
    dose: product.dose,
    start: product.start,
    end: product.end,
    indication: product.indication,
    term: event.term,
    termCode: event.code,
    onset: event.onset,
    outcome: event.outcome?.column,
  };
  const entries = Object.entries(named).flatMap(([column, name]) =>
    name === undefined ? [] : [[column, [name.trim()] as const] as const],
  );
  return Object.fromEntries(entries) as Record<Column, readonly [string]> & { key: readonly [string] };
}

/** The product of a mapping, written out. */
export const productOf = ({ product }: Mapping): MappedProduct =>
  typeof product === "string" ? { name: product } : product;
/** The event of a mapping, written out. */
export const eventOf = ({ event }: Mapping): MappedEvent => (typeof event === "string" ? { term: event } : event);

/** Columns of flags by their names in the header, and the criterion of each. */
export const flagsOf = ({ serious }: Mapping): [column: string, criterion: Seriousness][] =>
  serious !== undefined && "flags" in serious ? Object.entries(serious.flags) : [];
