import { type Gs1Options, type Gs1Udi, parseGs1 } from "./identifier-gs1.ts";
import { type IdentifierWarning, normaliseIdentifier, type UnreadIdentifier, unread } from "./identifier-text.ts";

/** A device identifier of the MA system (MA.156.M0). */
export interface MaUdi {
  readonly ok: true;
  readonly kind: "ma";
  readonly canonical: string;
  /** The part that names the product, without the production segments. */
  readonly deviceIdentifier: string;
  readonly holder: string;
  /** First character of the product code. */
  readonly packageLevel: string;
  readonly item: string;
  readonly check: string;
  /** Production segments as written; their letters are not verified and not interpreted. */
  readonly segments: readonly string[];
  readonly warnings: readonly IdentifierWarning[];
}

/** A device identifier of the AHM system. Its form is not verified: every one carries `UNVERIFIED_FORM`. */
export interface AhmUdi {
  readonly ok: true;
  readonly kind: "ahm";
  readonly canonical: string;
  /** Holder code and product code; where one ends and the other begins is not verified. */
  readonly deviceIdentifier: string;
  /** BN. */
  readonly lot: string | undefined;
  /** SN. */
  readonly serial: string | undefined;
  /** MD, BD and ED as written. */
  readonly madeOn: string | undefined;
  readonly bestBefore: string | undefined;
  readonly expiresOn: string | undefined;
  readonly warnings: readonly IdentifierWarning[];
}

/** What {@link parseUdi} made of a cell. */
export type Udi = Gs1Udi | MaUdi | AhmUdi | UnreadIdentifier;

const AHM_TAGS = ["BN", "SN", "MD", "BD", "ED"] as const;

/**
 * Reads a unique device identifier in one of the three systems in use in China: GS1 (see `parseGs1`), MA, or AHM, of which only
 * the form with bracketed tags `…(BN)…(ED)…` is taken apart, because how the plain form is split is not verified.
 *
 * @returns never throws on data; a cell that is no such code gives `ok: false` and its reason
 * @throws PvError `INVALID_OPTION` for a `referenceYear` outside 1850 to 2149
 * @example
 * parseUdi("(10)A213B1(21)1234(01)06901234567892").canonical; // "(01)06901234567892(10)A213B1(21)1234"
 */
export function parseUdi(raw: string, options: Gs1Options = {}): Udi {
  const gs1 = parseGs1(raw, options);
  if (gs1.ok || gs1.reason !== "NOT_RECOGNISED") return gs1;
  const cell = normaliseIdentifier(raw);
  if (!cell.ok) return cell;
  return readMa(cell.text) ?? readAhm(cell.text) ?? unread(raw, "NOT_RECOGNISED");
}

function readMa(text: string): MaUdi | undefined {
  const parts = text.split(".");
  if (parts[0] !== "MA" || parts[1] !== "156" || parts[2] !== "M0") return undefined;
  const [, , , holder = "", product = "", ...segments] = parts;
  if (!/^[0-9A-Z]{1,20}$/.test(holder) || !/^[0-9A-Z]{3,20}$/.test(product)) return undefined;
  return {
    ok: true,
    kind: "ma",
    canonical: text,
    deviceIdentifier: `MA.156.M0.${holder}.${product}`,
    holder,
    packageLevel: product.slice(0, 1),
    item: product.slice(1, -1),
    check: product.slice(-1),
    segments,
    warnings: holder.length === 6 && product.length === 8 ? [] : ["UNUSUAL_LENGTH"],
  };
}

function readAhm(text: string): AhmUdi | undefined {
  const marks = [...text.matchAll(/\((BN|SN|MD|BD|ED)\)/g)];
  const deviceIdentifier = text.slice(0, marks[0]?.index);
  if (!/^[0-9A-Z.]+$/.test(deviceIdentifier) || (marks.length === 0 && !/^AHM\d/.test(text))) return undefined;
  const values = new Map<string, string>();
  const warnings: IdentifierWarning[] = ["UNVERIFIED_FORM"];
  marks.forEach((mark, i) => {
    const value = text.slice(mark.index + mark[0].length, marks[i + 1]?.index);
    if (values.has(mark[1]!)) warnings.push("REPEATED_ELEMENT");
    else values.set(mark[1]!, value);
  });
  const production = AHM_TAGS.filter((tag) => values.has(tag)).map((tag) => `(${tag})${values.get(tag)!}`);
  return {
    ok: true,
    kind: "ahm",
    canonical: deviceIdentifier + production.join(""),
    deviceIdentifier,
    lot: values.get("BN"),
    serial: values.get("SN"),
    madeOn: values.get("MD"),
    bestBefore: values.get("BD"),
    expiresOn: values.get("ED"),
    warnings: [...new Set(warnings)],
  };
}
