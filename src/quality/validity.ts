import { DOMAINS, type Domain, type Report } from "../report/report.ts";

/** Whether each of the four elements of a valid report is there. */
export interface FourElements {
  readonly patient: boolean;
  readonly reporter: boolean;
  readonly product: boolean;
  readonly event: boolean;
}

/** Items of the forms that identify a patient or a reporter; what they held was not kept, that they were filled was. */
const PATIENT_ITEMS = new Set([
  "患者姓名",
  "姓名",
  "患者/消费者姓名",
  "出生日期",
  "病历号/门诊号",
  "病历号",
  "性别",
  "年龄",
]);
const REPORTER_ITEMS = new Set([
  "报告人",
  "报告人签名",
  "报告人职业",
  "单位名称",
  "报告单位",
  "报告单位名称",
  "医院名称",
  "联系人",
]);

/**
 * The four elements of a valid report: a patient, a reporter, a suspect (or any) product and an event that can be told.
 * Personal items count by having been filled in.
 *
 * @example
 * fourElements({ id: "1", source: "", version: 1, domain: "drug", patient: { sex: "female" }, products: [{ name: "A", role: "suspect" }], events: [] }); // { patient: true, reporter: false, product: true, event: false }
 */
export function fourElements(report: Report): FourElements {
  const { patient, filled = [], links = [] } = report;
  return {
    patient:
      patient?.sex !== undefined ||
      patient?.ageYears !== undefined ||
      patient?.weightKg !== undefined ||
      patient?.pregnant === true ||
      links.length > 0 ||
      filled.some((item) => PATIENT_ITEMS.has(item)),
    reporter:
      report.reporter !== undefined ||
      report.unit !== undefined ||
      report.unitKind !== undefined ||
      filled.some((item) => REPORTER_ITEMS.has(item)),
    product: report.products.some(({ name, ingredient }) => name !== "" || ingredient !== undefined),
    event: report.events.some(({ term }) => term !== ""),
  };
}

/** How many of the submitted reports were accepted. */
export interface ValidShare {
  readonly domain: Domain;
  readonly submitted: number;
  readonly accepted: number;
  readonly refused: number;
  /** The source does not say; kept apart, neither accepted nor refused. */
  readonly unknown: number;
  /** accepted / submitted, the published ratio; null without reports. */
  readonly share: number | null;
  /** accepted / (accepted + refused): among those decided; null when none is. */
  readonly decidedShare: number | null;
  /** Reports that have all four elements, whatever was decided. */
  readonly complete: number;
}

/** Valid-report ratio by domain, by what the rule of each system said (`report.accepted`). */
export function validShares(reports: Iterable<Report>): ValidShare[] {
  const tallies = new Map<Domain, { accepted: number; refused: number; unknown: number; complete: number }>();
  for (const report of reports) {
    let tally = tallies.get(report.domain);
    if (tally === undefined) tallies.set(report.domain, (tally = { accepted: 0, refused: 0, unknown: 0, complete: 0 }));
    if (report.accepted === true) tally.accepted++;
    else if (report.accepted === false) tally.refused++;
    else tally.unknown++;
    const { patient, reporter, product, event } = fourElements(report);
    if (patient && reporter && product && event) tally.complete++;
  }
  return DOMAINS.flatMap((domain) => {
    const tally = tallies.get(domain);
    if (tally === undefined) return [];
    const decided = tally.accepted + tally.refused;
    const submitted = decided + tally.unknown;
    return [
      {
        domain,
        submitted,
        ...tally,
        share: tally.accepted / submitted,
        decidedShare: decided === 0 ? null : tally.accepted / decided,
      },
    ];
  });
}
