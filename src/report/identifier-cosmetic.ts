import { provinceOf, PROVINCE_SIGNS, type Province } from "./identifier-province.ts";
import {
  type IdentifierWarning,
  isPlausibleYear,
  isScientific,
  normaliseRegistration,
  type UnreadIdentifier,
  unread,
} from "./identifier-text.ts";

/** Registration number of a special cosmetic 国妆特字. */
export interface SpecialCosmetic {
  readonly ok: true;
  readonly kind: "special";
  readonly canonical: string;
  /** Told by 进 or the letters G and J; `undefined` in the newer form, which has neither. */
  readonly origin: "domestic" | "imported" | undefined;
  readonly year: number;
  readonly serial: string;
  readonly warnings: readonly IdentifierWarning[];
}

/** Filing number of an ordinary cosmetic. */
export interface OrdinaryCosmetic {
  readonly ok: true;
  readonly kind: "ordinary";
  readonly canonical: string;
  /** `undefined` for 国妆网备制字, whose meaning is not verified. */
  readonly origin: "domestic" | "imported" | undefined;
  /** The province that filed it. */
  readonly province: Province | undefined;
  readonly year: number;
  readonly serial: string;
  readonly warnings: readonly IdentifierWarning[];
}

/** What {@link parseCosmeticNumber} made of a cell. */
export type CosmeticNumber = SpecialCosmetic | OrdinaryCosmetic | UnreadIdentifier;

const special = /^国妆特(进|制)?字([GJ])?(\d{4})(\d{4,})号?$/;
const domestic = new RegExp(`^([${PROVINCE_SIGNS}])G妆网备字(\\d{4})(\\d{6})号?$`);
const imported = new RegExp(`^国妆网备(进|制)字\\(?([${PROVINCE_SIGNS}])\\)?(\\d{4})(\\d{6})号?$`);

/**
 * Reads a registration or filing number of a cosmetic. Width, case, white space and the kind of bracket do not matter. The form
 * without G or J (since 2021) and the sign 制 are not verified and warn (`UNVERIFIED_FORM`).
 *
 * @returns never throws; a cell that is no such number gives `ok: false` and its reason
 * @example
 * parseCosmeticNumber("国妆特字g20150123号").canonical; // "国妆特字G20150123"
 */
export function parseCosmeticNumber(raw: string): CosmeticNumber {
  const cell = normaliseRegistration(raw);
  if (!cell.ok) return cell;
  const text = cell.text;
  const registered = special.exec(text);
  if (registered !== null) {
    const [, sign = "", letter = "", year, serial] = registered;
    const abroad = sign === "进" || letter === "J";
    return {
      ok: true,
      kind: "special",
      canonical: `国妆特${sign}字${letter}${year!}${serial!}`,
      origin: abroad ? "imported" : letter === "G" ? "domestic" : undefined,
      year: Number(year),
      serial: serial!,
      warnings: warningsOf(year!, letter === "" || sign === "制"),
    };
  }
  const home = domestic.exec(text);
  if (home !== null) {
    const [, sign, year, serial] = home;
    return ordinary(`${sign!}G妆网备字${year!}${serial!}`, "domestic", sign!, year!, serial!, false);
  }
  const foreign = imported.exec(text);
  if (foreign !== null) {
    const [, way, sign, year, serial] = foreign;
    const origin = way === "进" ? "imported" : undefined;
    return ordinary(`国妆网备${way!}字(${sign!})${year!}${serial!}`, origin, sign!, year!, serial!, way === "制");
  }
  return unread(raw, isScientific(text) ? "NUMBER_DAMAGED" : "NOT_RECOGNISED");
}

function ordinary(
  canonical: string,
  origin: "domestic" | "imported" | undefined,
  sign: string,
  year: string,
  serial: string,
  unverified: boolean,
): OrdinaryCosmetic {
  const warnings = warningsOf(year, unverified);
  return {
    ok: true,
    kind: "ordinary",
    canonical,
    origin,
    province: provinceOf(sign),
    year: Number(year),
    serial,
    warnings,
  };
}

function warningsOf(year: string, unverified: boolean): readonly IdentifierWarning[] {
  const warnings: IdentifierWarning[] = unverified ? ["UNVERIFIED_FORM"] : [];
  if (!isPlausibleYear(Number(year), 1980)) warnings.push("YEAR_IMPLAUSIBLE");
  return warnings;
}
