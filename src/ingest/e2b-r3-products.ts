import type { Answer, Causality, ReportProduct, Role } from "../report/report.ts";
import { chinaAnswers, chinaFlag, chinaValues } from "./e2b-china.ts";
import {
  ANSWER_ORDER,
  CAUSALITY_ORDER,
  CAUSALITY_WORDS,
  DOSE_KEPT,
  RECHALLENGE_CODES,
  ROLE_CODES,
} from "./e2b-codes.ts";
import { earliest, given, latest, type Fields } from "./e2b-fields.ts";
import { attributeOf, childrenOf, descend, findBelow, textOf, type XmlNode } from "./xml-node.ts";

/** Code system of the observations, and that of MedDRA. */
export const ASSESSMENT = "2.16.840.1.113883.3.989.2.1.1.19";
export const MEDDRA = "2.16.840.1.113883.6.163";
const ORGANIZER = "2.16.840.1.113883.3.989.2.1.1.20";
const AUTHORISATION = "2.16.840.1.113883.3.989.2.1.3.4";
const ACTION = "2.16.840.1.113883.3.989.2.1.1.15";

/** What `causalityAssessment` elements say about each drug, by the id of the drug: it is not said within the drug. */
export interface Assessments {
  readonly roles: ReadonlyMap<string, readonly string[]>;
  readonly results: ReadonlyMap<string, readonly string[]>;
}

export function readAssessments(components: readonly XmlNode[]): Assessments {
  const roles = new Map<string, string[]>();
  const results = new Map<string, string[]>();
  const add = (to: Map<string, string[]>, drug: string, text: string | undefined): void => {
    if (text !== undefined) to.set(drug, [...(to.get(drug) ?? []), text]);
  };
  for (const component of components) {
    for (const assessment of childrenOf(component, "causalityAssessment")) {
      const drug = attributeOf(descend(assessment, "subject2", "productUseReference", "id"), "root") ?? "";
      const [value] = childrenOf(assessment, "value");
      const kind = attributeOf(descend(assessment, "code"), "code");
      if (kind === "20") add(roles, drug, attributeOf(value, "code"));
      if (kind !== "39") continue;
      add(results, drug, textOf(value) ?? attributeOf(value, "displayName"));
      for (const text of chinaValues(assessment).get("G.k.9.i.2.r.CN.2") ?? []) add(results, drug, text);
    }
  }
  return { roles, results };
}

/**
 * The drugs of the case: those in the organizer "drug information" of the patient. Past drugs of the patient and the parent
 * stand in other organizers, device constituents in `part` of a drug.
 */
export function r3Products(
  role: XmlNode | undefined,
  assessments: Assessments,
  fields: Fields,
): { readonly products: ReportProduct[]; readonly unexpected: boolean | undefined } {
  const drugs = childrenOf(role, "subjectOf2")
    .flatMap((one) => childrenOf(one, "organizer"))
    .filter((one) => {
      const code = descend(one, "code");
      return attributeOf(code, "code") === "4" && attributeOf(code, "codeSystem") === ORGANIZER;
    })
    .flatMap((one) => childrenOf(one, "component"))
    .flatMap((one) => childrenOf(one, "substanceAdministration"));
  const ids = new Set(drugs.map(drugId));
  for (const id of assessments.roles.keys()) {
    if (!ids.has(id)) fields.issue("ORPHAN_ROW", "row-rejected", "G.k.1", id, "the role of a drug that is not there");
  }
  const products = fields.products(drugs.flatMap((drug) => product(drug, assessments, fields) ?? []));
  const unexpected = chinaFlag(
    fields,
    "G.k.9.i.CN.1",
    drugs.flatMap((drug) => chinaValues(drug).get("G.k.9.i.CN.1") ?? []),
  );
  return { products, unexpected };
}

const drugId = (drug: XmlNode): string => attributeOf(childrenOf(drug, "id")[0], "root") ?? "";

function product(drug: XmlNode, assessments: Assessments, fields: Fields): ReportProduct | undefined {
  const kind = descend(drug, "consumable", "instanceOfKind", "kindOfProduct");
  const code = descend(kind, "code");
  const ingredients = childrenOf(kind, "ingredient");
  const ingredient = fields.joined(
    "G.k.2.3.r.1",
    ingredients.map((one) => textOf(descend(one, "ingredientSubstance", "name"))),
  );
  const china = chinaValues(drug);
  const reported = fields.text("G.k.2.2", textOf(descend(kind, "name")) ?? attributeOf(code, "displayName"));
  const generic = fields.text("G.k.CN.1", china.get("G.k.CN.1")?.[0]);
  const name = generic ?? reported ?? ingredient;
  const role = roleOf(drugId(drug), assessments, fields);
  if (name === undefined) {
    fields.issue("PLACEHOLDER", "row-rejected", "G.k.2.2", "", "no name");
    return undefined;
  }
  const approval = descend(kind, "asManufacturedProduct", "subjectOf", "approval");
  const number = attributeOf(
    childrenOf(approval, "id").find((id) => attributeOf(id, "root") === AUTHORISATION),
    "extension",
  );
  const doses = childrenOf(drug, "outboundRelationship2").flatMap((one) => childrenOf(one, "substanceAdministration"));
  const instances = [drug, ...doses].map((one) => descend(one, "consumable", "instanceOfKind"));
  const lots = fields.lots(instances.map((one) => textOf(descend(one, "productInstanceInstance", "lotNumberText"))));
  const times = doses.map((dose) => descend(dose, "effectiveTime"));
  const dateAt = (field: string, edge: "low" | "high"): (string | undefined)[] =>
    times.map((time) => fields.date(field, attributeOf(findBelow(time, edge), "value")));
  return {
    name,
    role,
    ...given({
      ingredient,
      brand: generic !== undefined && reported !== generic ? reported : undefined,
      manufacturer: fields.text("G.k.3.3", textOf(descend(approval, "holder", "role", "playingOrganization", "name"))),
      code: fields.text("G.k.3.1", china.get("G.k.CN.4")?.[0] ?? number ?? attributeOf(code, "code")),
      lots: lots.length === 0 ? undefined : lots,
      strength: fields.joined("G.k.2.3.r.3", ingredients.map(strengthOf)),
      form: fields.joined(
        "G.k.4.r.9",
        instances.map((one) => codedText(descend(one, "kindOfProduct", "formCode"))),
      ),
      route: fields.joined(
        "G.k.4.r.10",
        doses.map((dose) => codedText(descend(dose, "routeCode"))),
      ),
      dose: fields.joined("G.k.4.r.8", doses.map(doseOf)),
      start: earliest(dateAt("G.k.4.r.4", "low")),
      end: latest(dateAt("G.k.4.r.5", "high")),
      expires: earliest(
        [drug, ...doses]
          .flatMap((one) => chinaValues(one).get("G.k.4.r.CN.1") ?? [])
          .map((text) => fields.date("G.k.4.r.CN.1", text)),
      ),
      indication: fields.joined("G.k.7.r", indicationsOf(drug)),
      causality: causalityOf(assessments.results.get(drugId(drug)) ?? [], fields),
      dechallenge: first(ANSWER_ORDER, [...chinaAnswers(fields, china.get("G.k.9.i.CN.2")), ...keptDose(drug)]),
      rechallenge: first(ANSWER_ORDER, rechallengesOf(drug, fields)),
    }),
  };
}

/** A drug whose part in the case nobody stated is no suspect. */
function roleOf(id: string, { roles }: Assessments, fields: Fields): Role {
  const [code = "", ...others] = roles.get(id) ?? [];
  const other = others.find((one) => one !== code);
  if (other !== undefined) fields.issue("CONFLICTING_VALUE", "noted", "G.k.1", other, `kept ${code}`);
  const role = ROLE_CODES.get(code);
  if (role === undefined) fields.issue("UNKNOWN_CODE", "repaired", "G.k.1", code, "concomitant");
  return role ?? "concomitant";
}

function codedText(node: XmlNode | undefined): string | undefined {
  return textOf(descend(node, "originalText")) ?? attributeOf(node, "displayName") ?? attributeOf(node, "code");
}

/** Number and unit of a quantity. */
function quantity(node: XmlNode | undefined): string | undefined {
  const value = attributeOf(node, "value");
  return value === undefined ? undefined : `${value} ${attributeOf(node, "unit") ?? ""}`.trim();
}

function strengthOf(ingredient: XmlNode): string | undefined {
  return quantity(descend(ingredient, "quantity", "numerator"));
}

function doseOf(dose: XmlNode): string | undefined {
  const structured = quantity(descend(dose, "doseQuantity"));
  const period = quantity(findBelow(descend(dose, "effectiveTime"), "period"));
  return (
    textOf(descend(dose, "text")) ??
    (structured === undefined || period === undefined ? structured : `${structured} / ${period}`)
  );
}

function indicationsOf(drug: XmlNode): (string | undefined)[] {
  return childrenOf(drug, "inboundRelationship")
    .map((one) => descend(one, "observation"))
    .filter((one) => attributeOf(descend(one, "code"), "code") === "19")
    .map((one) => descend(one, "value"))
    .map((value) => {
      const isBare = attributeOf(value, "codeSystem") === MEDDRA && attributeOf(value, "displayName") === undefined;
      const code = attributeOf(value, "code");
      return isBare && code !== undefined && textOf(value) === undefined ? `MedDRA ${code}` : codedText(value);
    });
}

function keptDose(drug: XmlNode): Answer[] {
  const actions = childrenOf(drug, "inboundRelationship")
    .map((one) => descend(one, "act", "code"))
    .filter((code) => attributeOf(code, "codeSystem") === ACTION)
    .map((code) => attributeOf(code, "code") ?? "");
  return actions.some((code) => DOSE_KEPT.has(code)) ? ["not-done"] : [];
}

function rechallengesOf(drug: XmlNode, fields: Fields): Answer[] {
  return childrenOf(drug, "outboundRelationship2")
    .map((one) => descend(one, "observation"))
    .filter((one) => attributeOf(descend(one, "code"), "code") === "31")
    .flatMap((one) => fields.code("G.k.9.i.4", attributeOf(descend(one, "value"), "code"), RECHALLENGE_CODES) ?? []);
}

function causalityOf(texts: readonly string[], fields: Fields): Causality | undefined {
  const stated = texts.flatMap((text) => fields.code("G.k.9.i.2.r.3", text.toLowerCase(), CAUSALITY_WORDS) ?? []);
  return first(CAUSALITY_ORDER, stated);
}

function first<T>(order: readonly T[], found: readonly T[]): T | undefined {
  return order.find((one) => found.includes(one));
}
