import { shown } from "../cluster/evidence.ts";
import type { Wording } from "../report/wording.ts";
import type { AlertCause, AlertChange } from "./diff-alerts.ts";
import type { DiffCause, DiffScore } from "./diff-score.ts";
import type { SdrChange } from "./diff.ts";

/** What became of an SDR or an alert between two runs. */
export type DiffKind = "new" | "strengthened" | "weakened" | "gone" | "unchanged";

/** The kinds in words. */
export const diffKindWording: Readonly<Record<DiffKind, Wording>> = {
  new: { zh: "新出现", en: "new" },
  strengthened: { zh: "增强", en: "strengthened" },
  weakened: { zh: "减弱", en: "weakened" },
  gone: { zh: "消失", en: "gone" },
  unchanged: { zh: "无变化", en: "unchanged" },
};

/** The causes of a change in words. */
export const diffCauseWording: Readonly<Record<DiffCause | AlertCause, Wording>> = {
  options: { zh: "参数改变", en: "options changed" },
  dictionary: { zh: "词典改变", en: "dictionary changed" },
  retractions: { zh: "报告撤回或合并", en: "reports withdrawn or merged" },
  amendments: { zh: "报告修订", en: "reports amended" },
  reports: { zh: "新报告", en: "new reports" },
  background: { zh: "背景变化", en: "background moved" },
  time: { zh: "时间推移，观察窗移动", en: "time went on and the window moved" },
};

const scoreName: Readonly<Record<DiffScore, string>> = {
  ic: "IC",
  ic025: "IC025",
  ebgm: "log2 EBGM",
  eb05: "log2 EB05",
};

/** Hundredths: what is told of steps is the difference of the told scores, so that a reader who adds up comes to the same. */
const told = (value: number | null): number | null => (value === null ? null : Math.round(100 * value) / 100);
const between = (from: number | null, to: number | null): number | null => {
  const [x, y] = [told(from), told(to)];
  return x === null || y === null ? null : y - x;
};

const fixed = (value: number | null): string =>
  value === null ? "–" : told(value)! < 0 ? `−${(-value).toFixed(2)}` : Math.abs(value).toFixed(2);
const signed = (value: number | null): string =>
  value !== null && told(value)! >= 0 ? `+${fixed(value)}` : fixed(value);

/** What changed of an SDR and why, as sentences. */
export function sdrChangeText(change: Omit<SdrChange, "text">): Wording[] {
  const { product, event, kind, score, cells, steps, flippedBy, rules } = change;
  const what = `${product} – ${event}`;
  const name = scoreName[score.name];
  const state: Wording =
    kind === "new"
      ? { zh: "新出现的不相称报告信号（SDR）", en: "new SDR" }
      : kind === "gone"
        ? { zh: "不再是不相称报告信号（SDR）", en: "no longer an SDR" }
        : { zh: `SDR ${diffKindWording[kind].zh}`, en: `SDR ${diffKindWording[kind].en}` };
  const { previous, current } = cells;
  const sentences: Wording[] = [
    {
      zh: `${what}：${state.zh}；${name} ${fixed(score.previous)} → ${fixed(score.current)}；报告 ${previous.a} → ${current.a} 份，预期 ${shown(previous.expected)} → ${shown(current.expected)} 份。`,
      en: `${what}: ${state.en}; ${name} ${fixed(score.previous)} → ${fixed(score.current)}; ${previous.a} → ${current.a} reports, ${shown(previous.expected)} → ${shown(current.expected)} expected.`,
    },
  ];
  const parts = steps
    .map((step, i) => ({ ...step, by: between(i === 0 ? score.previous : steps[i - 1]!.score, step.score) }))
    .filter((step) => step.change !== 0 || step.reports > 0);
  if (parts.length > 0) {
    const part = (locale: keyof Wording): string[] =>
      parts.map(({ cause, by, reports }) => {
        const count = reports === 0 ? "" : locale === "zh" ? `（${reports} 份）` : ` (${reports})`;
        return `${diffCauseWording[cause][locale]}${count} ${signed(by)}`;
      });
    const whole = signed(between(score.previous, score.current));
    sentences.push({
      zh: `${name} 变化 ${whole}，依次为：${part("zh").join("，")}。`,
      en: `Change of ${name} ${whole}, step by step: ${part("en").join(", ")}.`,
    });
  }
  if (flippedBy !== null) {
    const cause = diffCauseWording[flippedBy];
    sentences.push(
      kind === "gone"
        ? {
            zh: `规则（${rules.lost.join("、")}）在“${cause.zh}”这一步不再满足。`,
            en: `The rule (${rules.lost.join(", ")}) ceased to be met at the step “${cause.en}”.`,
          }
        : {
            zh: `规则（${rules.gained.join("、")}）在“${cause.zh}”这一步开始满足。`,
            en: `The rule (${rules.gained.join(", ")}) came to be met at the step “${cause.en}”.`,
          },
    );
  } else if (rules.gained.length + rules.lost.length > 0) {
    sentences.push({
      zh: `另有规则变化：新满足 ${rules.gained.join("、") || "无"}，不再满足 ${rules.lost.join("、") || "无"}。`,
      en: `Of its rules it now also meets ${rules.gained.join(", ") || "none"} and no longer meets ${rules.lost.join(", ") || "none"}.`,
    });
  }
  return sentences;
}

/** What changed of an alert and why, as sentences. */
export function alertChangeText(change: Omit<AlertChange, "text">): Wording[] {
  const { kind, what, detector, previous, current, members, causes } = change;
  const state: Wording =
    kind === "new"
      ? { zh: "新预警", en: "new alert" }
      : kind === "gone"
        ? { zh: "条件不再成立", en: "the condition no longer holds" }
        : { zh: `预警${diffKindWording[kind].zh}`, en: `alert ${diffKindWording[kind].en}` };
  const side = (numbers: AlertChange["previous"]): string =>
    numbers === null ? "–" : `${shown(numbers.observed)} / ${shown(numbers.expected)}`;
  const sentences: Wording[] = [
    {
      zh: `${what}（${detector}）：${state.zh}；观察数 / 预期数 ${side(previous)} → ${side(current)}。`,
      en: `${what} (${detector}): ${state.en}; observed / expected ${side(previous)} → ${side(current)}.`,
    },
  ];
  const counted: readonly (readonly [readonly string[], Wording])[] = [
    [members.added, { zh: "新报告", en: "new" }],
    [members.amended, { zh: "修订", en: "amended" }],
    [members.gone, { zh: "撤回或合并", en: "withdrawn or merged" }],
    [members.joined, { zh: "原有报告归入", en: "from before that joined" }],
    [members.left, { zh: "移出", en: "that left" }],
  ];
  const some = counted.filter(([ids]) => ids.length > 0);
  if (some.length > 0) {
    sentences.push({
      zh: `成员报告：${some.map(([ids, { zh }]) => `${zh} ${ids.length} 份`).join("，")}。`,
      en: `Its reports: ${some.map(([ids, { en }]) => `${ids.length} ${en}`).join(", ")}.`,
    });
  }
  if (change.parts !== null) {
    const { observed, expected } = change.parts;
    sentences.push({
      zh: `log2 比值变化 ${signed(observed + expected)}：观察数 ${signed(observed)}，预期数 ${signed(expected)}。`,
      en: `Change of the log2 ratio ${signed(observed + expected)}: observed ${signed(observed)}, expected ${signed(expected)}.`,
    });
  }
  if (causes.length > 0) {
    sentences.push({
      zh: `原因：${causes.map((cause) => diffCauseWording[cause].zh).join("；")}。`,
      en: `Causes: ${causes.map((cause) => diffCauseWording[cause].en).join("; ")}.`,
    });
  }
  return sentences;
}
