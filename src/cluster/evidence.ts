import type { Wording } from "../report/wording.ts";
import type { ClusterAlert } from "./alert.ts";

/** A number for a sentence: three significant digits below 100, whole above, never in exponent form below a million. */
export function shown(value: number): string {
  if (!Number.isFinite(value)) return value === Infinity ? "∞" : "–";
  if (value >= 100) return String(Math.round(value));
  if (value !== 0 && value < 0.001) return value.toExponential(1);
  return String(Number(value.toPrecision(3)));
}

/** How often, in words that do not pretend to know what happens once in the age of the universe. */
function often({ expectedPerYear }: Pick<ClusterAlert, "expectedPerYear">): Wording {
  if (expectedPerYear < 1e-6) return { zh: "预期百万年不到一次", en: "less than once in a million years" };
  if (expectedPerYear < 0.01) {
    const years = Math.round(1 / expectedPerYear).toLocaleString("en-US");
    return { zh: `预期约 ${years} 年一次`, en: `about once in ${years} years` };
  }
  return { zh: `预期每年出现 ${shown(expectedPerYear)} 次`, en: `${shown(expectedPerYear)} times a year` };
}

/** What a rule alert rests on, as sentences. The first says what was seen, the others what to weigh. */
export function ruleEvidence(alert: Omit<ClusterAlert, "evidence">): Wording[] {
  const { scope, peak, observed, expected, ratio, baseline, severity, units, couldBelong } = alert;
  const what = [scope.product, scope.lots?.join(", "), scope.region, scope.unit]
    .filter((part) => part !== undefined)
    .join(" · ");
  const sentences: Wording[] = [
    {
      zh: `${what}：${peak.from} 至 ${peak.to} 共 ${peak.days} 天内有 ${observed} 份报告，此前 ${baseline.days} 天共 ${baseline.reports} 份，按此水平同样长的时段预期 ${shown(expected)} 份（比值 ${shown(ratio.estimate)}，95% 区间 ${shown(ratio.lower)}–${shown(ratio.upper)}）。`,
      en: `${what}: ${observed} reports in ${peak.days} days, ${peak.from} to ${peak.to}; ${baseline.reports} in the ${baseline.days} days before, so ${shown(expected)} were expected in a window of the rule (ratio ${shown(ratio.estimate)}, 95 % limits ${shown(ratio.lower)}–${shown(ratio.upper)}).`,
    },
    {
      zh: `按本组既往水平，这样密集的时段${often(alert).zh}；此前一年内规则已触发 ${baseline.earlierWindows} 次。`,
      en: `At the earlier rate of this group so full a stretch is expected ${often(alert).en}; the rule had been met ${baseline.earlierWindows} times in the year before.`,
    },
    {
      zh: `整个时段 ${alert.window.from} 至 ${alert.window.to} 共 ${alert.reports} 份：严重 ${severity.serious} 份，死亡 ${severity.deaths} 份，严重程度不详 ${severity.unknown} 份。`,
      en: `Over the whole window, ${alert.window.from} to ${alert.window.to}, ${alert.reports} reports: ${severity.serious} serious, ${severity.deaths} with death, ${severity.unknown} of unknown seriousness.`,
    },
  ];
  if (baseline.state === "insufficient") {
    sentences.push({
      zh: "既往资料不足，预期值主要来自先验，请谨慎解读。",
      en: "There is too little history: the expectation rests on the prior and is to be read with care.",
    });
  }
  if (units.oneUnitExplains && units.largestShare !== null) {
    const share = Math.round(units.largestShare * 100);
    sentences.push({
      zh: `已知单位的报告中 ${share}% 来自同一单位（${units.largest ?? ""}），可能是集中上报。`,
      en: `${share} % of the reports with a known unit come from one (${units.largest ?? ""}): it may be a batch upload.`,
    });
  }
  if (couldBelong !== null && couldBelong > 0) {
    sentences.push({
      zh: `同期该产品另有 ${couldBelong} 份报告未填批号，可能属于本组。`,
      en: `${couldBelong} more reports of the product in the window give no lot and could belong.`,
    });
  }
  return sentences;
}
