import type { Wording } from "../report/wording.ts";
import {
  chanceSentence,
  countedName,
  ratioText,
  scopeText,
  weighingSentences,
  type CountedAs,
} from "./alert-evidence.ts";
import type { AlertBody } from "./alert-make.ts";
import { shown } from "./evidence.ts";

/** What a tree scan knows beside the alert. */
export interface TreeFindings extends CountedAs {
  readonly model: "tree-temporal" | "tree-temporal-node-time" | "bernoulli";
  readonly nodes: number;
  /** Days of the period, and of the longest window. */
  readonly days: number;
  /** For `"bernoulli"`: the product or reaction of interest. */
  readonly interest: string;
}

const AGAINST: Readonly<Record<TreeFindings["model"], (found: TreeFindings, expected: string) => Wording>> = {
  "tree-temporal": ({ days }, expected) => ({
    zh: `按其自身 ${days} 天内的总数均匀分布预期 ${expected}`,
    en: `${expected} were expected from its own total of ${days} days, spread evenly`,
  }),
  "tree-temporal-node-time": ({ days }, expected) => ({
    zh: `按其自身 ${days} 天内的总数和全部报告的时间分布预期 ${expected}`,
    en: `${expected} were expected from its own total of ${days} days and the course of all reports`,
  }),
  bernoulli: ({ interest }, expected) => ({
    zh: `按“${interest}”在全部报告中所占比例预期 ${expected}`,
    en: `${expected} were expected from the share of "${interest}" in all reports`,
  }),
};

/** What an alert of a node rests on. The first sentence says what was compared with what, the others what to weigh. */
export function treeEvidence(alert: AlertBody, found: TreeFindings): Wording[] {
  const { window, observed, expected, scope, reproducibility } = alert;
  const counted = countedName(found);
  const ratio = ratioText(alert);
  const against = AGAINST[found.model](found, shown(expected));
  const sentences: Wording[] = [
    {
      zh: `${scopeText(alert)}：${window.from} 至 ${window.to} 有 ${observed} ${counted.zh}，${against.zh}（${ratio.zh}）。`,
      en: `${scopeText(alert)}: ${observed} ${counted.en} from ${window.from} to ${window.to}; ${against.en} (${ratio.en}).`,
    },
    chanceSentence(alert, {
      zh: `考察树上 ${found.nodes} 个节点${found.model === "bernoulli" ? "" : `、不超过 ${reproducibility.windowDays} 天的时段`}`,
      en: `${found.nodes} nodes of the tree${found.model === "bernoulli" ? "" : ` and windows of up to ${reproducibility.windowDays} days`}`,
    }),
    ...weighingSentences(alert),
  ];
  if (scope.lots !== undefined && found.model !== "bernoulli") {
    sentences.push({
      zh: "批号有使用期：正在使用的批号本来就集中在近期，请与批号检测结果对照。",
      en: "Lots come and go: one now in use has most of its reports lately, so hold this against the lot detector.",
    });
  }
  return sentences;
}
