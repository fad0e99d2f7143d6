import type { Patient, Report, ReportEvent, ReportProduct, Seriousness, Sex } from "../report/report.ts";
import { criteria, given, type Fields } from "./e2b-fields.ts";
import { listOf, recordsOf, textIn, type R2Record } from "./e2b-r2.ts";
import { anyCase, type AgeUnit, type PatientCodes } from "./patient.ts";

/** Problems of device and patient, else the event type; the event type alone; both. */
export type EventLevel = "problem" | "type" | "both";

/** Stand where a name is missing. */
const placeholder = /^(\**|-|UNK.*|NA|N\/A|NI|NONE|NO INFORMATION|NOT APPLICABLE|INVALID DATA)$/i;
const eventTypes = new Set(["Death", "Injury", "Malfunction", "Other"]);

const outcomes: ReadonlyMap<string, Seriousness> = new Map([
  ["DEATH", "death"],
  ["LIFE THREATENING", "life-threatening"],
  ["HOSPITALIZATION", "hospitalisation"],
  ["DISABILITY", "disability"],
  ["CONGENITAL ANOMALY", "congenital-anomaly"],
  ["REQUIRED INTERVENTION", "intervention"],
  ["OTHER", "other"],
]);
const NO_OUTCOME = new Set(["", "UNKNOWN", "NO INFORMATION", "NOT APPLICABLE", "INVALID DATA", "*", "I", "U", "A"]);

const patientCodes: PatientCodes = {
  ages: anyCase(
    new Map<string, AgeUnit>([
      ["YR", "year"],
      ["MO", "month"],
      ["WK", "week"],
      ["DA", "day"],
      ["DY", "day"],
      ["HR", "hour"],
    ]),
  ),
  noAgeUnit: new Set([""]),
  sexes: anyCase(
    new Map<string, Sex>([
      ["F", "female"],
      ["FEMALE", "female"],
      ["M", "male"],
      ["MALE", "male"],
    ]),
  ),
  noSex: new Set(["", "UNKNOWN", "UNK", "U", "*", "NI", "NA", "NOT APPLICABLE", "NO INFORMATION"]),
};

/** One device event of openFDA, as `readMaude` would read its rows. */
export function openFdaDevice(
  record: R2Record,
  fields: Fields,
  level: EventLevel,
  keepNarrative: boolean,
): Report | undefined {
  const at = (name: string): string | undefined => known(textIn(record[name]));
  const id = fields.text("mdr_report_key", at("mdr_report_key"));
  if (id === undefined) {
    fields.issue("MISSING_ID", "report-rejected", "mdr_report_key");
    return undefined;
  }
  const type = at("event_type");
  if (type !== undefined && !eventTypes.has(type) && !/^no answer provided$/i.test(type)) {
    fields.issue("UNKNOWN_CODE", "value-dropped", "event_type", type);
  }
  const kind = type !== undefined && eventTypes.has(type) ? type : undefined;
  const patients = recordsOf(record["patient"]);
  const text = recordsOf(record["mdr_text"])
    .flatMap((one) => textIn(one["text"]) ?? [])
    .join("\n");
  const products = recordsOf(record["device"]).flatMap((device) => product(device, fields) ?? []);
  return {
    id,
    source: "maude",
    version: 1,
    domain: "device",
    products: fields.products(products),
    events: events(record, patients, kind, level, fields),
    ...given({
      receivedDate: fields.date("date_received", at("date_received")),
      eventDate: fields.date("date_of_event", at("date_of_event")),
      eventKey: fields.text("event_key", at("event_key")),
      serious: serious(patients, kind, fields),
      country: fields.text("reporter_country_code", at("reporter_country_code")),
      region: fields.text("reporter_state_code", at("reporter_state_code")),
      reporter: fields.text("reporter_occupation_code", at("reporter_occupation_code")),
      patient: patient(patients[0], fields),
      narrative: keepNarrative && text !== "" ? text : undefined,
      narrativeLength: text === "" ? undefined : text.length,
    }),
  };
}

function product(device: R2Record, fields: Fields): ReportProduct | undefined {
  const at = (name: string): string | undefined => fields.text(name, known(textIn(device[name])));
  const [brand, generic, code] = [at("brand_name"), at("generic_name"), at("device_report_product_code")];
  const name = brand ?? generic ?? code;
  if (brand === undefined && generic === undefined) {
    const effect = name === undefined ? "row-rejected" : "repaired";
    fields.issue("PLACEHOLDER", effect, "brand_name", textIn(device["brand_name"]) ?? "", name ?? "");
  }
  if (name === undefined) return undefined;
  const lots = fields.lots([known(textIn(device["lot_number"]))]);
  const classes = new Map([
    ["1", "I"],
    ["2", "II"],
    ["3", "III"],
  ]);
  return {
    name,
    role: "suspect",
    ...given({
      ingredient: generic,
      manufacturer: at("manufacturer_d_name"),
      lots: lots.length === 0 ? undefined : lots,
      code,
      model: at("model_number"),
      udi: at("udi_di"),
      expires: fields.date("expiration_date_of_device", known(textIn(device["expiration_date_of_device"]))),
      riskClass: classes.get(textIn(recordsOf(device["openfda"])[0]?.["device_class"]) ?? ""),
    }),
  };
}

function events(
  record: R2Record,
  patients: readonly R2Record[],
  type: string | undefined,
  level: EventLevel,
  fields: Fields,
): ReportEvent[] {
  const problems =
    level === "type"
      ? []
      : [record["product_problems"], ...patients.map((one) => one["patient_problems"])]
          .flatMap(listOf)
          .flatMap((one) => fields.text("problem", known(textIn(one))) ?? []);
  const terms = new Set(problems);
  if (type !== undefined && (level !== "problem" || terms.size === 0)) terms.add(type);
  return [...terms].map((term) => ({ term }));
}

/** The union over the patients; older files number the outcomes and let them accumulate (`"1, Death, 2, Hospitalization"`). */
function serious(patients: readonly R2Record[], type: string | undefined, fields: Fields): Seriousness[] | undefined {
  const met = new Set<Seriousness>(type === "Death" ? ["death"] : []);
  for (const text of patients.flatMap((one) => listOf(one["sequence_number_outcome"])).map(textIn)) {
    for (const part of (text ?? "").split(/[,;]/)) {
      const outcome = part.replace(/^\s*\d*\.?/, "").trim();
      const criterion = outcomes.get(outcome.toUpperCase());
      if (criterion !== undefined) met.add(criterion);
      else if (!NO_OUTCOME.has(outcome.toUpperCase())) {
        fields.issue("UNKNOWN_CODE", "value-dropped", "sequence_number_outcome", outcome);
      }
    }
  }
  return met.size === 0 && type !== "Malfunction" ? undefined : criteria(met);
}

function patient(record: R2Record | undefined, fields: Fields): Patient | undefined {
  if (record === undefined) return undefined;
  const [age, ageUnit] = amount(known(textIn(record["patient_age"])));
  const [weight, weightUnit] = amount(known(textIn(record["patient_weight"])));
  const sex = textIn(record["patient_sex"])?.trim() ?? "";
  return fields.patient({ age, ageUnit, weight, weightUnit, sex }, patientCodes);
}

/** `62 YR` as number and unit. */
function amount(text = ""): readonly [amount: string, unit: string] {
  const parts = /^([\d.]+)\s*([A-Za-z]*)$/.exec(text);
  return parts === null ? [text, ""] : [parts[1]!, parts[2]!];
}

function known(text: string | undefined): string | undefined {
  const value = text?.trim() ?? "";
  return placeholder.test(value) ? undefined : value;
}
