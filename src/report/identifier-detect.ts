import { type ApprovalNumber, parseApprovalNumber } from "./identifier-approval.ts";
import { type CosmeticNumber, parseCosmeticNumber } from "./identifier-cosmetic.ts";
import { type DeviceNumber, parseDeviceNumber } from "./identifier-device.ts";
import {
  type NationalDrugCode,
  parseNationalDrugCode,
  parseTraceCode,
  type TraceCode,
} from "./identifier-drug-code.ts";
import { type CreditCode, parseCreditCode } from "./identifier-organisation.ts";
import { normaliseRegistration, type UnreadIdentifier, unread } from "./identifier-text.ts";
import { parseUdi, type Udi } from "./identifier-udi.ts";

/** An identifier of any kind this library reads; `kind` tells them apart. */
export type Identifier = Exclude<
  ApprovalNumber | DeviceNumber | CosmeticNumber | CreditCode | NationalDrugCode | TraceCode | Udi,
  UnreadIdentifier
>;

/** Tried in this order; a text that two could read belongs to the first. */
const PARSERS: readonly ((raw: string) => Identifier | UnreadIdentifier)[] = [
  parseApprovalNumber,
  parseDeviceNumber,
  parseCosmeticNumber,
  parseNationalDrugCode,
  parseTraceCode,
  parseUdi,
  parseCreditCode,
];

/**
 * Finds out which kind of identifier a cell holds. Kinds: `domestic`, `import-certificate`, `hospital-preparation` (drugs),
 * `registration`, `former-registration`, `filing` (devices), `special`, `ordinary` (cosmetics), `national-drug-code`,
 * `trace-code`, `gs1`, `ma`, `ahm`, `credit-code`. A guess: a bare `H20150001` is read as an import certificate, and could as
 * well be a lot; see `warnings`.
 *
 * @returns never throws; `ok: false` when no kind fits
 * @example
 * parseIdentifier("国械备20151134号").kind; // "filing"
 */
export function parseIdentifier(raw: string): Identifier | UnreadIdentifier {
  let damaged: UnreadIdentifier | undefined;
  for (const parse of PARSERS) {
    const found = parse(raw);
    if (found.ok) return found;
    if (found.reason !== "NOT_RECOGNISED") damaged ??= found;
  }
  return damaged ?? unread(raw, "NOT_RECOGNISED");
}

/**
 * Whether a cell holds a number given by the authority (approval, registration, filing), for sure: one that its wording tells,
 * not a bare run of letters and digits that could be a lot.
 */
export function isAuthorityNumber(raw: string): boolean {
  const cell = normaliseRegistration(raw);
  if (!cell.ok || !/\p{Script=Han}/u.test(cell.text)) return false;
  return [parseApprovalNumber, parseDeviceNumber, parseCosmeticNumber].some((parse) => parse(raw).ok);
}
