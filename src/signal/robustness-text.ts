import type { Wording } from "../report/wording.ts";
import type { LeaveOutKind } from "./robustness-groups.ts";
import type { LeaveOut, Robustness } from "./robustness.ts";

const leaveOutWording: Readonly<Record<LeaveOutKind, (leaveOut: LeaveOut) => Wording>> = {
  unit: ({ label }) => ({ zh: `单位“${label}”的报告`, en: `the reports of unit ${label}` }),
  "co-reported": ({ label }) => ({ zh: `同时涉及“${label}”的报告`, en: `the reports that also name ${label}` }),
  duplicates: () => ({ zh: "疑似重复的报告", en: "the suspected duplicates" }),
  stratum: ({ field, label }) => ({ zh: `${field} 为“${label}”的报告`, en: `the reports with ${field} ${label}` }),
  reporter: ({ label }) => ({ zh: `报告人类别“${label}”的报告`, en: `the reports of reporters of kind ${label}` }),
  "report-kind": ({ label }) => ({ zh: `报告类型“${label}”的报告`, en: `the reports of kind ${label}` }),
};

/**
 * What a flag hangs on, as sentences: for each rule that was met, how few reports carry it and without which groups it falls.
 */
export function robustnessText({ product, event, table, leaveOuts, rules }: Robustness): Wording[] {
  const sentences: Wording[] = [];
  for (const { name, met, undoneBy, fragility } of rules) {
    if (met !== true) {
      sentences.push({
        zh: `${product} – ${event}：不满足规则“${name}”。`,
        en: `${product} – ${event}: rule ${name} is not met.`,
      });
      continue;
    }
    const few =
      fragility === null
        ? { zh: "去掉全部报告仍满足", en: "it stays met without any of them" }
        : {
            zh: `去掉其中 ${fragility} 份即不再满足`,
            en: `without ${fragility} of them it is no longer met`,
          };
    sentences.push({
      zh: `${product} – ${event}：${table.a} 份报告满足规则“${name}”，${few.zh}；逐一去除 ${leaveOuts.length} 组报告，其中 ${undoneBy.length} 组使其不再满足。`,
      en: `${product} – ${event}: rule ${name} is met by ${table.a} reports, and ${few.en}; of ${leaveOuts.length} groups left out one at a time, ${undoneBy.length} undo it.`,
    });
    for (const k of undoneBy) {
      const leaveOut = leaveOuts[k]!;
      const what = leaveOutWording[leaveOut.kind](leaveOut);
      const { ofPair } = leaveOut.removed;
      sentences.push({
        zh: `去除${what.zh}（该组合 ${ofPair} 份）后剩 ${leaveOut.table.a} 份，不再满足规则“${name}”。`,
        en: `Without ${what.en} (${ofPair} of the pair) ${leaveOut.table.a} are left and rule ${name} is no longer met.`,
      });
    }
  }
  return sentences;
}
