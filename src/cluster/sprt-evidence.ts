import type { Wording } from "../report/wording.ts";
import { chanceSentence, ratioText, scopeText, weighingSentences } from "./alert-evidence.ts";
import type { AlertBody } from "./alert-make.ts";
import { shown } from "./evidence.ts";
import type { MaxSprtState } from "./sprt-test.ts";

const AGAINST: Readonly<Record<MaxSprtState["design"]["kind"], Wording>> = {
  poisson: { zh: "按给定的预期数", en: "from the expected counts given" },
  binomial: { zh: "按病例与对照的既定比例", en: "from the agreed ratio of cases and controls" },
  conditional: { zh: "按历史发生率", en: "from the historical rate" },
};

/** What the signal of a sequential test rests on. */
export function sprtEvidence(
  alert: AlertBody,
  { design, criticalValue, attainedAlpha }: MaxSprtState,
  tests: number,
): Wording[] {
  const { window, observed, expected, statistic } = alert;
  const ratio = ratioText(alert);
  const against = AGAINST[design.kind];
  const value = shown(statistic?.value ?? NaN);
  return [
    {
      zh: `${scopeText(alert)}：自 ${window.from} 至 ${window.to} 累计 ${observed} 例，${against.zh}预期 ${shown(expected)}（${ratio.zh}）。`,
      en: `${scopeText(alert)}: ${observed} events from ${window.from} to ${window.to}; ${shown(expected)} were expected ${against.en} (${ratio.en}).`,
    },
    {
      zh: `序贯检验的对数似然比 ${value} 达到临界值 ${shown(criticalValue)}（整个检验期内误报概率 ${shown(attainedAlpha)}）。`,
      en: `The log likelihood ratio ${value} of the sequential test reached the critical value ${shown(criticalValue)} (chance of a false signal over the whole test ${shown(attainedAlpha)}).`,
    },
    chanceSentence(alert, { zh: `同时进行 ${tests} 项检验`, en: `${tests} tests side by side` }),
    ...weighingSentences(alert).filter((_, i) => i > 0 || alert.memberIds.length > 0),
  ];
}
