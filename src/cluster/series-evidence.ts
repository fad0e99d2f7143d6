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

/** What a run over series knows beside the alert. */
export interface SeriesFindings extends CountedAs {
  readonly detector: string;
  readonly series: number;
  /** Name of the current point: `2024-W03`. */
  readonly point: string;
  /** Whether the chance is the method's own p or found by simulation. */
  readonly chanceFrom: "p" | "simulation";
  /** Share of its reports that the current point is expected to have received; 1 unless it was estimated. */
  readonly received: number;
}

/** What a series alert rests on. The first sentence says what was compared with what, the others what to weigh. */
export function seriesEvidence(alert: AlertBody, found: SeriesFindings): Wording[] {
  const { window, observed, expected, baseline } = alert;
  const counted = countedName(found);
  const ratio = ratioText(alert);
  const sentences: Wording[] = [
    {
      zh: `${scopeText(alert)}：${window.from} 至 ${window.to} 有 ${observed} ${counted.zh}，按该序列此前的走势（方法 ${found.detector}，此前 ${baseline.days} 天共 ${baseline.reports}）预期 ${shown(expected)}（${ratio.zh}）。`,
      en: `${scopeText(alert)}: ${observed} ${counted.en} from ${window.from} to ${window.to}; ${shown(expected)} were expected from the earlier course of the series (method ${found.detector}; ${baseline.reports} in the ${baseline.days} days before) (${ratio.en}).`,
    },
    chanceSentence(alert, {
      zh: `考察 ${found.series} 个序列的每个时点`,
      en: `${found.series} series at every point of a year`,
    }),
  ];
  if (found.chanceFrom === "simulation") {
    sentences.push({
      zh: "该方法不给出 p 值：上述频率由同均值的泊松序列模拟得出，实际波动更大时误报更多。",
      en: "The method gives no p: the frequency was found with random Poisson series of the same mean, and series that vary more alarm more often.",
    });
  }
  if (baseline.earlierWindows > 0) {
    sentences.push({
      zh: `此前不久该序列已报警 ${baseline.earlierWindows} 次。`,
      en: `The series had alarmed ${baseline.earlierWindows} times shortly before.`,
    });
  }
  if (found.received < 1) {
    const share = shown(found.received * 100);
    sentences.push({
      zh: `${found.point} 的报告估计只收到 ${share}%，预期值已按此调整。`,
      en: `An estimated ${share} % of the reports of ${found.point} have arrived; the expectation allows for it.`,
    });
  }
  return [...sentences, ...weighingSentences(alert)];
}
