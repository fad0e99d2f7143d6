import { PvError } from "../error.ts";
import type { PartialDate } from "../report/date.ts";
import type { Report, ReportEvent, ReportKind, Seriousness, UnitKind } from "../report/report.ts";
import { SERIOUSNESS_CODES, OUTCOME_CODES } from "./e2b-codes.ts";
import { drugXml, roleXml } from "./e2b-write-products.ts";
import { attributes, element, observation, timeOf, uid, type Attributes } from "./e2b-write-xml.ts";

/** What an E2B(R3) batch says of itself. Nothing is taken from a clock. */
export interface E2bBatch {
  /** Identifier of the sender (N.1.3, N.2.r.2). */
  readonly sender: string;
  /** Identifier of the receiver (N.1.4, N.2.r.3). */
  readonly receiver: string;
  /** Time of creation (N.1.5, N.2.r.4), `CCYYMMDDhhmmss` with or without the zone: `"20240131083000+0800"`. */
  readonly created: string;
  /** Batch number (N.1.2); sender and time unless told. */
  readonly batch?: string;
}

const ICH = "2.16.840.1.113883.3.989.2.1";
const COUNTRY = "1.0.3166.1.2.2";
const FDA_ASSESSMENT = "2.16.840.1.113883.3.989.5.1.2.2.1.3";

const kinds: Readonly<Record<ReportKind, string>> = { spontaneous: "1", study: "2", other: "3" };
const units: Readonly<Partial<Record<UnitKind, string>>> = {
  holder: "1",
  authority: "2",
  medical: "3",
  other: "6",
  person: "7",
};

/**
 * @throws PvError `INVALID_ARGUMENT`
 */
export function checkE2bBatch({ sender, receiver, created, batch = "-" }: E2bBatch): void {
  for (const [name, value] of Object.entries({ sender, receiver, batch })) {
    if (typeof value === "string" && value.trim() !== "" && value.length <= 100) continue;
    throw new PvError("INVALID_ARGUMENT", `${name}: expected 1 to 100 characters`);
  }
  if (!/^\d{14}([+-]\d{4})?$/.test(created)) {
    throw new PvError("INVALID_ARGUMENT", `created: expected CCYYMMDDhhmmss[+-zzzz], got ${JSON.stringify(created)}`);
  }
}

/**
 * The pieces of an E2B(R3) batch file, one for each report; see `writeE2b`.
 *
 * @throws PvError `INVALID_ARGUMENT` at once, `INVALID_REPORT` for a report that is of neither a drug nor a vaccine
 */
export async function* e2bXml(
  reports: Iterable<Report> | AsyncIterable<Report>,
  batch: E2bBatch,
): AsyncGenerator<string> {
  const id = batch.batch ?? `${batch.sender}-${batch.created}`;
  yield `<?xml version="1.0" encoding="UTF-8"?>
<MCCI_IN200100UV01 xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ITSVersion="XML_1.0" xsi:schemaLocation="urn:hl7-org:v3 MCCI_IN200100UV01.xsd">
${element("id", { extension: id, root: `${ICH}.3.22` })}${element("creationTime", { value: batch.created })}${element("responseModeCode", { code: "D" })}${element("interactionId", { extension: "MCCI_IN200100UV01", root: "2.16.840.1.113883.1.6" })}${element("name", { code: "1", codeSystem: `${ICH}.1.1` })}
`;
  for await (const report of reports) yield `${messageXml(report, batch)}\n`;
  yield `${device("receiver", batch.receiver, 14)}${device("sender", batch.sender, 13)}
</MCCI_IN200100UV01>
`;
}

function messageXml(report: Report, batch: E2bBatch): string {
  if (report.domain !== "drug" && report.domain !== "vaccine") {
    throw new PvError("INVALID_REPORT", `${report.id}: E2B(R3) carries drugs and vaccines, not ${report.domain}`);
  }
  const created = report.reportedDate === undefined ? batch.created : timeOf(report.reportedDate);
  const act =
    element("code", { code: "PORR_TE049016UV", codeSystem: "2.16.840.1.113883.1.18" }) +
    element("effectiveTime", { value: created }) +
    element("subject", { typeCode: "SUBJ" }, investigation(report));
  return element(
    "PORR_IN049016UV",
    {},
    element("id", { extension: senderId(report), root: `${ICH}.3.1` }) +
      element("creationTime", { value: batch.created }) +
      element("interactionId", { extension: "PORR_IN049016UV", root: "2.16.840.1.113883.1.6" }) +
      element("processingCode", { code: "P" }) +
      element("processingModeCode", { code: "T" }) +
      element("acceptAckCode", { code: "AL" }) +
      device("receiver", batch.receiver, 12) +
      device("sender", batch.sender, 11) +
      element("controlActProcess", { classCode: "CACT", moodCode: "EVN" }, act),
  );
}

/** The id of the sender, which reading keeps in the record id behind the time of creation. */
function senderId({ id, recordId = "" }: Report): string {
  return /^\d{14} (.+)$/.exec(recordId)?.[1] ?? id;
}

function device(part: "sender" | "receiver", id: string, root: number): string {
  const inner = element("id", { extension: id, root: `${ICH}.3.${root}` });
  return element(
    part,
    { typeCode: part === "sender" ? "SND" : "RCV" },
    element("device", { classCode: "DEV", determinerCode: "INSTANCE" }, inner),
  );
}

function investigation(report: Report): string {
  return element(
    "investigationEvent",
    { classCode: "INVSTG", moodCode: "EVN" },
    element("id", { extension: senderId(report), root: `${ICH}.3.1` }) +
      element("id", { extension: report.id, root: `${ICH}.3.2` }) +
      element("code", { code: "PAT_ADV_EVNT", codeSystem: "2.16.840.1.113883.5.4" }) +
      (report.narrative === undefined ? "" : element("text", {}, report.narrative, true)) +
      element("statusCode", { code: "active" }) +
      element("effectiveTime", {}, element("low", time(report.awareDate))) +
      element("availabilityTime", time(report.receivedDate)) +
      element("component", { typeCode: "COMP" }, assessment(report)) +
      flag("1", "false") +
      flag("23", undefined) +
      element("outboundRelationship", { typeCode: "SPRT" }, reporterXml(report)) +
      element("subjectOf1", { typeCode: "SUBJ" }, senderXml(report)) +
      characteristic("1", report.kind === undefined ? "4" : kinds[report.kind], 2) +
      (report.retracted === true ? characteristic("3", "1", 5) : ""),
  );
}

const time = (date: PartialDate | undefined): Attributes =>
  date === undefined ? { nullFlavor: "NI" } : { value: timeOf(date) };

function flag(code: string, value: string | undefined): string {
  return element(
    "component",
    { typeCode: "COMP" },
    observation(code, attributes(value === undefined ? { nullFlavor: "NI" } : { value }, "BL"), "", "observationEvent"),
  );
}

function characteristic(code: string, value: string, system: number): string {
  return element(
    "subjectOf2",
    { typeCode: "SUBJ" },
    element(
      "investigationCharacteristic",
      { classCode: "OBS", moodCode: "EVN" },
      element("code", { code, codeSystem: `${ICH}.1.23` }) +
        element("value", { "xsi:type": "CE", code: value, codeSystem: `${ICH}.1.${system}` }),
    ),
  );
}

function author(inner: string): string {
  return element(
    "controlActEvent",
    { classCode: "CACT", moodCode: "EVN" },
    element("author", { typeCode: "AUT" }, element("assignedEntity", { classCode: "ASSIGNED" }, inner)),
  );
}

function reporterXml({ region, reporter, country, events }: Report): string {
  const located = (code: string): string =>
    element(
      "asLocatedEntity",
      { classCode: "LOCE" },
      element(
        "location",
        { classCode: "COUNTRY", determinerCode: "INSTANCE" },
        element("code", { code, codeSystem: COUNTRY }),
      ),
    );
  const person = element(
    "assignedPerson",
    { classCode: "PSN", determinerCode: "INSTANCE" },
    (reporter === undefined
      ? ""
      : element(
          "asQualifiedEntity",
          { classCode: "QUAL" },
          element("code", { code: reporter, codeSystem: `${ICH}.1.6` }),
        )) + (country !== undefined && events.length === 0 ? located(country) : ""),
  );
  const address = region === undefined ? "" : element("addr", {}, element("state", {}, region, true));
  return (
    element("priorityNumber", { value: "1" }) +
    element(
      "relatedInvestigation",
      { classCode: "INVSTG", moodCode: "EVN" },
      element("code", { code: "2", codeSystem: `${ICH}.1.22` }) +
        element("subjectOf2", { typeCode: "SUBJ" }, author(address + person)),
    )
  );
}

function senderXml({ unit, unitKind }: Report): string {
  const code = unitKind === undefined ? undefined : (units[unitKind] ?? "6");
  const organisation = (inner: string): string =>
    element("representedOrganization", { classCode: "ORG", determinerCode: "INSTANCE" }, inner);
  const name = unit === undefined ? "" : element("name", {}, unit, true);
  return author(
    element("code", { ...(code === undefined ? { nullFlavor: "NI" } : { code }), codeSystem: `${ICH}.1.7` }) +
      organisation(element("assignedEntity", { classCode: "ASSIGNED" }, organisation(name))),
  );
}

function assessment(report: Report): string {
  const { products, events } = report;
  const organizer = element(
    "organizer",
    { classCode: "CATEGORY", moodCode: "EVN" },
    element("code", { code: "4", codeSystem: `${ICH}.1.20` }) +
      products
        .map((product, k) => element("component", { typeCode: "COMP" }, drugXml(product, k, events.length)))
        .join(""),
  );
  const role = element(
    "primaryRole",
    { classCode: "INVSBJ" },
    patientXml(report) +
      events.map((event, i) => about(reactionXml(event, i, report))).join("") +
      (products.length === 0 ? "" : about(organizer)),
  );
  return element(
    "adverseEventAssessment",
    { classCode: "INVSTG", moodCode: "EVN" },
    element("subject1", { typeCode: "SBJ" }, role) +
      products.map((product, k) => roleXml(product, k, events.length)).join(""),
  );
}

const about = (inner: string): string => element("subjectOf2", { typeCode: "SBJ" }, inner);

function patientXml({ patient, deathDate }: Report): string {
  const sex = patient?.sex === "male" ? "1" : patient?.sex === "female" ? "2" : undefined;
  const player = element(
    "player1",
    { classCode: "PSN", determinerCode: "INSTANCE" },
    element("name", { nullFlavor: "MSK" }) +
      element(
        "administrativeGenderCode",
        sex === undefined ? { nullFlavor: "UNK" } : { code: sex, codeSystem: "1.0.5218" },
      ) +
      (deathDate === undefined ? "" : element("deceasedTime", { value: timeOf(deathDate) })),
  );
  const quantity = (code: string, value: number | undefined, unit: string): string =>
    value === undefined ? "" : about(observation(code, attributes({ value: decimal(value), unit }, "PQ")));
  return player + quantity("3", patient?.ageYears, "a") + quantity("7", patient?.weightKg, "kg");
}

/** Without an exponent, and without more digits than mean anything. */
const decimal = (value: number): string => value.toFixed(12).replace(/\.?0+$/, "");

function reactionXml(event: ReportEvent, i: number, { country, serious }: Report): string {
  const { code, term, onset, outcome } = event;
  const dictionary = /^MedDRA (?:(\S+) )?LLT$/.exec(event.dictionary ?? "");
  const isCoded = dictionary !== null && code !== undefined;
  const version = dictionary?.[1];
  const value = isCoded
    ? attributes(
        {
          code,
          codeSystem: "2.16.840.1.113883.6.163",
          ...(version === undefined ? {} : { codeSystemVersion: version }),
        },
        "CE",
      )
    : attributes({ nullFlavor: "NI", codeSystem: "2.16.840.1.113883.6.163" }, "CE");
  const outcomeCode = [...OUTCOME_CODES].find(([, meaning]) => meaning === outcome)?.[0];
  const relation = (inner: string): string => element("outboundRelationship2", { typeCode: "PERT" }, inner);
  return element(
    "observation",
    { classCode: "OBS", moodCode: "EVN" },
    element("id", { root: uid("reaction", i) }) +
      element("code", { code: "29", codeSystem: `${ICH}.1.19` }) +
      (onset === undefined
        ? ""
        : element("effectiveTime", { "xsi:type": "IVL_TS" }, element("low", { value: timeOf(onset) }))) +
      element("value", value) +
      (country === undefined ? "" : locationXml(country)) +
      relation(observation("30", { "xsi:type": "ED" }, term)) +
      (serious === undefined
        ? ""
        : criteriaXml(i === 0 ? serious : [])
            .map(relation)
            .join("")) +
      (outcomeCode === undefined
        ? ""
        : relation(observation("27", attributes({ code: outcomeCode, codeSystem: `${ICH}.1.11` }, "CE")))),
  );
}

function locationXml(country: string): string {
  const place = element(
    "locatedPlace",
    { determinerCode: "INSTANCE", classCode: "COUNTRY" },
    element("code", { code: country, codeSystem: COUNTRY }),
  );
  return element("location", { typeCode: "LOC" }, element("locatedEntity", { classCode: "LOCE" }, place));
}

/** The model knows seriousness of the report, R3 of each reaction: the first carries it, so that the union is the same. */
function criteriaXml(met: readonly Seriousness[]): string[] {
  const state = (is: boolean): Attributes => attributes(is ? { value: "true" } : { nullFlavor: "NI" }, "BL");
  const core = [...SERIOUSNESS_CODES].map(([code, criterion]) => observation(code, state(met.includes(criterion))));
  const fda = met.includes("intervention") ? [observation("7", state(true), "", "observation", FDA_ASSESSMENT)] : [];
  return [...core, ...fda];
}
