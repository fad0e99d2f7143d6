import { provinceOf, PROVINCE_SIGNS, type Province } from "./identifier-province.ts";
import {
  type IdentifierWarning,
  isPlausibleYear,
  isScientific,
  normaliseRegistration,
  type UnreadIdentifier,
  unread,
} from "./identifier-text.ts";

/** Who gave a device number. */
export interface DeviceIssuer {
  readonly level: "national" | "province" | "city";
  /** `undefined` for a national number. */
  readonly province: Province | undefined;
  /** The characters after the province sign, of a city: 温. */
  readonly city: string | undefined;
}

const ORIGINS = { 准: "domestic", 进: "imported", 许: "hong-kong-macao-taiwan", 试: "domestic" } as const;

/**
 * Which list the two category digits come from: the 68xx catalogue (`64` is 6864), the catalogue of 2018 (01 to 22), or `ivd`
 * for the 40 that in-vitro reagents kept. The same two digits mean different things in the first two.
 */
export type DeviceCatalogue = "68xx" | "2018" | "ivd" | "undetermined";

interface Registration {
  readonly ok: true;
  readonly canonical: string;
  readonly issuer: DeviceIssuer;
  readonly origin: (typeof ORIGINS)[keyof typeof ORIGINS];
  /** Year of the first registration (renewal keeps it), or of the certificate in the form used before October 2014. */
  readonly year: number;
  readonly deviceClass: 1 | 2 | 3;
  /** Two digits, to be read with `catalogue` only. */
  readonly category: string;
  readonly catalogue: DeviceCatalogue;
  readonly serial: string;
  readonly warnings: readonly IdentifierWarning[];
}

/** A registration number in the form used since October 2014: 晋械注准20152640012. */
export interface DeviceRegistration extends Registration {
  readonly kind: "registration";
}

/** A registration number in the form used before October 2014: 国食药监械(准)字2004第3660603号. */
export interface FormerDeviceRegistration extends Registration {
  readonly kind: "former-registration";
  /** 试: trial production. */
  readonly trial: boolean;
  /** (更): the certificate was amended. */
  readonly amended: boolean;
}

/** A filing number of a class I device: 国械备20151134号. */
export interface DeviceFiling {
  readonly ok: true;
  readonly kind: "filing";
  readonly canonical: string;
  readonly issuer: DeviceIssuer;
  readonly year: number;
  readonly deviceClass: 1;
  readonly serial: string;
  readonly warnings: readonly IdentifierWarning[];
}

/** What {@link parseDeviceNumber} made of a cell. */
export type DeviceNumber = DeviceRegistration | FormerDeviceRegistration | DeviceFiling | UnreadIdentifier;

const registration = new RegExp(`^(国|[${PROVINCE_SIGNS}])械注(准|进|许)(\\d{4})第?([123])(\\d{2})(\\d{3,6})号?$`);
const filing = new RegExp(`^(国|[${PROVINCE_SIGNS}])(\\p{Script=Han}{0,3})械备(\\d{4})(\\d{3,})号?$`, "u");
const former = new RegExp(
  `^(国|[${PROVINCE_SIGNS}])(\\p{Script=Han}{0,3}?)(食药监|食药管|药监|药管)械\\(?(准|进|许|试)\\)?字` +
    `(\\d{4})第?([123])(\\d{2})(\\d{3,6})号?(\\(更\\))?$`,
  "u",
);

/**
 * Reads a registration or filing number of a medical device. Width, case, white space and the kind of bracket do not matter.
 *
 * The number holds the year of the first registration only, so the catalogue of its category digits is told by that year: 68xx
 * up to 2017, 2018 from 2019 on, `undetermined` (with a warning) for the 01 to 22 of 2018, when the change fell in the middle of
 * the year. A category above 22 other than 40 is of the 68xx list whatever the year. The date of the change is not verified; do
 * not compare categories across catalogues.
 *
 * @returns never throws; a cell that is no such number gives `ok: false` and its reason
 * @example
 * parseDeviceNumber("国食药监械（准）字2004第3660603").canonical; // "国食药监械(准)字2004第3660603号"
 */
export function parseDeviceNumber(raw: string): DeviceNumber {
  const cell = normaliseRegistration(raw);
  if (!cell.ok) return cell;
  const text = cell.text;
  const current = registration.exec(text);
  if (current !== null) {
    const [, place, origin, year, deviceClass, category, serial] = current;
    const warnings: IdentifierWarning[] = deviceClass === "1" ? ["CLASS_NOT_REGISTERED"] : [];
    if (serial!.length !== 4) warnings.push("UNUSUAL_LENGTH");
    if (!isPlausibleYear(Number(year), 2014)) warnings.push("YEAR_IMPLAUSIBLE");
    return {
      ok: true,
      kind: "registration",
      canonical: `${place!}械注${origin!}${year!}${deviceClass!}${category!}${serial!}`,
      issuer: issuerOf(place!, ""),
      ...registered(origin!, year!, deviceClass!, category!, serial!, catalogueOf(Number(year), category!, warnings)),
      warnings,
    };
  }
  const filed = filing.exec(text);
  if (filed !== null) {
    const [, place, city, year, serial] = filed;
    const warnings: IdentifierWarning[] = serial!.length < 4 ? ["UNUSUAL_LENGTH"] : [];
    if (!isPlausibleYear(Number(year), 2014)) warnings.push("YEAR_IMPLAUSIBLE");
    return {
      ok: true,
      kind: "filing",
      canonical: `${place!}${city!}械备${year!}${serial!}号`,
      issuer: issuerOf(place!, city!),
      year: Number(year),
      deviceClass: 1,
      serial: serial!,
      warnings,
    };
  }
  const old = former.exec(text);
  if (old !== null) {
    const [, place, city, office, origin, year, deviceClass, category, serial, amended] = old;
    const warnings: IdentifierWarning[] = serial!.length < 4 || serial!.length > 5 ? ["UNUSUAL_LENGTH"] : [];
    if (!isPlausibleYear(Number(year), 1980, 2014)) warnings.push("YEAR_IMPLAUSIBLE");
    return {
      ok: true,
      kind: "former-registration",
      canonical: `${place!}${city!}${office!}械(${origin!})字${year!}第${deviceClass!}${category!}${serial!}号${amended ?? ""}`,
      issuer: issuerOf(place!, city!),
      ...registered(origin!, year!, deviceClass!, category!, serial!, "68xx"),
      trial: origin === "试",
      amended: amended !== undefined,
      warnings,
    };
  }
  return unread(raw, isScientific(text) ? "NUMBER_DAMAGED" : "NOT_RECOGNISED");
}

function issuerOf(place: string, city: string): DeviceIssuer {
  if (place === "国") return { level: "national", province: undefined, city: undefined };
  return {
    level: city === "" ? "province" : "city",
    province: provinceOf(place),
    city: city === "" ? undefined : city,
  };
}

function registered(
  origin: string,
  year: string,
  deviceClass: string,
  category: string,
  serial: string,
  catalogue: DeviceCatalogue,
): Pick<Registration, "origin" | "year" | "deviceClass" | "category" | "catalogue" | "serial"> {
  return {
    origin: ORIGINS[origin as keyof typeof ORIGINS],
    year: Number(year),
    deviceClass: Number(deviceClass) as 1 | 2 | 3,
    category,
    catalogue,
    serial,
  };
}

function catalogueOf(year: number, category: string, warnings: IdentifierWarning[]): DeviceCatalogue {
  if (year < 2018) return "68xx";
  const code = Number(category);
  if (code === 40) {
    if (year > 2018) return "ivd";
  } else if (code < 1 || code > 22) {
    if (year > 2018 || code === 0) warnings.push("CATEGORY_AGAINST_YEAR");
    return code === 0 ? "undetermined" : "68xx";
  } else if (year > 2018) return "2018";
  warnings.push("CATALOGUE_UNDETERMINED");
  return "undetermined";
}
