import { PvError } from "../error.ts";
import type { Mapping, MappedEvent, MappedProduct } from "./mapped.ts";

/**
 * Which column of a drug-abuse survey (药物滥用监测调查表) means what, where a row is a person × substance, or a person ×
 * substance × event. There is no published list of its headers, so all of them are named here; codes are open.
 */
export interface AbuseMapping extends Omit<Mapping, "domain" | "product" | "event"> {
  /** The substance used, or the columns about it: its route, when use began and ended, the reason. */
  readonly substance: string | MappedProduct;
  /** What is counted against the substance: a consequence, the reason of relapse, the source, the place of use. */
  readonly event: string | MappedEvent;
}

/**
 * The mapping of a table of reports that reads such a survey.
 *
 * @throws PvError `INVALID_OPTION` when the substance has no column
 */
export function abuseMapping(mapping: AbuseMapping): Mapping {
  const { substance, ...rest } = mapping;
  const column = typeof substance === "string" ? substance : (substance as Partial<MappedProduct> | undefined)?.name;
  if (typeof column !== "string" || column === "") {
    throw new PvError("INVALID_OPTION", "mapping.substance: expected the name of a column");
  }
  return { source: "cn-abuse", ...rest, domain: "abuse", product: substance };
}
