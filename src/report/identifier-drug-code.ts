import { gs1CheckDigit } from "./check-digit.ts";
import {
  type IdentifierWarning,
  isScientific,
  normaliseIdentifier,
  type UnreadIdentifier,
  unread,
} from "./identifier-text.ts";
import { type Gs1Udi, parseGs1 } from "./identifier-gs1.ts";

/** National drug code 国家药品编码本位码: 86, 9, company, product, check digit. */
export interface NationalDrugCode {
  readonly ok: true;
  readonly kind: "national-drug-code";
  readonly canonical: string;
  readonly company: string;
  readonly product: string;
  readonly check: string;
  readonly warnings: readonly IdentifierWarning[];
}

/** A 20-digit drug trace code 药品追溯码, one per smallest sales pack. */
export interface DrugTraceCode {
  readonly ok: true;
  readonly kind: "trace-code";
  readonly canonical: string;
  /** First seven digits: product, pack and packing level. That split is not verified. */
  readonly packPrefix: string;
  readonly warnings: readonly IdentifierWarning[];
}

/** What {@link parseTraceCode} made of a cell; imported drugs often carry a GS1 code instead. */
export type TraceCode = DrugTraceCode | Gs1Udi | UnreadIdentifier;

/**
 * Reads a national drug code. The rule of its check digit is taken to be that of the GTIN; this is not verified, so a digit that
 * does not fit only warns (`CHECK_RULE_UNVERIFIED`).
 *
 * @returns never throws; a cell that is no such code gives `ok: false` and its reason
 * @example
 * parseNationalDrugCode("8690111 0000020").canonical; // "86901110000020"
 */
export function parseNationalDrugCode(raw: string): NationalDrugCode | UnreadIdentifier {
  const cell = normaliseIdentifier(raw);
  if (!cell.ok) return cell;
  const text = cell.text;
  if (!/^869\d{11}$/.test(text)) return unread(raw, isScientific(text) ? "NUMBER_DAMAGED" : "NOT_RECOGNISED");
  const check = text.slice(13);
  return {
    ok: true,
    kind: "national-drug-code",
    canonical: text,
    company: text.slice(3, 8),
    product: text.slice(8, 13),
    check,
    warnings: gs1CheckDigit(text.slice(0, 13)) === Number(check) ? [] : ["CHECK_RULE_UNVERIFIED"],
  };
}

/**
 * Reads a drug trace code: 20 digits, the first of them usually 8, or a GS1 code with application identifiers.
 *
 * @returns never throws; a cell that is no such code gives `ok: false` and its reason
 * @example
 * parseTraceCode("8123 4560 0000 0000 0001").canonical; // "81234560000000000001"
 */
export function parseTraceCode(raw: string): TraceCode {
  const cell = normaliseIdentifier(raw);
  if (!cell.ok) return cell;
  const text = cell.text;
  if (/^\d{20}$/.test(text) && !/^01\d{14}(?:1[0-7]|2[01])/.test(text)) {
    const warnings: readonly IdentifierWarning[] = text.startsWith("8") ? [] : ["UNUSUAL_LEAD"];
    return { ok: true, kind: "trace-code", canonical: text, packPrefix: text.slice(0, 7), warnings };
  }
  return isScientific(text) ? unread(raw, "NUMBER_DAMAGED") : parseGs1(raw);
}
