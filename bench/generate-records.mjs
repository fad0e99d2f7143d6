// Made-up records in the forms of other sources: FAERS quarters, MAUDE years, E2B batches, openFDA downloads, Health Canada.
import { draws, generateTable, zipf } from "./generate.mjs";

const DRUGS = Array.from({ length: 5_000 }, (_, i) => `DRUG-${String(i).padStart(4, "0")} HYDROCHLORIDE`);
const TERMS = Array.from({ length: 8_000 }, (_, i) => `Reaction ${i} of made-up kind`);
const drugOf = zipf(DRUGS.length, 1.05, 3, 21);
const termOf = zipf(TERMS.length, 1.1, 5, 22);
const drug = (d) => DRUGS[drugOf[d.next(drugOf.length)]];
const term = (d) => TERMS[termOf[d.next(termOf.length)]];
const compact = (day) => new Date(day * 864e5).toISOString().slice(0, 10).replaceAll("-", "");
const american = (day) => compact(day).replace(/(....)(..)(..)/, "$2/$3/$1");
const some = (d, most, make) => Array.from({ length: 1 + d.next(most) }, make);

/** Reports of this library's own model. */
export function* generateReports(n, seed = 5) {
  const table = generateTable(n, seed);
  for (let i = 0; i < n; i++) {
    const report = table.report(i);
    const id = `US-MADEUP-${String(i).padStart(7, "0")}`;
    const d = draws(seed, i);
    const day = new Date((19_000 + d.next(1_500)) * 864e5).toISOString().slice(0, 10);
    yield {
      id,
      source: "bench",
      version: 1,
      domain: "drug",
      receivedDate: day,
      country: "US",
      serious: d.chance(0.3) ? ["hospitalisation"] : [],
      patient: { ageYears: 1 + d.next(90), sex: d.pick(["male", "female"]) },
      products: report.products.map(({ name, role, lots }) => ({
        name,
        role,
        ...(lots === undefined ? {} : { lots }),
        start: day,
        route: "Oral",
        indication: "Hypertension",
      })),
      events: [...new Set(report.events.map((event) => event.term))].map((name) => ({
        term: name,
        onset: day,
        outcome: "recovered",
      })),
    };
  }
}

export function* jsonLines(values) {
  for (const value of values) yield `${JSON.stringify(value)}\n`;
}

/** The seven files of a FAERS quarter by name, as parallel lines: `{ file: line }` for every report. */
export const FAERS_HEADERS = {
  "DEMO24Q1.txt":
    "primaryid$caseid$caseversion$i_f_code$event_dt$mfr_dt$init_fda_dt$fda_dt$rept_cod$auth_num$mfr_num$mfr_sndr$lit_ref$age$age_cod$age_grp$sex$e_sub$wt$wt_cod$rept_dt$to_mfr$occp_cod$reporter_country$occr_country",
  "DRUG24Q1.txt":
    "primaryid$caseid$drug_seq$role_cod$drugname$prod_ai$val_vbm$route$dose_vbm$cum_dose_chr$cum_dose_unit$dechal$rechal$lot_num$exp_dt$nda_num$dose_amt$dose_unit$dose_form$dose_freq",
  "REAC24Q1.txt": "primaryid$caseid$pt$drug_rec_act",
  "OUTC24Q1.txt": "primaryid$caseid$outc_cod",
  "THER24Q1.txt": "primaryid$caseid$dsg_drug_seq$start_dt$end_dt$dur$dur_cod",
  "INDI24Q1.txt": "primaryid$caseid$indi_drug_seq$indi_pt",
  "RPSR24Q1.txt": "primaryid$caseid$rpsr_cod",
};

export function faersRecord(i, seed = 6) {
  const d = draws(seed, i);
  const [id, day] = [10_000_000 + i, 19_723 + d.next(90)];
  const key = `${id}1$${id}`;
  const drugs = some(d, 6, () => drug(d));
  return {
    "DEMO24Q1.txt": [
      `${key}$1$I$${compact(day - 40)}$${compact(day - 10)}$${compact(day)}$${compact(day)}$EXP$$US-MADEUP-${id}$MADEUP$$${1 + d.next(90)}$YR$$${d.pick("MF")}$Y$${40 + d.next(60)}$KG$${compact(day)}$$${d.pick(["MD", "CN", "HP"])}$US$US`,
    ],
    "DRUG24Q1.txt": drugs.map(
      (name, k) =>
        `${key}$${k + 1}$${k === 0 ? "PS" : d.pick(["SS", "C", "C"])}$${name}$${name}$1$Oral$10 MG, DAILY$$$U$U$${d.chance(0.2) ? `LOT${d.next(20_000)}` : ""}$$21995$10$MG$Tablet$QD`,
    ),
    "REAC24Q1.txt": some(d, 6, () => `${key}$${term(d)}$`),
    "OUTC24Q1.txt": d.chance(0.5) ? [`${key}$${d.pick(["HO", "OT", "LT", "DE"])}`] : [],
    "THER24Q1.txt": [`${key}$1$${compact(day - 60)}$${compact(day - 40)}$20$DAY`],
    "INDI24Q1.txt": drugs.map((_, k) => `${key}$${k + 1}$Hypertension`),
    "RPSR24Q1.txt": d.chance(0.1) ? [`${key}$HP`] : [],
  };
}

export const MAUDE_HEADERS = {
  "mdrfoi.txt":
    "MDR_REPORT_KEY|EVENT_KEY|REPORT_NUMBER|REPORT_SOURCE_CODE|NUMBER_DEVICES_IN_EVENT|NUMBER_PATIENTS_IN_EVENT|DATE_RECEIVED|ADVERSE_EVENT_FLAG|PRODUCT_PROBLEM_FLAG|DATE_REPORT|DATE_OF_EVENT|REPORTER_OCCUPATION_CODE|HEALTH_PROFESSIONAL|REPORT_TO_FDA|EVENT_LOCATION|MANUFACTURER_CONTACT_CITY|MANUFACTURER_G1_NAME|SOURCE_TYPE|EVENT_TYPE|REPORTER_COUNTRY_CODE",
  "foidev.txt":
    "MDR_REPORT_KEY|DEVICE_EVENT_KEY|DEVICE_SEQUENCE_NO|DATE_RECEIVED|BRAND_NAME|GENERIC_NAME|MANUFACTURER_D_NAME|MANUFACTURER_D_CITY|MANUFACTURER_D_COUNTRY_CODE|EXPIRATION_DATE_OF_DEVICE|MODEL_NUMBER|CATALOG_NUMBER|LOT_NUMBER|OTHER_ID_NUMBER|DEVICE_OPERATOR|DEVICE_AVAILABILITY|DEVICE_REPORT_PRODUCT_CODE|DEVICE_EVALUATED_BY_MANUFACTUR",
  "patient.txt":
    "MDR_REPORT_KEY|PATIENT_SEQUENCE_NUMBER|DATE_RECEIVED|SEQUENCE_NUMBER_TREATMENT|SEQUENCE_NUMBER_OUTCOME|PATIENT_AGE|PATIENT_SEX|PATIENT_WEIGHT",
  "foidevproblem.txt": "MDR_REPORT_KEY|DEVICE_PROBLEM_CODE",
  "deviceproblemcodes.txt": "DEVICE_PROBLEM_CODE|DEVICE_PROBLEM_DESCRIPTION",
};

/** Lines of the code table, which go with the first report. */
const PROBLEMS = Array.from({ length: 900 }, (_, k) => `${1_000 + k}|Made-up device problem ${k}`);

export function maudeRecord(i, seed = 7) {
  const d = draws(seed, i);
  const [key, day] = [20_000_000 + i, 19_723 + d.next(365)];
  const device = d.next(4_000);
  return {
    "mdrfoi.txt": [
      `${key}|${30_000_000 + i}|3000000-2024-${i}|M|1|1|${american(day)}|Y|Y|${american(day - 1)}|${american(day - 30)}|${d.pick(["001", "002", "500"])}|Y|Y|I|MADE-UP CITY|MADE-UP DEVICES INC|07|${d.pick(["M", "M", "IN", "D"])}|US`,
    ],
    "foidev.txt": [
      `${key}|${40_000_000 + i}|1|${american(day)}|BRAND ${device}|GENERIC KIND ${device % 700}|MADE-UP DEVICES ${device % 300}|MADE-UP CITY|US|${american(day + 300)}|M-${device}|C-${device}|L${d.next(30_000)}|NI|0HP|R|${["FRN", "LZG", "MDS", "QBJ"][device % 4]}|Y`,
    ],
    "patient.txt": [
      `${key}|1|${american(day)}|1|1. ${d.pick(["R", "H", "O"])}|${1 + d.next(90)} YR|${d.pick(["Male", "Female"])}|${40 + d.next(60)} KG`,
    ],
    "foidevproblem.txt": some(d, 2, () => `${key}|${1_000 + d.next(900)}`),
    "deviceproblemcodes.txt": i === 0 ? PROBLEMS : [],
  };
}

const tag = (name, value) => `<${name}>${value}</${name}>\n`;
const date = (name, day) => tag(`${name}format`, "102") + tag(name, compact(day));

/** An E2B(R2) file as FDA's public ones. */
export function* e2bR2(n, seed = 8) {
  yield `<?xml version="1.0" encoding="UTF-8"?>\n<ichicsr lang="en">\n<ichicsrmessageheader>\n${tag("messagetype", "ICSR")}${tag("messageformatversion", "2.1")}${tag("messagenumb", "made-up")}${tag("messagesenderidentifier", "MADE-UP")}${tag("messagereceiveridentifier", "BENCH")}${tag("messagedateformat", "204")}${tag("messagedate", "20240101000000")}</ichicsrmessageheader>\n`;
  for (let i = 0; i < n; i++) {
    const d = draws(seed, i);
    const day = 19_000 + d.next(1_000);
    const reactions = some(
      d,
      6,
      () =>
        `<reaction>\n${tag("reactionmeddraversionpt", "26.1")}${tag("reactionmeddrapt", term(d))}${tag("reactionoutcome", "1")}</reaction>\n`,
    );
    const drugs = some(
      d,
      6,
      () =>
        `<drug>\n${tag("drugcharacterization", d.pick("12"))}${tag("medicinalproduct", drug(d))}${tag("drugauthorizationnumb", "70581")}${tag("drugstructuredosagenumb", "10")}${tag("drugstructuredosageunit", "003")}${tag("drugdosagetext", "10 MG, DAILY")}${tag("drugadministrationroute", "048")}${tag("drugindication", "Hypertension")}${date("drugstartdate", day - 40)}${date("drugenddate", day - 20)}</drug>\n`,
    );
    yield `<safetyreport>\n${tag("safetyreportversion", "1")}${tag("safetyreportid", 10_000_000 + i)}${tag("primarysourcecountry", "US")}${date("transmissiondate", day + 30)}${tag("reporttype", "1")}${tag("serious", "1")}${tag("seriousnesshospitalization", "1")}${date("receivedate", day)}${date("receiptdate", day + 3)}${tag("fulfillexpeditecriteria", "1")}${tag("companynumb", `US-MADEUP-${i}`)}<primarysource>\n${tag("reportercountry", "US")}${tag("qualification", d.pick("1235"))}</primarysource>\n<sender>\n${tag("sendertype", "2")}${tag("senderorganization", "Made-up Holder")}</sender>\n<patient>\n${tag("patientonsetage", 1 + d.next(90))}${tag("patientonsetageunit", "801")}${tag("patientweight", 40 + d.next(60))}${tag("patientsex", d.pick("12"))}${reactions.join("")}${drugs.join("")}</patient>\n</safetyreport>\n`;
  }
  yield "</ichicsr>\n";
}

const block = (name, number) => ({
  application_number: [`NDA0${number}`],
  brand_name: [name.split(" ")[0]],
  generic_name: [name],
  manufacturer_name: Array.from({ length: 4 }, (_, k) => `Made-up Holder ${k}`),
  product_ndc: Array.from({ length: 12 }, (_, k) => `${10_000 + number}-${100 + k}`),
  product_type: ["HUMAN PRESCRIPTION DRUG"],
  route: ["ORAL"],
  substance_name: [name],
  spl_set_id: Array.from({ length: 5 }, (_, k) => `8db221b1-32f3-f6ca-e404-71f56a86${1_000 + k}`),
});

/** A download of openFDA drug events, indented as those are. */
export function* openFda(n, seed = 9) {
  const meta = { disclaimer: "Made up.", last_updated: "2024-01-01", results: { skip: 0, limit: n, total: n } };
  yield `{\n  "meta": ${JSON.stringify(meta)},\n  "results": [\n`;
  for (let i = 0; i < n; i++) {
    const d = draws(seed, i);
    const day = 19_000 + d.next(1_000);
    const record = {
      safetyreportid: String(10_000_000 + i),
      safetyreportversion: "1",
      primarysourcecountry: "US",
      occurcountry: "US",
      transmissiondateformat: "102",
      transmissiondate: compact(day + 30),
      reporttype: "1",
      serious: "1",
      seriousnesshospitalization: "1",
      receivedateformat: "102",
      receivedate: compact(day),
      receiptdateformat: "102",
      receiptdate: compact(day + 3),
      fulfillexpeditecriteria: "1",
      companynumb: `US-MADEUP-${i}`,
      primarysource: { reportercountry: "US", qualification: d.pick("1235") },
      sender: { sendertype: "2", senderorganization: "FDA-Public Use" },
      receiver: { receivertype: "6", receiverorganization: "FDA" },
      patient: {
        patientonsetage: String(1 + d.next(90)),
        patientonsetageunit: "801",
        patientsex: d.pick("12"),
        reaction: some(d, 5, () => ({
          reactionmeddraversionpt: "26.1",
          reactionmeddrapt: term(d),
          reactionoutcome: "1",
        })),
        drug: some(d, 4, () => {
          const name = drug(d);
          return {
            drugcharacterization: d.pick("12"),
            medicinalproduct: name,
            drugauthorizationnumb: "070581",
            drugadministrationroute: "048",
            drugdosagetext: "10 MG, DAILY",
            drugindication: "HYPERTENSION",
            activesubstance: { activesubstancename: name },
            openfda: block(name, d.next(10_000)),
          };
        }),
      },
    };
    yield `${JSON.stringify(record, undefined, 2)}${i < n - 1 ? "," : ""}\n`;
  }
  yield "  ]\n}\n";
}

/** Health Canada's table of incidents. */
export function* healthCanada(n, seed = 10) {
  yield "INCIDENT_ID,RECEIPT_DT,HAZARD_SEVERITY_CODE_E,MANDATORY_RPT,INCIDENT_DT,TRADE_NAME,PREF_NAME_CODE,RISK_CLASSIFICATION\n";
  const severities = ["DEATH", "INJURY", "POTENTIAL FOR DEATH/INJURY", "MINIMAL/NO ADVERSE HEALTH CONSEQUENCES"];
  for (let i = 0; i < n; i++) {
    const d = draws(seed, i);
    const day = 18_000 + d.next(2_000);
    const dashed = (x) => new Date(x * 864e5).toISOString().slice(0, 10);
    yield `${1_000_000 + i},${dashed(day)},${d.pick(severities)},Y,${dashed(day - d.next(60))},"""MADE-UP DEVICE ${d.next(4_000)}, STERILE""",80${d.pick(["FOZ", "LZG", "FRN"])},${1 + d.next(4)}\n`;
  }
}
