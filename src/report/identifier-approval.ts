import { provinceOf, PROVINCE_SIGNS, type Province } from "./identifier-province.ts";
import {
  type IdentifierWarning,
  isPlausibleYear,
  isScientific,
  normaliseRegistration,
  type UnreadIdentifier,
  unread,
} from "./identifier-text.ts";

const CLASSES = {
  H: "chemical",
  Z: "chinese-medicine",
  S: "biological",
  B: "health",
  T: "in-vitro-diagnostic",
  F: "excipient",
  J: "imported-repackaged",
} as const;

/** What the letter of a drug number says the product is. */
export type DrugNumberClass = (typeof CLASSES)[keyof typeof CLASSES];
/** Where a product comes from as its number tells it. */
export type NumberOrigin = "domestic" | "imported" | "hong-kong-macao-taiwan";

/** An approval number 国药准字 or, of a product in trial production, 国药试字. */
export interface DomesticApproval {
  readonly ok: true;
  readonly kind: "domestic";
  /** The whole number: `国药准字H14020749`. */
  readonly canonical: string;
  /** Letters and digits alone: `H14020749`. */
  readonly number: string;
  readonly status: "approved" | "trial";
  readonly productClass: DrugNumberClass;
  readonly origin: NumberOrigin;
  /** Who approved it first: 19 and 20 the national authority, 10 the former Ministry of Health, else a province. */
  readonly authority: "national" | "former-ministry-of-health" | "province" | "unknown";
  /** Set when `authority` is `"province"`. */
  readonly province: Province | undefined;
  /** `undefined` when the digits give no plausible year. */
  readonly year: number | undefined;
  /** A province's number carries the year in which it was renumbered nationally, not that of its approval. */
  readonly yearMeaning: "approval" | "renumbering";
  readonly serial: string;
  readonly warnings: readonly IdentifierWarning[];
}

/** Certificate of an imported drug: 进口药品注册证, or 医药产品注册证 for Hong Kong, Macao and Taiwan. */
export interface ImportCertificate {
  readonly ok: true;
  readonly kind: "import-certificate";
  readonly canonical: string;
  readonly number: string;
  readonly productClass: DrugNumberClass;
  readonly origin: NumberOrigin;
  /** Leading B: a large pack that is repackaged in China. */
  readonly largePack: boolean;
  readonly year: number | undefined;
  readonly serial: string;
  readonly warnings: readonly IdentifierWarning[];
}

/** A hospital's own preparation. The form is not verified: every one of them carries `UNVERIFIED_FORM`. */
export interface HospitalPreparation {
  readonly ok: true;
  readonly kind: "hospital-preparation";
  readonly canonical: string;
  readonly number: string;
  /** `undefined` for the letter F, whose meaning in these numbers is not verified. */
  readonly productClass: DrugNumberClass | undefined;
  readonly province: Province | undefined;
  /** 制备字: filed, not approved. */
  readonly filed: boolean;
  readonly year: number | undefined;
  readonly serial: string;
  readonly warnings: readonly IdentifierWarning[];
}

/** What {@link parseApprovalNumber} made of a cell. */
export type ApprovalNumber = DomesticApproval | ImportCertificate | HospitalPreparation | UnreadIdentifier;

const domestic = /^国药(准|试)字([HZSBTFJ])([CJ])?(\d{8})号?$/;
const certificate = /^(B)?([HZS])(C)?(\d{8})$/;
const bareDomestic = /^([HZSBTFJ])([CJ])?(\d{8})$/;
const hospital = new RegExp(`^([${PROVINCE_SIGNS}])药制(备)?字([HZSF])(\\d{8,})号?$`);

/**
 * Reads a drug approval number 批准文号. Width, case, white space and brackets do not matter.
 *
 * The first two of the eight digits are not always a year: they name the authority (10 the former Ministry of Health, 19 and 20
 * the national authority, else a province), and the year then stands in digits three and four. The second letters C and J are
 * not verified and warn (`UNVERIFIED_FORM`). A number without its prefix is read as an import certificate when it begins with
 * 19 or 20, and warns, because the domestic number of the same letters and digits exists.
 *
 * @returns never throws; a cell that is no such number gives `ok: false` and its reason
 * @example
 * parseApprovalNumber("国药准字Ｚ 20053908").canonical; // "国药准字Z20053908"
 */
export function parseApprovalNumber(raw: string): ApprovalNumber {
  const cell = normaliseRegistration(raw);
  if (!cell.ok) return cell;
  const text = cell.text;
  const full = domestic.exec(text);
  if (full !== null) {
    const [, sign, letter, second, digits] = full;
    return readDomestic(letter!, second, digits!, sign === "准" ? "approved" : "trial", []);
  }
  const bare = certificate.exec(text);
  if (bare !== null && (bare[1] !== undefined || bare[3] !== undefined || /^(?:19|20)/.test(bare[4]!))) {
    return readCertificate(bare[1] !== undefined, bare[2]!, bare[3] !== undefined, bare[4]!);
  }
  const headless = bareDomestic.exec(text);
  if (headless !== null) {
    const [, letter, second, digits] = headless;
    return readDomestic(letter!, second, digits!, "approved", ["PREFIX_MISSING"]);
  }
  const own = hospital.exec(text);
  if (own !== null) return readHospital(own[1]!, own[2] !== undefined, own[3]!, own[4]!);
  return unread(raw, isScientific(text) ? "NUMBER_DAMAGED" : "NOT_RECOGNISED");
}

/** Digits three and four, taken as a year from 1950 to 2049. */
const shortYear = (digits: string): number => {
  const year = Number(digits.slice(2, 4));
  return year < 50 ? 2000 + year : 1900 + year;
};

function readDomestic(
  letter: string,
  second: string | undefined,
  digits: string,
  status: "approved" | "trial",
  warnings: IdentifierWarning[],
): DomesticApproval {
  const lead = digits.slice(0, 2);
  const national = lead === "19" || lead === "20";
  const ministry = lead === "10";
  const province = national || ministry ? undefined : provinceOf(lead);
  const year = national ? Number(digits.slice(0, 4)) : shortYear(digits);
  const plausible = isPlausibleYear(year);
  if (second !== undefined) warnings.push("UNVERIFIED_FORM");
  if (!plausible) warnings.push("YEAR_IMPLAUSIBLE");
  if (!national && !ministry && province === undefined) warnings.push("UNKNOWN_PROVINCE");
  const number = `${letter}${second ?? ""}${digits}`;
  return {
    ok: true,
    kind: "domestic",
    canonical: `国药${status === "approved" ? "准" : "试"}字${number}`,
    number,
    status,
    productClass: CLASSES[letter as keyof typeof CLASSES],
    origin: second === "C" ? "hong-kong-macao-taiwan" : second === "J" || letter === "J" ? "imported" : "domestic",
    authority: national
      ? "national"
      : ministry
        ? "former-ministry-of-health"
        : province === undefined
          ? "unknown"
          : "province",
    province,
    year: plausible ? year : undefined,
    yearMeaning: national || ministry ? "approval" : "renumbering",
    serial: digits.slice(4),
    warnings,
  };
}

function readCertificate(largePack: boolean, letter: string, sar: boolean, digits: string): ImportCertificate {
  const year = Number(digits.slice(0, 4));
  const plausible = isPlausibleYear(year);
  const number = `${largePack ? "B" : ""}${letter}${sar ? "C" : ""}${digits}`;
  const warnings: IdentifierWarning[] = largePack || sar ? [] : ["PREFIX_UNCERTAIN"];
  if (!plausible) warnings.push("YEAR_IMPLAUSIBLE");
  return {
    ok: true,
    kind: "import-certificate",
    canonical: number,
    number,
    productClass: CLASSES[letter as "H" | "Z" | "S"],
    origin: sar ? "hong-kong-macao-taiwan" : "imported",
    largePack,
    year: plausible ? year : undefined,
    serial: digits.slice(4),
    warnings,
  };
}

function readHospital(sign: string, filed: boolean, letter: string, digits: string): HospitalPreparation {
  const year = Number(digits.slice(0, 4));
  const plausible = isPlausibleYear(year);
  const number = `${letter}${digits}`;
  return {
    ok: true,
    kind: "hospital-preparation",
    canonical: `${sign}药制${filed ? "备" : ""}字${number}`,
    number,
    productClass: letter === "F" ? undefined : CLASSES[letter as "H" | "Z" | "S"],
    province: provinceOf(sign),
    filed,
    year: plausible ? year : undefined,
    serial: digits.slice(4),
    warnings: plausible ? ["UNVERIFIED_FORM"] : ["UNVERIFIED_FORM", "YEAR_IMPLAUSIBLE"],
  };
}
