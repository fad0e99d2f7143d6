import { isoDay, partialDay, type PartialDate } from "../report/date.ts";
import type { Patient, Report, ReportEvent, Seriousness, Sex } from "../report/report.ts";
import { chinaValues } from "./e2b-china.ts";
import { KIND_CODES, OUTCOME_CODES, SENDER_CODES, SERIOUSNESS_CODES } from "./e2b-codes.ts";
import { criteria, earliest, given, type Fields } from "./e2b-fields.ts";
import { ASSESSMENT, MEDDRA, readAssessments, r3Products } from "./e2b-r3-products.ts";
import { anyCase, type AgeUnit, type PatientCodes } from "./patient.ts";
import { attributeOf, childrenOf, descend, findBelow, textOf, type XmlNode } from "./xml-node.ts";

const SENDER_ID = "2.16.840.1.113883.3.989.2.1.3.1";
const WORLDWIDE_ID = "2.16.840.1.113883.3.989.2.1.3.2";
const FDA_ASSESSMENT = "2.16.840.1.113883.3.989.5.1.2.2.1.3";
const SENDER_TYPE = "2.16.840.1.113883.3.989.2.1.1.7";

const patientCodes: PatientCodes = {
  ages: anyCase(
    new Map<string, AgeUnit>([
      ["A", "year"],
      ["MO", "month"],
      ["WK", "week"],
      ["D", "day"],
      ["H", "hour"],
      ["10.A", "decade"],
      ["{DECADE}", "decade"],
    ]),
  ),
  noAgeUnit: new Set([""]),
  sexes: (code) => (code === "1" ? "male" : code === "2" ? "female" : undefined) satisfies Sex | undefined,
  noSex: new Set(["", "0"]),
};

/** Makes the report of one `PORR_IN049016UV`; see `readE2b` for what becomes of each element. */
export class R3Mapper {
  readonly #fields: Fields;
  readonly #narrative: boolean;
  readonly #source: string;
  readonly #names: ReadonlyMap<string, string>;

  constructor(fields: Fields, narrative: boolean, source: string, names: ReadonlyMap<string, string>) {
    this.#fields = fields;
    this.#narrative = narrative;
    this.#source = source;
    this.#names = names;
  }

  /** `undefined` when it was rejected, which is an issue already. */
  report(message: XmlNode): Report | undefined {
    const fields = this.#fields;
    const act = descend(message, "controlActProcess");
    const event = descend(act, "subject", "investigationEvent");
    const own = fields.text("C.1.1", idOf(event, SENDER_ID));
    const id = fields.text("C.1.8.1", idOf(event, WORLDWIDE_ID)) ?? own;
    if (event === undefined || id === undefined) {
      fields.issue("MISSING_ID", "report-rejected", "C.1.8.1");
      return undefined;
    }
    const role = descend(event, "component", "adverseEventAssessment", "subject1", "primaryRole");
    const reactions = observations(role, "29", ASSESSMENT).filter((one) => childrenOf(one, "id").length > 0);
    const events = fields.events(reactions.flatMap((one) => this.#event(one) ?? []));
    const eventDate = earliest(events.map(({ onset }) => onset));
    const first = fields.date("C.1.4", attributeOf(descend(event, "effectiveTime", "low"), "value"));
    const latest = fields.date("C.1.5", attributeOf(descend(event, "availabilityTime"), "value"));
    const created = attributeOf(descend(act, "effectiveTime"), "value");
    const receivedDate = latest ?? first;
    const reportedDate = fields.date("C.1.2", created);
    const serious = this.#serious(reactions);
    const source = primarySource(event);
    const sender = senderOf(event);
    const assessments = readAssessments(childrenOf(descend(event, "component", "adverseEventAssessment"), "component"));
    const { products, unexpected } = r3Products(role, assessments, fields);
    const hospital = fields.text("D.CN.3", chinaValues(role).get("D.CN.3")?.[0]);
    const organisation = "representedOrganization";
    const narrative = textOf(descend(event, "text"));
    return {
      id,
      source: this.#source,
      version: versionOf(receivedDate ?? reportedDate),
      domain: "drug",
      products,
      events,
      ...given({
        recordId: fields.text("C.1.1", `${sortable(created)} ${own ?? ""}`),
        retracted: this.#characteristic(event, "3", "C.1.11.1", RETRACTION_CODES),
        receivedDate,
        eventDate,
        awareDate: first,
        reportedDate,
        deathDate: fields.date("D.9.1", attributeOf(descend(role, "player1", "deceasedTime"), "value")),
        kind: this.#characteristic(event, "1", "C.1.3", KIND_CODES),
        serious,
        unexpected,
        classification: fields.text("C.1.CN.2", chinaValues(event).get("C.1.CN.2")?.[0]),
        unit:
          hospital ??
          fields.text("C.3.2", textOf(descend(sender, organisation, "assignedEntity", organisation, "name"))),
        unitKind:
          hospital === undefined
            ? fields.code("C.3.1", attributeOf(descend(sender, "code"), "code"), SENDER_CODES)
            : ("medical" as const),
        region: fields.text("C.2.r.2.5", textOf(descend(source, "addr", "state"))),
        country: countryCode(
          fields.text("E.i.9", countryOf(reactions) ?? attributeOf(reporterCountry(source), "code")),
        ),
        reporter: fields.text(
          "C.2.r.4",
          attributeOf(descend(source, "assignedPerson", "asQualifiedEntity", "code"), "code"),
        ),
        patient: this.#patient(role, eventDate),
        narrative: this.#narrative ? narrative : undefined,
        narrativeLength: narrative?.length,
      }),
    };
  }

  #characteristic<T>(event: XmlNode, code: string, field: string, table: ReadonlyMap<string, T>): T | undefined {
    const characteristic = childrenOf(event, "subjectOf2")
      .map((one) => descend(one, "investigationCharacteristic"))
      .find((one) => attributeOf(descend(one, "code"), "code") === code);
    return this.#fields.code(field, attributeOf(descend(characteristic, "value"), "code"), table);
  }

  /**
   * A coded reaction is known by its code: the reporter's words for one code differ from report to report, and in their
   * language.
   */
  #event(reaction: XmlNode): ReportEvent | undefined {
    const fields = this.#fields;
    const [value] = childrenOf(reaction, "value");
    const code = fields.text("E.i.2.1b", attributeOf(value, "code"));
    const coded = code !== undefined && attributeOf(value, "codeSystem") === MEDDRA;
    const words =
      textOf(related(reaction, "30").at(0)) ??
      textOf(descend(value, "originalText")) ??
      attributeOf(value, "displayName");
    const named = coded ? (this.#names.get(code) ?? `MedDRA ${code}`) : (words ?? code);
    const term = fields.text("E.i.1.2", named);
    if (term === undefined) {
      fields.issue("PLACEHOLDER", "row-rejected", "E.i.2.1b", "", "neither code nor words");
      return undefined;
    }
    const version = attributeOf(value, "codeSystemVersion");
    const onset = fields.date("E.i.4", attributeOf(findBelow(descend(reaction, "effectiveTime"), "low"), "value"));
    const outcome = fields.code("E.i.7", attributeOf(related(reaction, "27").at(0), "code"), OUTCOME_CODES);
    const dictionary = coded ? `MedDRA ${version === undefined ? "" : `${version.slice(0, 20)} `}LLT` : undefined;
    return { term, ...given({ code, dictionary, onset, outcome }) };
  }

  /** The union over the reactions; empty where criteria stand and none is met. */
  #serious(reactions: readonly XmlNode[]): Seriousness[] | undefined {
    const met = new Set<Seriousness>();
    let asked = false;
    for (const reaction of reactions) {
      for (const relation of childrenOf(reaction, "outboundRelationship2")) {
        const code = descend(relation, "observation", "code");
        const system = attributeOf(code, "codeSystem");
        const number = attributeOf(code, "code") ?? "";
        const criterion =
          system === FDA_ASSESSMENT
            ? number === "7"
              ? "intervention"
              : undefined
            : system === ASSESSMENT
              ? SERIOUSNESS_CODES.get(number)
              : undefined;
        if (criterion === undefined) continue;
        asked = true;
        if (attributeOf(descend(relation, "observation", "value"), "value") === "true") met.add(criterion);
      }
    }
    return asked ? criteria(met) : undefined;
  }

  #patient(role: XmlNode | undefined, eventDate: PartialDate | undefined): Patient | undefined {
    const player = descend(role, "player1");
    const age = descend(observations(role, "3", ASSESSMENT).at(0), "value");
    const weight = descend(observations(role, "7", ASSESSMENT).at(0), "value");
    const cells = {
      age: attributeOf(age, "value") ?? "",
      ageUnit: attributeOf(age, "unit") ?? "",
      weight: attributeOf(weight, "value") ?? "",
      weightUnit: attributeOf(weight, "unit") ?? "",
      sex: attributeOf(descend(player, "administrativeGenderCode"), "code") ?? "",
    };
    // Only for the age: a day of birth is a personal detail.
    const born =
      cells.age === "" ? this.#fields.date("D.2.1", attributeOf(descend(player, "birthTime"), "value")) : undefined;
    const days = ageInDays(born, eventDate);
    return this.#fields.patient(
      days === undefined ? cells : { ...cells, age: String(days), ageUnit: "d" },
      patientCodes,
    );
  }
}

const RETRACTION_CODES: ReadonlyMap<string, true | undefined> = new Map([
  ["1", true],
  ["2", undefined],
]);

function idOf(event: XmlNode | undefined, root: string): string | undefined {
  return attributeOf(
    childrenOf(event, "id").find((id) => attributeOf(id, "root") === root),
    "extension",
  );
}

/** Observations about the patient with a code, in their order. */
function observations(role: XmlNode | undefined, code: string, system: string): XmlNode[] {
  return childrenOf(role, "subjectOf2")
    .flatMap((one) => childrenOf(one, "observation"))
    .filter((one) => {
      const [found] = childrenOf(one, "code");
      return attributeOf(found, "code") === code && attributeOf(found, "codeSystem") === system;
    });
}

/** Values of the observations about a reaction with a code. */
function related(reaction: XmlNode, code: string): XmlNode[] {
  return childrenOf(reaction, "outboundRelationship2")
    .map((relation) => descend(relation, "observation"))
    .filter((one) => attributeOf(descend(one, "code"), "code") === code)
    .flatMap((one) => childrenOf(one, "value"));
}

/** The reporter marked as the primary source for regulatory purposes, else the first. */
function primarySource(event: XmlNode): XmlNode | undefined {
  const sources = childrenOf(event, "outboundRelationship").filter(
    (one) => attributeOf(descend(one, "relatedInvestigation", "code"), "code") === "2",
  );
  const primary = sources.find((one) => attributeOf(descend(one, "priorityNumber"), "value") === "1") ?? sources[0];
  return descend(primary, "relatedInvestigation", "subjectOf2", "controlActEvent", "author", "assignedEntity");
}

function reporterCountry(source: XmlNode | undefined): XmlNode | undefined {
  return descend(source, "assignedPerson", "asLocatedEntity", "location", "code");
}

function senderOf(event: XmlNode): XmlNode | undefined {
  return childrenOf(event, "subjectOf1")
    .map((one) => descend(one, "controlActEvent", "author", "assignedEntity"))
    .find((one) => attributeOf(descend(one, "code"), "codeSystem") === SENDER_TYPE);
}

function countryOf(reactions: readonly XmlNode[]): string | undefined {
  for (const reaction of reactions) {
    const code = attributeOf(descend(reaction, "location", "locatedEntity", "locatedPlace", "code"), "code");
    if (code !== undefined) return code;
  }
  return undefined;
}

/** ISO codes are capitals; some senders write them small. */
function countryCode(code: string | undefined): string | undefined {
  return code?.length === 2 ? code.toUpperCase() : code;
}

/** Days from birth to event where both days are known. */
function ageInDays(born: PartialDate | undefined, event: PartialDate | undefined): number | undefined {
  const from = born === undefined ? undefined : partialDay(born);
  const to = event === undefined ? undefined : partialDay(event);
  if (from?.precision !== "day" || to?.precision !== "day" || to.day < from.day) return undefined;
  return to.day - from.day;
}

/** Days from 1900-01-01 to 1970-01-01. */
const DAYS_TO_1970 = 25_567;

/**
 * Version number of a case: R3 numbers none, but new information moves C.1.5 forward. It is the number of its day, counted from
 * 1900-01-01; of versions of one day the one created last (C.1.2, in the record id) stands.
 */
function versionOf(date: PartialDate | undefined): number {
  const day = date === undefined ? undefined : partialDay(date)?.day;
  return day === undefined ? 1 : Math.max(1, day + DAYS_TO_1970);
}

/** A time of creation in a form whose order is that of time: UTC where the zone is given, fourteen digits. */
export function sortable(time = ""): string {
  const parts = /^(\d{4})(\d{2})?(\d{2})?(\d{2})?(\d{2})?(\d{2})?(?:\.\d+)?(?:([+-])(\d{2})(\d{2}))?$/.exec(time);
  if (parts === null) return "00000000000000";
  const [, year, month = "01", day = "01", hour = "00", minute = "00", second = "00", sign, zh = "0", zm = "0"] = parts;
  const zone = (sign === "-" ? -1 : 1) * (Number(zh) * 60 + Number(zm));
  const date = partialDay(`${year}-${month}-${day}`);
  if (date === undefined || sign === undefined) return `${year}${month}${day}${hour}${minute}${second}`;
  const minutes = date.day * 1440 + Number(hour) * 60 + Number(minute) - zone;
  const [y, m, d] = isoDay(Math.floor(minutes / 1440)).split("-");
  const rest = ((minutes % 1440) + 1440) % 1440;
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${y}${m}${d}${two(Math.floor(rest / 60))}${two(rest % 60)}${second}`;
}
