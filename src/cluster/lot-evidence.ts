import type { Wording } from "../report/wording.ts";
import type { ClusterAlert } from "./alert.ts";
import { shown } from "./evidence.ts";

/** What a lot alert rests on, as sentences. The first says what was seen, the others what to weigh. */
export function lotEvidence(
  alert: Omit<ClusterAlert, "evidence">,
  observedAny: number,
  productFactor: number,
): Wording[] {
  const { scope, window, observed, expected, ratio, units, couldBelong, withoutLargestUnit, severity, components } =
    alert;
  const lots = scope.lots?.join(", ") ?? "";
  const reaction = scope.reactions?.join(", ");
  const sentences: Wording[] = [
    {
      zh: `${scope.product ?? ""} 批号 ${lots}：${window.from} 至 ${window.to} 发生的${reaction === undefined ? "不良反应" : `“${reaction}”`}有 ${observed} 个单位日（同一单位同一天计一次），按该产品、批号使用阶段和报告延迟预期 ${shown(expected)} 个（比值 ${shown(ratio.estimate)}，95% 区间 ${shown(ratio.lower)}–${shown(ratio.upper)}）。`,
      en: `${scope.product ?? ""} lot ${lots}: ${observed} unit-days (one a unit and day) of ${reaction === undefined ? "any reaction" : `"${reaction}"`} with events from ${window.from} to ${window.to}; ${shown(expected)} were expected from the product, the age of the lot and the delay of reporting (ratio ${shown(ratio.estimate)}, 95 % limits ${shown(ratio.lower)}–${shown(ratio.upper)}).`,
    },
    {
      zh: `这样突出的批号在全部报告中预期每年偶然出现 ${shown(alert.expectedPerYear)} 次；同期该批号全部反应 ${observedAny} 个单位日，此前 ${alert.baseline.reports} 个。`,
      en: `Among all reports a lot as prominent is expected ${shown(alert.expectedPerYear)} times a year by chance; with any reaction it had ${observedAny} unit-days in the window and ${alert.baseline.reports} before.`,
    },
    {
      zh: `共 ${alert.reports} 份报告，来自 ${units.distinct} 个单位：严重 ${severity.serious} 份，死亡 ${severity.deaths} 份，严重程度不详 ${severity.unknown} 份。`,
      en: `${alert.reports} reports from ${units.distinct} units: ${severity.serious} serious, ${severity.deaths} with death, ${severity.unknown} of unknown seriousness.`,
    },
  ];
  const share = components.find(({ name }) => name.startsWith("reaction share"));
  if (share !== undefined) {
    sentences.push({
      zh: `与同期该产品其他批号相比，该反应所占比例的 p 值为 ${shown(10 ** share.log10P)}。`,
      en: `Against the other lots of the product in the same days, the share of this reaction has p = ${shown(10 ** share.log10P)}.`,
    });
  }
  if (productFactor > 1.5) {
    sentences.push({
      zh: `同期该产品其他报告也增加到预期的 ${shown(productFactor)} 倍，已计入预期值。`,
      en: `The rest of the product rose to ${shown(productFactor)} times its usual number in these days, and the expectation with it.`,
    });
  }
  if (alert.baseline.state === "insufficient") {
    sentences.push({
      zh: "该批号此前没有报告，预期值来自同一产品的其他批号。",
      en: "The lot had no report before: the expectation comes from the other lots of the product.",
    });
  }
  if (units.oneUnitExplains && withoutLargestUnit !== null) {
    sentences.push({
      zh: `七成以上报告来自同一单位（${units.largest ?? ""}）；除去后剩 ${withoutLargestUnit.observed} 个单位日。`,
      en: `70 % or more of the reports come from one unit (${units.largest ?? ""}); without it ${withoutLargestUnit.observed} unit-days are left.`,
    });
  }
  if (couldBelong !== null && couldBelong > 0) {
    sentences.push({
      zh: `同期同类报告另有 ${couldBelong} 份未填批号，可能属于本组。`,
      en: `${couldBelong} more such reports of the product in these days give no lot and could belong.`,
    });
  }
  return sentences;
}
