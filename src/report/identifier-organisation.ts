import { CREDIT_CODE_ALPHABET, creditCheckCharacter } from "./check-digit.ts";
import {
  type IdentifierWarning,
  isScientific,
  normaliseIdentifier,
  type UnreadIdentifier,
  unread,
} from "./identifier-text.ts";

/** Unified social credit code 统一社会信用代码 of a hospital, a maker or another organisation. */
export interface CreditCode {
  readonly ok: true;
  readonly kind: "credit-code";
  readonly canonical: string;
  /** First two characters: registering department and kind of organisation. */
  readonly registration: string;
  /** GB/T 2260 code of the registering authority's division. */
  readonly division: string;
  /** Organisation code, nine characters. */
  readonly organisation: string;
  readonly check: string;
  readonly warnings: readonly IdentifierWarning[];
}

const pattern = new RegExp(`^[${CREDIT_CODE_ALPHABET}]{2}\\d{6}[${CREDIT_CODE_ALPHABET}]{10}$`);

/**
 * Reads a unified social credit code. A check character that does not fit warns (`CHECK_MISMATCH`); letters the code never uses
 * (I, O, S, V, Z) make the cell unreadable.
 *
 * @returns never throws; a cell that is no such code gives `ok: false` and its reason
 * @example
 * parseCreditCode("91350100m000100y43").canonical; // "91350100M000100Y43"
 */
export function parseCreditCode(raw: string): CreditCode | UnreadIdentifier {
  const cell = normaliseIdentifier(raw);
  if (!cell.ok) return cell;
  const text = cell.text;
  if (!pattern.test(text)) return unread(raw, isScientific(text) ? "NUMBER_DAMAGED" : "NOT_RECOGNISED");
  const check = text.slice(17);
  return {
    ok: true,
    kind: "credit-code",
    canonical: text,
    registration: text.slice(0, 2),
    division: text.slice(2, 8),
    organisation: text.slice(8, 17),
    check,
    warnings: creditCheckCharacter(text.slice(0, 17)) === check ? [] : ["CHECK_MISMATCH"],
  };
}
