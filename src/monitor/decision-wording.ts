import { shown as numberText } from "../cluster/evidence.ts";
import type { Wording } from "../report/wording.ts";
import { candidateSubject, type DecisionEntry, type DecisionState, type ReopeningTrigger } from "./decision.ts";
import type { DecisionIssue } from "./decision-fold.ts";
import type { OverdueItem } from "./decision-due.ts";

/** The states in words. */
export const decisionStateWording: Readonly<Record<DecisionState, Wording>> = {
  detected: { zh: "检出", en: "detected" },
  "under-review": { zh: "评审中", en: "under review" },
  validated: { zh: "确认", en: "validated" },
  refuted: { zh: "否定", en: "refuted" },
  monitored: { zh: "持续监测", en: "monitored" },
  closed: { zh: "关闭", en: "closed" },
};

/** What a step of a foreign log was that `decide` would have refused. */
export const decisionIssueWording: Readonly<Record<DecisionIssue["code"], Wording>> = {
  ILLEGAL_TRANSITION: { zh: "状态变更不合规定", en: "the step from one state to the other is not provided for" },
  UNKNOWN_CORRECTION: {
    zh: "更正的条目不存在或不属于该对象",
    en: "the corrected entry does not exist or is of another candidate",
  },
  TIME_BACKWARDS: { zh: "时间早于之前的条目", en: "earlier than the entry before it" },
};

const measureWording: Readonly<Record<string, Wording>> = {
  reports: { zh: "报告数", en: "reports" },
  ic025: { zh: "IC025", en: "IC025" },
  serious: { zh: "严重报告数", en: "serious reports" },
  deaths: { zh: "死亡报告数", en: "reports of death" },
  score: { zh: "优先级得分", en: "priority score" },
};

/** The name of a candidate in a sentence. */
export function subjectText(key: string): Wording {
  const subject = candidateSubject(key);
  switch (subject.kind) {
    case "pair": {
      const level = subject.level === undefined ? "" : ` [${subject.level}]`;
      return same(`${subject.product} – ${subject.event}${level}`);
    }
    case "lot":
      return { zh: `${subject.product} 批号 ${subject.lot}`, en: `${subject.product} lot ${subject.lot}` };
    case "alert":
      return { zh: `预警 ${subject.id}`, en: `alert ${subject.id}` };
  }
}

const same = (text: string): Wording => ({ zh: text, en: text });
const rounded = (value: number | null): string => (value === null ? "–" : numberText(value));

/**
 * Why a rule reopens a candidate.
 *
 * @example
 * triggerText({ rule: "doubled", measure: "reports", then: 4, now: 9 }).zh; // "规则“doubled”：报告数由 4 变为 9"
 */
export function triggerText({ rule, measure, then, now }: ReopeningTrigger): Wording {
  const name = measureWording[measure];
  return name === undefined
    ? { zh: `规则“${rule}”：新达到 ${measure}`, en: `rule "${rule}": newly met: ${measure}` }
    : {
        zh: `规则“${rule}”：${name.zh}由 ${rounded(then)} 变为 ${rounded(now)}`,
        en: `rule "${rule}": ${name.en} went from ${rounded(then)} to ${rounded(now)}`,
      };
}

/** One entry of the log as a sentence. */
export function decisionText(entry: DecisionEntry): Wording {
  const subject = subjectText(entry.key);
  const state = decisionStateWording[entry.state];
  const due = entry.due === null ? same("") : { zh: `；期限 ${entry.due}`, en: `; due ${entry.due}` };
  const correction =
    entry.corrects === null
      ? same("")
      : { zh: `（更正第 ${entry.corrects} 条）`, en: ` (corrects entry ${entry.corrects})` };
  return {
    zh: `${entry.at} ${entry.by}：${subject.zh} → ${state.zh}${correction.zh}。理由：${entry.why}${due.zh}。`,
    en: `${entry.at} ${entry.by}: ${subject.en} → ${state.en}${correction.en}. Reason: ${entry.why}${due.en}.`,
  };
}

/** An overdue candidate as a sentence. */
export function overdueText(item: OverdueItem): Wording {
  const subject = subjectText(item.key);
  const state = decisionStateWording[item.state];
  const working =
    item.workingDays === null
      ? same("")
      : { zh: `（${item.workingDays} 个工作日）`, en: ` (${item.workingDays} working days)` };
  return {
    zh: `${subject.zh}（${state.zh}）应于 ${item.due} 前处理，已逾期 ${item.days} 天${working.zh}。`,
    en: `${subject.en} (${state.en}) was due on ${item.due}, ${item.days} days ago${working.en}.`,
  };
}
