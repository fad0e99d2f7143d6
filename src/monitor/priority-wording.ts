import { shown as numberText } from "../cluster/evidence.ts";
import type { Wording } from "../report/wording.ts";
import { decisionStateWording, subjectText } from "./decision-wording.ts";
import type { JointCandidate, JointLink } from "./joint.ts";
import type { Workload } from "./priority-capacity.ts";
import { priorityModels, type PriorityModel } from "./priority-models.ts";
import type { Priority } from "./priority.ts";

const shown = (value: number | null): string => (value === null ? "–" : numberText(value));

/**
 * Why a candidate stands where it stands: its score, what gave points, the largest first, and what is not known.
 *
 * @param model - the one it was ranked with
 */
export function rankText(
  { key, rank, score, contributions, facts }: Priority,
  model: PriorityModel = priorityModels.centre,
): Wording {
  const words = new Map(model.components.map(({ name, wording }) => [name, wording]));
  const most = model.components.reduce((sum, { weight }) => sum + weight, 0);
  const subject = subjectText(key);
  const named = (name: string): Wording => words.get(name) ?? { zh: name, en: name };
  const given = contributions
    .filter(({ points }) => points > 0)
    .sort((x, y) => y.points - x.points)
    .map(({ name, raw, points }) => ({
      zh: `${named(name).zh} ${shown(raw)}（+${points}）`,
      en: `${named(name).en} ${shown(raw)} (+${points})`,
    }));
  const unknown = contributions.filter(({ raw }) => raw === null).map(({ name }) => named(name));
  const because =
    given.length === 0
      ? { zh: "没有得分项", en: "nothing gives points" }
      : { zh: given.map(({ zh }) => zh).join("，"), en: given.map(({ en }) => en).join(", ") };
  const missing =
    unknown.length === 0
      ? { zh: "", en: "" }
      : {
          zh: `未知：${unknown.map(({ zh }) => zh).join("、")}。`,
          en: ` Not known: ${unknown.map(({ en }) => en).join(", ")}.`,
        };
  const share = facts.largestUnitShare;
  const oneUnit =
    share === null || share < 0.7 || facts.reports < 2
      ? { zh: "", en: "" }
      : {
          zh: `已知单位的报告中 ${Math.round(share * 100)}% 来自同一单位。`,
          en: ` ${Math.round(share * 100)} % of the reports with a known unit come from one.`,
        };
  return {
    zh: `${subject.zh}：第 ${rank} 位，${score} 分（满分 ${most}），${facts.reports} 份报告。得分：${because.zh}。${missing.zh}${oneUnit.zh}`,
    en: `${subject.en}: rank ${rank}, ${score} of ${most} points, ${facts.reports} reports. Points: ${because.en}.${missing.en}${oneUnit.en}`,
  };
}

/** What was chosen and what was cut off, as sentences. */
export function workloadText({ chosen, threshold, cutOff, expected }: Workload): Wording {
  if (threshold === null) {
    return {
      zh: `未选取任何对象；${cutOff.count} 个未纳入。`,
      en: `Nothing was chosen; ${cutOff.count} were left out.`,
    };
  }
  const rest =
    cutOff.best === null
      ? { zh: "没有未纳入的对象。", en: "Nothing was left out." }
      : {
          zh: `${cutOff.count} 个未纳入，其中最高 ${cutOff.best.score} 分（${subjectText(cutOff.best.key).zh}），${cutOff.atThreshold} 个与分数线同分。`,
          en: `${cutOff.count} were left out, the best with ${cutOff.best.score} points (${subjectText(cutOff.best.key).en}), ${cutOff.atThreshold} of them level with the threshold.`,
        };
  const yielded =
    expected === null
      ? { zh: "", en: "" }
      : {
          zh: `按既往评审结果，预期${decisionStateWording.validated.zh} ${shown(expected.expected)} 个（${percent(expected.level)}% 区间 ${shown(expected.lower)}–${shown(expected.upper)}）。`,
          en: ` By earlier reviews ${shown(expected.expected)} are expected to be ${decisionStateWording.validated.en} (${percent(expected.level)} % limits ${shown(expected.lower)}–${shown(expected.upper)}).`,
        };
  return {
    zh: `选取 ${chosen.length} 个，分数线 ${threshold} 分。${rest.zh}${yielded.zh}`,
    en: `${chosen.length} chosen, threshold ${threshold} points. ${rest.en}${yielded.en}`,
  };
}

const percent = (level: number): string => String(Number((100 * level).toPrecision(4)));

/** How a source came to a candidate, in words. */
export const jointLinkWording: Readonly<Record<JointLink, Wording>> = {
  same: { zh: "本组合", en: "the pair itself" },
  covers: { zh: "包含本组合的上级术语或产品", en: "a higher level that covers the pair" },
  reaction: {
    zh: "涉及该产品及相应反应的预警",
    en: "an alert on the product and a reaction group that covers the event",
  },
  lot: { zh: "涉及该批号的预警", en: "an alert on the lot" },
  members: {
    zh: "涉及该产品的预警，部分报告提及该事件",
    en: "an alert on the product some of whose reports name the event",
  },
  alert: { zh: "预警本身", en: "the alert itself" },
};

const reasonWording: Readonly<Record<"rule" | "alert" | "budget", Wording>> = {
  rule: { zh: "达到判定规则", en: "a decision rule is met" },
  alert: { zh: "有聚集性预警", en: "a cluster alert belongs to it" },
  budget: { zh: "在误报预算之内", en: "it is within the budget of chance candidates" },
};

/** Why something is a candidate, what speaks for it, and how often as much comes up by chance. */
export function jointText({ key, because, sources, expectedPerYear, strongest }: JointCandidate): Wording {
  const subject = subjectText(key);
  const listed = sources.map(({ source, link, counts }) => ({
    zh: `${source}（${jointLinkWording[link].zh}${counts ? "" : "，不计入"}）`,
    en: `${source} (${jointLinkWording[link].en}${counts ? "" : ", not counted"})`,
  }));
  const chance =
    expectedPerYear === null || strongest === null
      ? { zh: "没有可检验的证据。", en: " No source is a test." }
      : {
          zh: `在全部检测范围内，如此突出的对象预期每年因偶然出现 ${shown(expectedPerYear)} 个（主要依据 ${strongest}）。`,
          en: ` Over everything looked at, ${shown(expectedPerYear)} candidates a year as prominent are expected by chance (decided by ${strongest}).`,
        };
  return {
    zh: `${subject.zh}：${because.map((reason) => reasonWording[reason].zh).join("，")}。证据：${listed.map(({ zh }) => zh).join("，")}。${chance.zh}`,
    en: `${subject.en}: ${because.map((reason) => reasonWording[reason].en).join(", ")}. Evidence: ${listed.map(({ en }) => en).join(", ")}.${chance.en}`,
  };
}
