import { type IdentifierWarning, normaliseIdentifier, type UnreadIdentifier, unread } from "./identifier-text.ts";

/** A cosmetic classification code taken apart; each group lists its values in the order written. */
export interface CosmeticClass {
  readonly ok: true;
  readonly kind: "cosmetic-class";
  readonly canonical: string;
  readonly efficacy: readonly string[];
  readonly site: readonly string[];
  /** 01 infants, 02 children: not verified. */
  readonly user: readonly string[];
  readonly form: readonly string[];
  readonly method: readonly string[];
  /** A letter among efficacy, site or user: a claim the catalogue does not know, which makes the product a special one. */
  readonly newEfficacy: boolean;
  readonly warnings: readonly IdentifierWarning[];
}

/** What {@link parseCosmeticClass} made of a cell. */
export type CosmeticClassResult = CosmeticClass | UnreadIdentifier;

const GROUPS = ["efficacy", "site", "user", "form", "method"] as const;
/** The draft of 2020 had the form before the user group. */
const DRAFT_GROUPS = ["efficacy", "site", "form", "user", "method"] as const;

/** How {@link parseCosmeticClass} reads a code. */
export interface CosmeticClassOptions {
  /** Which text's order of groups; `"2021"` unless told. */
  readonly order?: "2021" | "2020-draft" | undefined;
}

/**
 * Reads a cosmetic classification code: five groups joined by `-`, several values in a group joined by `/`. Values are two digits;
 * another length warns. The canonical text is always in the order of 2021: efficacy, site, user, form, method.
 *
 * @returns never throws; a cell that is no such code gives `ok: false` and its reason
 * @example
 * parseCosmeticClass("０５/26－02－03－04－01").canonical; // "05/26-02-03-04-01"
 */
export function parseCosmeticClass(raw: string, options: CosmeticClassOptions = {}): CosmeticClassResult {
  const cell = normaliseIdentifier(raw);
  if (!cell.ok) return cell;
  const parts = cell.text.replace(/[\u2010-\u2015\u2212]/g, "-").split("-");
  const values = parts.map((part) => part.split("/"));
  if (values.length !== 5 || !values.flat().every((value) => /^(?:\d{1,3}|[A-Z])$/.test(value))) {
    return unread(raw, "NOT_RECOGNISED");
  }
  const order = options.order === "2020-draft" ? DRAFT_GROUPS : GROUPS;
  const group = (name: (typeof GROUPS)[number]): readonly string[] => values[order.indexOf(name)]!;
  const lettered = (name: (typeof GROUPS)[number]): boolean => group(name).some((value) => /[A-Z]/.test(value));
  const odd = values.flat().some((value) => /^\d(?:\d\d)?$/.test(value)) || lettered("form") || lettered("method");
  return {
    ok: true,
    kind: "cosmetic-class",
    canonical: GROUPS.map((name) => group(name).join("/")).join("-"),
    efficacy: group("efficacy"),
    site: group("site"),
    user: group("user"),
    form: group("form"),
    method: group("method"),
    newEfficacy: lettered("efficacy") || lettered("site") || lettered("user"),
    warnings: odd ? ["UNUSUAL_LENGTH"] : [],
  };
}
