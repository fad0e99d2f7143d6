import { PvError } from "../error.ts";
import { gs1CheckDigit } from "./check-digit.ts";
import { dayOf, isCalendarDate, isoDay, type PartialDate } from "./date.ts";
import {
  type IdentifierWarning,
  isScientific,
  normaliseIdentifier,
  type UnreadIdentifier,
  unread,
} from "./identifier-text.ts";

/** One element string: an application identifier and its data. */
export interface Gs1Element {
  readonly ai: string;
  readonly value: string;
}

/** A GS1 code, of a device (UDI) or of an imported drug. */
export interface Gs1Udi {
  readonly ok: true;
  readonly kind: "gs1";
  /** Bracketed, (01) first, then the elements of fixed length, then the others, each by identifier. */
  readonly canonical: string;
  /** GTIN-14, the device identifier UDI-DI. */
  readonly gtin: string | undefined;
  readonly lot: string | undefined;
  readonly serial: string | undefined;
  readonly madeOn: PartialDate | undefined;
  readonly packedOn: PartialDate | undefined;
  readonly bestBefore: PartialDate | undefined;
  readonly expiresOn: PartialDate | undefined;
  /** Every element in the order of the canonical text. */
  readonly elements: readonly Gs1Element[];
  /** What could not be split; it is not part of the canonical text. */
  readonly rest: string;
  readonly warnings: readonly IdentifierWarning[];
}

/** How two-digit years are read. */
export interface Gs1Options {
  /**
   * The year around which two-digit years are placed: at most 49 years before it, at most 50 after. The GS1 rule takes the
   * current year; a library that asks no clock takes 2025 unless told, so 1976 to 2075.
   */
  readonly referenceYear?: number | undefined;
}

const GS = "\u001d";
const REFERENCE_YEAR = 2025;

/** Application identifiers met on products, with the length of their data. */
const ELEMENTS: Readonly<Record<string, { readonly length: number; readonly fixed: boolean }>> = Object.fromEntries(
  (
    [
      [true, 18, "00"],
      [true, 14, "01 02"],
      [true, 6, "11 12 13 15 16 17"],
      [true, 2, "20"],
      [false, 20, "10 21 22 710 711 712 713 714"],
      [false, 8, "30 37"],
      [false, 30, "240 241 250 251 90"],
      [false, 10, "7003"],
      [false, 90, "91 92 93 94 95 96 97 98 99"],
    ] as const
  ).flatMap(([fixed, length, codes]) => codes.split(" ").map((ai) => [ai, { length, fixed }])),
);
const isFixed = (ai: string): boolean => ELEMENTS[ai]?.fixed ?? false;

/**
 * Reads a GS1 code: bracketed, `(01)06901234567892(10)A213B1`, or plain with variable elements ended by FNC1 (0x1D, or the
 * `<GS>` and `␝` that exports write for it), with or without a symbology prefix such as `]C1` or `]d2`. A GTIN-12, -13 or -14
 * alone is read when its check digit fits (`BARE_GTIN`). Text is made upper case, lot and serial too.
 *
 * Day 00 is the last of the month (`DAY_UNSTATED`). In the plain form a lot without FNC1 after it runs to the end: nothing can
 * tell where it stops.
 *
 * @returns never throws on data; a cell that is no such code gives `ok: false` and its reason
 * @throws PvError `INVALID_OPTION` for a `referenceYear` outside 1850 to 2149
 * @see GS1 General Specifications, sections 3 and 7.12
 * @example
 * parseGs1("]d2010690123456789217150700").canonical; // "(01)06901234567892(17)150700"
 */
export function parseGs1(raw: string, options: Gs1Options = {}): Gs1Udi | UnreadIdentifier {
  const referenceYear = options.referenceYear ?? REFERENCE_YEAR;
  if (!(Number.isInteger(referenceYear) && referenceYear >= 1850 && referenceYear <= 2149)) {
    throw new PvError("INVALID_OPTION", `referenceYear: expected a year from 1850 to 2149, got ${referenceYear}`);
  }
  const cell = normaliseIdentifier(raw);
  if (!cell.ok) return cell;
  const signed = /^\](?:C1|D2|Q3|E0|J1)/.test(cell.text);
  const text = (signed ? cell.text.slice(3) : cell.text)
    .replace(/[<{[]GS[>}\]]|␝/g, GS)
    .replace(/^\u001d+|\u001d+$/g, "");
  const warnings: IdentifierWarning[] = [];
  const split = text.startsWith("(")
    ? splitBracketed(text, warnings)
    : signed || /^01\d{14}/.test(text)
      ? splitPlain(text, warnings)
      : bareGtin(text, warnings);
  if (split.elements.length === 0) return unread(raw, isScientific(text) ? "NUMBER_DAMAGED" : "NOT_RECOGNISED");
  return read(split, referenceYear, warnings);
}

interface Split {
  readonly elements: readonly Gs1Element[];
  readonly rest: string;
}
const nothing: Split = { elements: [], rest: "" };

function splitBracketed(code: string, warnings: IdentifierWarning[]): Split {
  const text = code.replaceAll(GS, "");
  const marks = [...text.matchAll(/\((\d{2,4})\)/g)];
  if (marks[0]?.index !== 0) return nothing;
  const elements = marks.map((mark, i) => ({
    ai: mark[1]!,
    value: text.slice(mark.index + mark[0].length, marks[i + 1]?.index),
  }));
  if (!elements.some(({ ai }) => ai in ELEMENTS)) return nothing;
  if (elements.some(({ value }) => value === "")) warnings.push("ELEMENT_LENGTH");
  return { elements: elements.filter(({ value }) => value !== ""), rest: "" };
}

function splitPlain(text: string, warnings: IdentifierWarning[]): Split {
  const elements: Gs1Element[] = [];
  let at = 0;
  while (at < text.length) {
    if (text[at] === GS) {
      at++;
      continue;
    }
    const ai = [2, 3, 4].map((length) => text.slice(at, at + length)).find((code) => code in ELEMENTS);
    if (ai === undefined) {
      warnings.push("UNKNOWN_ELEMENT", "UNREAD_REST");
      break;
    }
    const from = at + ai.length;
    const separator = text.indexOf(GS, from);
    const end = separator < 0 ? text.length : separator;
    const to = isFixed(ai) ? from + ELEMENTS[ai]!.length : end;
    if (to > end || to === from) {
      // Cut short: taking the stump for a value would make a GTIN or a date out of half of one.
      warnings.push("ELEMENT_LENGTH", "UNREAD_REST");
      break;
    }
    elements.push({ ai, value: text.slice(from, to) });
    at = to;
  }
  return { elements, rest: text.slice(at) };
}

function bareGtin(text: string, warnings: IdentifierWarning[]): Split {
  if (!/^\d{12,14}$/.test(text) || gs1CheckDigit(text.slice(0, -1)) !== Number(text.at(-1))) return nothing;
  warnings.push("BARE_GTIN");
  return { elements: [{ ai: "01", value: text.padStart(14, "0") }], rest: "" };
}

function read({ elements: written, rest }: Split, referenceYear: number, warnings: IdentifierWarning[]): Gs1Udi {
  const values = new Map<string, string>();
  for (const { ai, value } of written) {
    const known = ELEMENTS[ai];
    if (known === undefined) warnings.push("UNKNOWN_ELEMENT");
    else if (known.fixed ? value.length !== known.length : value.length > known.length) warnings.push("ELEMENT_LENGTH");
    if (!values.has(ai)) values.set(ai, value);
    else if (values.get(ai) !== value) warnings.push("REPEATED_ELEMENT");
  }
  const rank = (ai: string): number => (ai === "01" ? 0 : isFixed(ai) ? 1 : 2);
  const elements = [...values]
    .map(([ai, value]) => ({ ai, value }))
    .sort((x, y) => rank(x.ai) - rank(y.ai) || (x.ai < y.ai ? -1 : 1));
  const gtin = values.get("01");
  if (gtin === undefined) warnings.push("MISSING_GTIN");
  else if (gs1CheckDigit(gtin.slice(0, -1)) !== Number(gtin.at(-1))) warnings.push("CHECK_MISMATCH");
  const date = (ai: string): PartialDate | undefined => {
    const value = values.get(ai);
    return value === undefined ? undefined : gs1Date(value, referenceYear, warnings);
  };
  const madeOn = date("11");
  const expiresOn = date("17");
  if (madeOn !== undefined && expiresOn !== undefined && expiresOn < madeOn) warnings.push("DATE_ORDER");
  return {
    ok: true,
    kind: "gs1",
    canonical: elementText(elements),
    gtin,
    lot: values.get("10"),
    serial: values.get("21"),
    madeOn,
    packedOn: date("13"),
    bestBefore: date("15"),
    expiresOn,
    elements,
    rest,
    warnings: [...new Set(warnings)],
  };
}

/** A lot may itself hold brackets; if it could be taken for an identifier, the code is written plain. */
function elementText(elements: readonly Gs1Element[]): string {
  if (!elements.some(({ value }) => /\(\d{2,4}\)/.test(value))) {
    return elements.map(({ ai, value }) => `(${ai})${value}`).join("");
  }
  return `]C1${elements.map(({ ai, value }) => (isFixed(ai) ? ai + value : ai + value + GS)).join("")}`;
}

function gs1Date(text: string, referenceYear: number, warnings: IdentifierWarning[]): PartialDate | undefined {
  const century = referenceYear - (referenceYear % 100);
  const parts = /^(\d\d)(\d\d)(\d\d)$/.exec(text);
  if (parts === null) {
    warnings.push("BAD_DATE");
    return undefined;
  }
  const ahead = Number(parts[1]) - (referenceYear % 100);
  const year = century + Number(parts[1]) + (ahead > 50 ? -100 : ahead < -49 ? 100 : 0);
  const month = Number(parts[2]);
  const day = Number(parts[3]);
  if (!isCalendarDate(year, month, day === 0 ? 1 : day)) {
    warnings.push("BAD_DATE");
    return undefined;
  }
  if (day > 0) return isoDay(dayOf(year, month, day));
  warnings.push("DAY_UNSTATED");
  return isoDay((month === 12 ? dayOf(year + 1, 1, 1) : dayOf(year, month + 1, 1)) - 1);
}
