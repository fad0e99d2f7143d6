import type { Wording } from "../report/wording.ts";
import type { Masking } from "./masking.ts";

/** Which products hide a pair, as sentences; one sentence when none does. */
export function maskingText({ product, event, table, maskers }: Masking): Wording[] {
  const hiding = maskers.filter(({ ratio, unmasked }) => unmasked.length > 0 || (ratio !== null && ratio > 1));
  if (hiding.length === 0) {
    return [
      {
        zh: `${product} – ${event}：没有产品掩蔽该组合。`,
        en: `${product} – ${event}: no product hides this pair.`,
      },
    ];
  }
  return hiding.map(({ masker, ratio, reports, unmasked }) => {
    const share = Math.round((100 * reports.withEvent) / table.m1);
    const change =
      ratio === null
        ? { zh: "PRR 不再有限", en: "the PRR is no longer finite" }
        : { zh: `PRR 变为 ${ratio.toPrecision(3)} 倍`, en: `the PRR is ${ratio.toPrecision(3)} times as large` };
    const rules =
      unmasked.length === 0
        ? { zh: "，规则的结论不变", en: ", and no further rule is met" }
        : { zh: `，并满足规则“${unmasked.join("、")}”`, en: `, and the pair meets rule ${unmasked.join(", ")}` };
    return {
      zh: `${product} – ${event}：${event} 的报告中 ${share}% 涉及“${masker}”；去除其 ${reports.all} 份报告后${change.zh}${rules.zh}。`,
      en: `${product} – ${event}: ${share} % of the reports of ${event} name ${masker}; without its ${reports.all} reports ${change.en}${rules.en}.`,
    };
  });
}
