import type { Answer, Patient, Report, ReportEvent, ReportProduct, Seriousness, Sex } from "../report/report.ts";
import { DOSE_KEPT, KIND_CODES, OUTCOME_CODES, ROLE_CODES, SENDER_CODES } from "./e2b-codes.ts";
import { criteria, earliest, given, latest, type Fields } from "./e2b-fields.ts";
import type { AgeUnit, PatientCodes } from "./patient.ts";
import type { XmlNode } from "./xml-node.ts";

/**
 * A report in the shape openFDA gives it: values, records and lists of them, by the tag names of E2B(R2). A single record may
 * stand without its list, and an absent value may be `null`.
 */
export type R2Value = unknown;
export type R2Record = Readonly<Record<string, R2Value>>;

/** The elements of a report as a record, its names in lower case. */
export function recordOf(node: XmlNode): R2Record {
  const record: Record<string, R2Value> = Object.create(null) as Record<string, R2Value>;
  for (const child of node.children) {
    const name = child.name.toLowerCase();
    const value = child.children.length === 0 ? child.text : recordOf(child);
    const known = record[name];
    if (Array.isArray(known)) known.push(value);
    else record[name] = known === undefined ? value : [known, value];
  }
  return record;
}

/** A list, also where it is one record or nothing. */
export function listOf(value: R2Value): readonly R2Value[] {
  return value === undefined || value === null ? [] : Array.isArray(value) ? (value as R2Value[]) : [value];
}

/** The records of a list; what is none is left out. */
export function recordsOf(value: R2Value): readonly R2Record[] {
  return listOf(value).filter((one): one is R2Record => typeof one === "object" && one !== null && !Array.isArray(one));
}

/** A value as text; nothing where it is a record or a list. */
export function textIn(value: R2Value): string | undefined {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : undefined;
}

/** ICH age units. */
export const R2_AGES: ReadonlyMap<string, AgeUnit> = new Map([
  ["800", "decade"],
  ["801", "year"],
  ["802", "month"],
  ["803", "week"],
  ["804", "day"],
  ["805", "hour"],
]);

const sexes: ReadonlyMap<string, Sex> = new Map([
  ["1", "male"],
  ["2", "female"],
]);

const patientCodes: PatientCodes = {
  ages: (code) => R2_AGES.get(code),
  noAgeUnit: new Set([""]),
  sexes: (code) => sexes.get(code),
  noSex: new Set(["", "0"]),
};

const seriousness = {
  seriousnessdeath: "death",
  seriousnesslifethreatening: "life-threatening",
  seriousnesshospitalization: "hospitalisation",
  seriousnessdisabling: "disability",
  seriousnesscongenitalanomali: "congenital-anomaly",
  seriousnessother: "other",
} as const satisfies Readonly<Record<string, Seriousness>>;

/**
 * FDA's public files put the result of the dechallenge into the free text of ICH B.4.k.19. openFDA explains 3 as "does not
 * apply", but 4 occurs beside it: neither says anything for certain.
 */
const dechallenges: ReadonlyMap<string, Answer | undefined> = new Map([
  ["1", "yes"],
  ["2", "no"],
  ["3", undefined],
  ["4", undefined],
]);
const rechallenges: ReadonlyMap<string, Answer> = new Map([
  ["1", "yes"],
  ["2", "no"],
  ["3", "unknown"],
]);

/** ICH dose units in common use; of others only the number is kept. */
const doseUnits: ReadonlyMap<string, string> = new Map([
  ["001", "kg"],
  ["002", "g"],
  ["003", "mg"],
  ["004", "µg"],
  ["005", "ng"],
  ["011", "l"],
  ["012", "ml"],
  ["025", "iu"],
  ["032", "dosage form"],
]);

/** Makes the report of one `safetyreport`, of E2B(R2) files and of openFDA; see `readE2b` and `readOpenFda`. */
export class R2Mapper {
  readonly #fields: Fields;
  readonly #narrative: boolean;
  readonly #source: string;

  /** @param source - name space of the ids of files that are not FDA's public ones */
  constructor(fields: Fields, narrative: boolean, source: string) {
    this.#fields = fields;
    this.#narrative = narrative;
    this.#source = source;
  }

  /** `undefined` when it was rejected, which is an issue already. */
  report(record: R2Record, openFda = false): Report | undefined {
    const fields = this.#fields;
    const written = fields.text("safetyreportid", textIn(record["safetyreportid"]));
    if (written === undefined) {
      fields.issue("MISSING_ID", "report-rejected", "safetyreportid");
      return undefined;
    }
    const [sender] = recordsOf(record["sender"]);
    const organisation = textIn(sender?.["senderorganization"])?.trim() ?? "";
    const isPublic = openFda || /^FDA[- ]?Public/i.test(organisation);
    const id = isPublic ? written.replace(/^(\d+)-[\dX]$/i, "$1") : written;
    const [patient] = recordsOf(record["patient"]);
    const [primary] = recordsOf(record["primarysource"]);
    const first = this.#date(record, "receivedate");
    const recent = this.#date(record, "receiptdate");
    const receivedDate = latest([first, recent]);
    const reactions = recordsOf(patient?.["reaction"]);
    const products = fields.products(
      recordsOf(patient?.["drug"]).flatMap((drug) => this.#product(drug, isPublic) ?? []),
    );
    const events = fields.events(reactions.flatMap((one) => this.#event(one, isPublic) ?? []));
    const [death] = recordsOf(patient?.["patientdeath"]);
    const narrative = this.#narrativeOf(record, patient);
    const [duplicate] = recordsOf(record["reportduplicate"]);
    return {
      id,
      // A number that lost a check digit is an ISR number of legacy AERS, another series than the case numbers.
      source: !isPublic ? this.#source : id === written ? "faers" : "aers-isr",
      version: this.#version(record),
      domain: "drug",
      products,
      events,
      ...given({
        retracted: textIn(record["casenullification"])?.trim() === "1" ? true : undefined,
        receivedDate,
        eventDate: earliest(events.map(({ onset }) => onset)),
        awareDate: isPublic ? undefined : first,
        reportedDate: isPublic ? undefined : this.#date(record, "transmissiondate"),
        deathDate: death === undefined ? undefined : this.#date(death, "patientdeathdate"),
        kind: fields.code("reporttype", textIn(record["reporttype"]), KIND_CODES),
        serious: this.#serious(record),
        unit: fields.text("sender", isPublic ? textIn(duplicate?.["duplicatesource"]) : organisation),
        unitKind: isPublic ? undefined : fields.code("sendertype", textIn(sender?.["sendertype"]), SENDER_CODES),
        region: fields.text("reporterstate", textIn(primary?.["reporterstate"])),
        country:
          fields.text("occurcountry", textIn(record["occurcountry"])) ??
          fields.text("reportercountry", textIn(primary?.["reportercountry"])) ??
          fields.text("primarysourcecountry", textIn(record["primarysourcecountry"])),
        reporter: fields.text("qualification", textIn(primary?.["qualification"])),
        patient: this.#patient(patient),
        narrative: this.#narrative ? narrative : undefined,
        narrativeLength: narrative?.length,
      }),
    };
  }

  #date(record: R2Record, name: string): string | undefined {
    return this.#fields.date(name, textIn(record[name]));
  }

  #version(record: R2Record): number {
    const text = textIn(record["safetyreportversion"])?.trim() ?? "";
    if (/^\d{1,6}$/.test(text)) return Number(text);
    if (text !== "") this.#fields.issue("BAD_NUMBER", "repaired", "safetyreportversion", text, "1");
    return 1;
  }

  /** ICH B.5.1, which stands below the report, and in FDA's files below the patient. */
  #narrativeOf(record: R2Record, patient: R2Record | undefined): string | undefined {
    const [summary] = [...recordsOf(record["summary"]), ...recordsOf(patient?.["summary"])];
    const text = textIn(summary?.["narrativeincludeclinical"])?.trim();
    return text === "" ? undefined : text;
  }

  #serious(record: R2Record): Seriousness[] | undefined {
    const met = new Set<Seriousness>();
    for (const [name, criterion] of Object.entries(seriousness)) {
      const code = textIn(record[name])?.trim() ?? "";
      if (code === "1") met.add(criterion);
      else if (code !== "" && code !== "2") this.#fields.issue("UNKNOWN_CODE", "value-dropped", name, code);
    }
    if (met.size > 0) return criteria(met);
    const serious = textIn(record["serious"])?.trim();
    return serious === "1" ? ["unspecified"] : serious === "2" ? [] : undefined;
  }

  #patient(patient: R2Record | undefined): Patient | undefined {
    if (patient === undefined) return undefined;
    const cell = (name: string): string => textIn(patient[name])?.trim() ?? "";
    const cells = {
      age: cell("patientonsetage"),
      ageUnit: cell("patientonsetageunit"),
      weight: cell("patientweight"),
      weightUnit: "KG",
      sex: cell("patientsex"),
    };
    return this.#fields.patient(cells, patientCodes);
  }

  #product(drug: R2Record, isPublic: boolean): ReportProduct | undefined {
    const fields = this.#fields;
    const at = (name: string): string | undefined => textIn(drug[name]);
    const ingredient = fields.joined(
      "activesubstancename",
      recordsOf(drug["activesubstance"]).flatMap((one) => listOf(one["activesubstancename"]).map(textIn)),
    );
    const reported = fields.text("medicinalproduct", at("medicinalproduct"));
    // FDA's names can end with a full stop that is none of them (METHOTREXATE.).
    const name = (isPublic ? reported?.replace(/^([^.]+)\.$/, "$1") : reported) ?? ingredient;
    if (name === undefined) {
      fields.issue("PLACEHOLDER", "row-rejected", "medicinalproduct", "", "no name");
      return undefined;
    }
    const code = at("drugcharacterization")?.trim() ?? "";
    const role = ROLE_CODES.get(code);
    if (role === undefined) fields.issue("UNKNOWN_CODE", "repaired", "drugcharacterization", code, "concomitant");
    const lots = fields.lots(listOf(drug["drugbatchnumb"]).map(textIn));
    return {
      name,
      role: role ?? "concomitant",
      ...given({
        ingredient,
        manufacturer: fields.text("drugauthorizationholder", at("drugauthorizationholder")),
        code: fields.text("drugauthorizationnumb", at("drugauthorizationnumb")),
        lots: lots.length === 0 ? undefined : lots,
        form: fields.text("drugdosageform", at("drugdosageform")),
        route: fields.text("drugadministrationroute", at("drugadministrationroute")),
        dose: fields.text("drugdosagetext", at("drugdosagetext") ?? structuredDose(at)),
        start: fields.date("drugstartdate", at("drugstartdate")),
        end: fields.date("drugenddate", at("drugenddate")),
        indication: fields.text("drugindication", apostrophes(at("drugindication"), isPublic)),
        dechallenge: this.#dechallenge(at, isPublic),
        rechallenge: fields.code("drugrecurreadministration", at("drugrecurreadministration"), rechallenges),
      }),
    };
  }

  /** Outside of FDA's public files `drugadditional` is the free text that ICH B.4.k.19 makes it. */
  #dechallenge(at: (name: string) => string | undefined, isPublic: boolean): Answer | undefined {
    const stated = isPublic ? this.#fields.code("drugadditional", at("drugadditional"), dechallenges) : undefined;
    return stated ?? (DOSE_KEPT.has(at("actiondrug")?.trim() ?? "") ? "not-done" : undefined);
  }

  #event(reaction: R2Record, isPublic: boolean): ReportEvent | undefined {
    const fields = this.#fields;
    const at = (name: string): string | undefined => textIn(reaction[name]);
    const level = at("reactionmeddrapt")?.trim() ? "pt" : at("reactionmeddrallt")?.trim() ? "llt" : undefined;
    const text = level === undefined ? at("primarysourcereaction") : at(`reactionmeddra${level}`);
    const term = fields.text("reaction", apostrophes(text, isPublic));
    if (term === undefined) {
      fields.issue("PLACEHOLDER", "row-rejected", "reaction", "", "no term");
      return undefined;
    }
    const version = level === undefined ? "" : (at(`reactionmeddraversion${level}`)?.trim() ?? "");
    return {
      term,
      ...given({
        code: /^\d{8}$/.test(term) ? term : undefined,
        dictionary: /^\d{1,2}\.\d$/.test(version) ? `MedDRA ${version} ${level === "pt" ? "PT" : "LLT"}` : undefined,
        onset: this.#date(reaction, "reactionstartdate"),
        outcome: fields.code("reactionoutcome", at("reactionoutcome"), OUTCOME_CODES),
      }),
    };
  }
}

/** FDA writes an apostrophe as `^`. */
function apostrophes(text: string | undefined, isPublic: boolean): string | undefined {
  return isPublic ? text?.replaceAll("^", "'") : text;
}

function structuredDose(at: (name: string) => string | undefined): string | undefined {
  const amount = at("drugstructuredosagenumb")?.trim() ?? "";
  if (amount === "") return undefined;
  return `${amount} ${doseUnits.get(at("drugstructuredosageunit")?.trim() ?? "") ?? ""}`.trim();
}
