import type { ReportProduct } from "../report/report.ts";
import { RECHALLENGE_CODES, ROLE_CODES } from "./e2b-codes.ts";
import { attributes, element, timeOf, uid } from "./e2b-write-xml.ts";

const ICH = "2.16.840.1.113883.3.989.2.1";
const ACT = { classCode: "SBADM", moodCode: "EVN" } as const;
const INSTANCE = { determinerCode: "INSTANCE", classCode: "MMAT" } as const;
const KIND = { classCode: "MMAT", determinerCode: "KIND" } as const;

/** One drug of the case (G.k). */
export function drugXml(product: ReportProduct, k: number, reactions: number): string {
  const { dechallenge, rechallenge, indication } = product;
  const lots: readonly (string | undefined)[] = product.lots ?? [undefined];
  return element(
    "substanceAdministration",
    ACT,
    element("id", { root: uid("drug", k) }) +
      element("consumable", { typeCode: "CSM" }, element("instanceOfKind", { classCode: "INST" }, kindXml(product))) +
      lots.map((lot, i) => doseXml(product, lot, i === 0)).join("") +
      (rechallenge === undefined ? "" : rechallengeXml(codeOf(RECHALLENGE_CODES, rechallenge), reactions)) +
      (indication === undefined ? "" : indicationXml(indication)) +
      (dechallenge === "not-done" ? actionXml("4") : ""),
  );
}

/** The part the drug played and the causality (G.k.1, G.k.9.i.2), which stand outside of it. */
export function roleXml(product: ReportProduct, k: number, reactions: number): string {
  const drug = element(
    "subject2",
    { typeCode: "SUBJ" },
    element("productUseReference", ACT, element("id", { root: uid("drug", k) })),
  );
  const assess = (code: string, value: string, rest: string): string =>
    element(
      "component",
      { typeCode: "COMP" },
      element(
        "causalityAssessment",
        { classCode: "OBS", moodCode: "EVN" },
        element("code", { code, codeSystem: `${ICH}.1.19` }) + value + rest + drug,
      ),
    );
  const role = element(
    "value",
    attributes({ code: codeOf(ROLE_CODES, product.role), codeSystem: `${ICH}.1.13` }, "CE"),
  );
  const { causality } = product;
  if (causality === undefined) return assess("20", role, "");
  const result = element("value", { "xsi:type": "ST" }, causality, true);
  return (
    assess("20", role, "") +
    references(reactions)
      .map((i) => assess("39", result, i === undefined ? "" : element("subject1", { typeCode: "SUBJ" }, effect(i))))
      .join("")
  );
}

const effect = (i: number): string =>
  element("adverseEffectReference", { classCode: "OBS", moodCode: "EVN" }, element("id", { root: uid("reaction", i) }));

/** What is said of the product as a whole is said of each reaction; without one it is said once. */
function references(reactions: number): readonly (number | undefined)[] {
  return reactions === 0 ? [undefined] : Array.from({ length: reactions }, (_, i) => i);
}

function codeOf<T>(codes: ReadonlyMap<string, T>, meaning: T): string {
  return [...codes].find(([, one]) => one === meaning)?.[0] ?? "";
}

function kindXml({ name, manufacturer, code, ingredient, strength }: ReportProduct): string {
  const holder = (text: string): string =>
    element(
      "holder",
      { typeCode: "HLD" },
      element(
        "role",
        { classCode: "HLD" },
        element(
          "playingOrganization",
          { classCode: "ORG", determinerCode: "INSTANCE" },
          element("name", {}, text, true),
        ),
      ),
    );
  const approval =
    (code === undefined ? "" : element("id", { extension: code, root: `${ICH}.3.4` })) +
    (manufacturer === undefined ? "" : holder(manufacturer));
  const manufactured =
    approval === ""
      ? ""
      : element(
          "asManufacturedProduct",
          { classCode: "MANU" },
          element(
            "subjectOf",
            { typeCode: "SBJ" },
            element("approval", { classCode: "CNTRCT", moodCode: "EVN" }, approval),
          ),
        );
  const substances = ingredient?.split("; ") ?? [];
  const amount = substances.length === 1 ? /^(\d+(?:\.\d+)?) (\S+)$/.exec(strength ?? "") : null;
  const quantity =
    amount === null
      ? ""
      : element(
          "quantity",
          {},
          element("numerator", { value: amount[1]!, unit: amount[2]! }) + element("denominator", { value: "1" }),
        );
  const ingredients = substances.map((substance) =>
    element(
      "ingredient",
      { classCode: "ACTI" },
      quantity + element("ingredientSubstance", KIND, element("name", {}, substance, true)),
    ),
  );
  return element("kindOfProduct", KIND, element("name", {}, name, true) + manufactured + ingredients.join(""));
}

/** One course (G.k.4.r). Each lot has one; dose, times, route and form stand in the first. */
function doseXml(product: ReportProduct, lot: string | undefined, isFirst: boolean): string {
  const { dose, start, end, route, form } = isFirst ? product : {};
  const times =
    (start === undefined ? "" : element("low", { value: timeOf(start) })) +
    (end === undefined ? "" : element("high", { value: timeOf(end) }));
  const instance =
    (lot === undefined ? "" : element("productInstanceInstance", INSTANCE, element("lotNumberText", {}, lot, true))) +
    (form === undefined
      ? ""
      : element("kindOfProduct", KIND, element("formCode", {}, element("originalText", {}, form, true))));
  const inner =
    (dose === undefined ? "" : element("text", {}, dose, true)) +
    (times === "" ? "" : element("effectiveTime", { "xsi:type": "IVL_TS" }, times)) +
    (route === undefined ? "" : element("routeCode", {}, element("originalText", {}, route, true))) +
    (instance === ""
      ? ""
      : element("consumable", { typeCode: "CSM" }, element("instanceOfKind", { classCode: "INST" }, instance)));
  if (inner === "") return "";
  return element("outboundRelationship2", { typeCode: "COMP" }, element("substanceAdministration", ACT, inner));
}

function rechallengeXml(code: string, reactions: number): string {
  const value = element("value", attributes({ code, codeSystem: `${ICH}.1.16` }, "CE"));
  return references(reactions)
    .map((i) => {
      const reaction = i === undefined ? "" : element("id", { root: uid("reaction", i) });
      const reference =
        reaction === ""
          ? ""
          : element(
              "outboundRelationship1",
              { typeCode: "REFR" },
              element("actReference", { classCode: "OBS", moodCode: "EVN" }, reaction),
            );
      return element(
        "outboundRelationship2",
        { typeCode: "PERT" },
        element(
          "observation",
          { classCode: "OBS", moodCode: "EVN" },
          element("code", { code: "31", codeSystem: `${ICH}.1.19` }) + value + reference,
        ),
      );
    })
    .join("");
}

function indicationXml(indication: string): string {
  const value = element(
    "value",
    { "xsi:type": "CE", nullFlavor: "NI", codeSystem: "2.16.840.1.113883.6.163" },
    element("originalText", {}, indication, true),
  );
  const source = element(
    "performer",
    { typeCode: "PRF" },
    element("assignedEntity", { classCode: "ASSIGNED" }, element("code", { code: "3", codeSystem: `${ICH}.1.21` })),
  );
  return element(
    "inboundRelationship",
    { typeCode: "RSON" },
    element(
      "observation",
      { classCode: "OBS", moodCode: "EVN" },
      element("code", { code: "19", codeSystem: `${ICH}.1.19` }) + value + source,
    ),
  );
}

function actionXml(code: string): string {
  return element(
    "inboundRelationship",
    { typeCode: "CAUS" },
    element("act", { classCode: "ACT", moodCode: "EVN" }, element("code", { code, codeSystem: `${ICH}.1.15` })),
  );
}
