import type { Wording } from "../report/wording.ts";
import type { AlertBody } from "./alert-make.ts";
import { shown } from "./evidence.ts";

/** What is counted: unit-days, or every report. */
export interface CountedAs {
  readonly unitDays: boolean;
}

/** Name of what is counted. */
export const countedName = ({ unitDays }: CountedAs): Wording =>
  unitDays
    ? { zh: "个单位日（同一单位同一天计一次）", en: "unit-days (one a unit and day)" }
    : { zh: "份报告", en: "reports" };

/** observed / expected with its limits. */
export const ratioText = ({ ratio }: AlertBody): Wording => ({
  zh: `比值 ${shown(ratio.estimate)}，95% 区间 ${shown(ratio.lower)}–${shown(ratio.upper)}`,
  en: `ratio ${shown(ratio.estimate)}, 95 % limits ${shown(ratio.lower)}–${shown(ratio.upper)}`,
});

/** What the alert is about, in one line. */
export const scopeText = ({ scope }: AlertBody): string =>
  [scope.maker, scope.product, scope.lots?.join(", "), scope.reactions?.join(", "), scope.region, scope.unit]
    .filter((part) => part !== undefined && part !== "")
    .join(" · ");

/** How often by chance, over what was looked at. */
export function chanceSentence({ expectedPerYear }: AlertBody, looked: Wording): Wording {
  if (expectedPerYear < 1e-6) {
    return {
      zh: `${looked.zh}，如此突出的结果因偶然出现的频率预期百万年不足一次。`,
      en: `Over ${looked.en}, a result as prominent comes up by chance less than once in a million years.`,
    };
  }
  return {
    zh: `${looked.zh}，如此突出的结果预期每年因偶然出现 ${shown(expectedPerYear)} 次。`,
    en: `Over ${looked.en}, a result as prominent is expected ${shown(expectedPerYear)} times a year by chance.`,
  };
}

/** What to weigh, whatever the detector: severity, history, one unit, lots not given, recent event days. */
export function weighingSentences(alert: AlertBody): Wording[] {
  const { severity, units, baseline, withoutLargestUnit, couldBelong, window } = alert;
  const sentences: Wording[] = [
    {
      zh: `共 ${alert.reports} 份报告，来自 ${units.distinct} 个已知单位：严重 ${severity.serious} 份，死亡 ${severity.deaths} 份，严重程度不详 ${severity.unknown} 份。`,
      en: `${alert.reports} reports from ${units.distinct} known units: ${severity.serious} serious, ${severity.deaths} with death, ${severity.unknown} of unknown seriousness.`,
    },
  ];
  if (baseline.state === "insufficient") {
    sentences.push({
      zh: "首份报告距今不久或此前没有报告，既往资料不足；新上市或新批号也会表现为集中出现，请谨慎解读。",
      en: "The first report is recent or there was none before: a new product or lot looks like a cluster too, so read with care.",
    });
  }
  if (units.oneUnitExplains && units.largestShare !== null) {
    const share = Math.round(units.largestShare * 100);
    const left =
      withoutLargestUnit === null
        ? { zh: "", en: "" }
        : {
            zh: `；除去后剩 ${withoutLargestUnit.observed}`,
            en: `; without it ${withoutLargestUnit.observed} are left`,
          };
    sentences.push({
      zh: `已知单位的报告中 ${share}% 来自同一单位（${units.largest ?? ""}），可能是集中上报${left.zh}。`,
      en: `${share} % of the reports with a known unit come from one (${units.largest ?? ""}), which may be a batch upload${left.en}.`,
    });
  }
  if (couldBelong !== null && couldBelong > 0) {
    sentences.push({
      zh: `同期该产品另有 ${couldBelong} 份报告未填批号，可能属于本组。`,
      en: `${couldBelong} more reports of the product in the window give no lot and could belong.`,
    });
  }
  if (window.clock === "event") {
    sentences.push({
      zh: "按发生日期统计：最近几天的报告尚未收齐。",
      en: "Counted by the day of the event: the most recent days are not complete yet.",
    });
  }
  return sentences;
}
