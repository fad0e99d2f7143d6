import { decisionStateWording } from "../monitor/decision-wording.ts";
import type { DecisionEntry } from "../monitor/decision.ts";
import type { Wording } from "../report/wording.ts";
import type { DocumentCell, DocumentChart, DocumentSection, DocumentTable, PaperDocument } from "./document.ts";
import { same, section } from "./document.ts";
import { axisWording, criterionWording, newsWording, notStated, sexWording, trackedWording } from "./document-words.ts";
import { changeTable, provenance } from "./periodic-document.ts";
import { baseMissingWording } from "./periodic-period.ts";
import type { LineListRow } from "./line-list.ts";
import type { RegisterRow } from "./register.ts";
import { registerDocumentTable } from "./register-document.ts";
import type { AlertEvidence, PairEvidence } from "./review-evidence.ts";
import type { PacketItem, ReviewPacket } from "./review.ts";

/** Names of the candidates of the log, by key. */
type Names = ReadonlyMap<string, Wording>;
type Head = Wording & { readonly number?: true };
const columns = (...heads: readonly Head[]): DocumentTable["columns"] =>
  heads.map(({ zh, en, number }) => ({ head: { zh, en }, ...(number === true ? { number } : {}) }));

/** A packet as a document: summary, items with evidence and lists of reports, decisions, deadlines, register, origin. */
export function packetDocument(packet: ReviewPacket): PaperDocument {
  const { period, items, register, manifest, gone } = packet;
  const alerts = items.filter(({ evidence }) => evidence.kind === "alert");
  const pairs = items.filter(({ evidence }) => evidence.kind === "pair");
  const names = new Map(register.map(({ key, subject }) => [key, subject]));
  const overdue = register.filter(({ overdueDays }) => overdueDays > 0);
  const open = register.filter(({ closedOn }) => closedOn === null);
  return {
    title: { zh: `风险会商材料 ${period.name}`, en: `Risk review packet ${period.name}` },
    sections: [
      summarySection(packet),
      section({
        id: "alerts",
        heading: { zh: "聚集性预警", en: "Cluster alerts" },
        text: leftOutText(packet.leftOut.alerts),
        tables: [alertTable(alerts)],
      }),
      section({
        id: "pairs",
        heading: { zh: "信号（SDR）", en: "SDRs" },
        text: [...leftOutText(packet.leftOut.pairs), ...personalText(packet.leftOut.personal), ...notDrawn(pairs)],
        charts: pairCharts(pairs),
        tables: [
          pairTable(pairs),
          {
            caption: { zh: "不再是信号的组合", en: "pairs that are no longer SDRs" },
            columns: columns({ zh: "变化", en: "change" }),
            rows: gone.map(({ change }) => [joined(change)]),
          },
        ],
      }),
      section({ id: "items", heading: { zh: "各事项的证据", en: "Evidence of the items" } }),
      ...items.map((item) => itemSection(item, names)),
      section({
        id: "decisions",
        heading: { zh: "本期处置记录", en: "Decisions of the period" },
        tables: [decisionTable({ zh: "处置记录", en: "entries of the decision log" }, packet.decisions, names)],
      }),
      section({
        id: "deadlines",
        heading: { zh: "法定时限", en: "Legal deadlines" },
        text: [
          {
            zh: "时限自确认为真实事件之时起算；预警本身不启动时限。",
            en: "A clock starts when somebody has found an alert to be a real event; the alert itself starts none.",
          },
        ],
        tables: [deadlineTable(packet)],
      }),
      section({
        id: "register",
        heading: { zh: "清单销号", en: "Item register" },
        text: [{ zh: `共 ${register.length} 项。`, en: `${register.length} items.` }],
        tables: [
          registerDocumentTable({ zh: "逾期事项", en: "overdue" }, overdue),
          registerDocumentTable({ zh: "未销号事项", en: "open" }, open),
          registerDocumentTable({ zh: "已销号事项", en: "settled" }, settled(register)),
        ],
      }),
      provenance(manifest, [
        [{ zh: "处置记录链末端", en: "head of the decision log" }, packet.logHead],
        [
          { zh: "上次材料的结果摘要", en: "digest of the last packet's results" },
          packet.previousManifest?.resultDigest ?? "–",
        ],
      ]),
    ],
  };
}

const settled = (register: readonly RegisterRow[]): RegisterRow[] =>
  register.filter(({ closedOn }) => closedOn !== null);

const joined = (sentences: readonly Wording[]): Wording => ({
  zh: sentences.map(({ zh }) => zh).join(""),
  en: sentences.map(({ en }) => en).join(" "),
});

const leftOutText = (count: number): Wording[] =>
  count === 0
    ? []
    : [{ zh: `另有 ${count} 项未列入本材料。`, en: `${count} more were found and are not in the packet.` }];

function summarySection({
  period,
  asOf,
  since,
  summary,
  total,
  months,
  previous,
  lastYear,
}: ReviewPacket): DocumentSection {
  const text: Wording[] = [
    {
      zh: `统计期 ${period.from} 至 ${period.to}（${period.days} 天），截至 ${asOf} 已接收的报告。信号和预警是统计结果，提请评估，不说明因果关系。`,
      en: `Period ${period.from} to ${period.to} (${period.days} days), as far as received by ${asOf}. SDRs and alerts are statistics that ask for assessment; they claim no cause.`,
    },
    since === null
      ? { zh: "首次提交：没有上次材料可比较。", en: "First packet: there is no earlier one to compare with." }
      : { zh: `与 ${since} 的材料比较。`, en: `Compared with the packet of ${since}.` },
  ];
  for (const [base, name] of [
    [previous, { zh: "上期", en: "the period before" }],
    [lastYear, { zh: "上年同期", en: "the year before" }],
  ] as const) {
    if (base.missing === null) continue;
    const reason = baseMissingWording[base.missing];
    text.push({ zh: `与${name.zh}无对比：${reason.zh}。`, en: `No comparison with ${name.en}: ${reason.en}.` });
  }
  return section({
    id: "summary",
    heading: { zh: "概要", en: "Summary" },
    text,
    charts: [
      {
        kind: "counts",
        title: { zh: "各月接收的报告数", en: "reports received by month" },
        bars: months.map(({ month, reports }) => ({
          label: month,
          count: reports.value ?? 0,
          marked: false,
        })),
      },
    ],
    tables: [
      {
        caption: { zh: "本次会商事项", en: "for this meeting" },
        columns: columns({ zh: "项目", en: "item" }, { zh: "数量", en: "number", number: true }),
        rows: [
          [{ zh: "新信号（SDR）", en: "new SDRs" }, summary.newPairs],
          [{ zh: "增强的信号", en: "SDRs that grew stronger" }, summary.strongerPairs],
          [{ zh: "消失的信号", en: "SDRs that are gone" }, summary.gonePairs],
          [{ zh: "新预警", en: "new alerts" }, summary.newAlerts],
          [{ zh: "未销号事项", en: "open items" }, summary.open],
          [{ zh: "逾期事项", en: "overdue items" }, summary.overdue],
        ],
      },
      changeTable({ zh: "报告总数", en: "all reports" }, { zh: "范围", en: "scope" }, [total], () => ({
        zh: "全部",
        en: "all",
      })),
    ],
  });
}

function alertTable(items: readonly PacketItem[]): DocumentTable {
  return {
    caption: { zh: "聚集性预警", en: "cluster alerts" },
    columns: columns(
      { zh: "序号", en: "no." },
      { zh: "情况", en: "news" },
      { zh: "对象", en: "what" },
      { zh: "方法", en: "detector" },
      { zh: "状态", en: "state" },
      { zh: "观察数", en: "observed", number: true },
      { zh: "预期数", en: "expected", number: true },
      { zh: "严重", en: "serious", number: true },
      { zh: "死亡", en: "deaths", number: true },
      { zh: "本期新增", en: "joined in the period", number: true },
    ),
    rows: items.flatMap(({ number, news, evidence: of }): DocumentCell[][] =>
      of.kind !== "alert"
        ? []
        : [
            [
              String(number),
              newsWording[news],
              of.what,
              of.detector,
              trackedWording[of.state],
              of.observed,
              of.expected,
              of.serious,
              of.deaths,
              of.gained,
            ],
          ],
    ),
  };
}

function pairTable(items: readonly PacketItem[]): DocumentTable {
  return {
    caption: { zh: "信号（SDR）", en: "SDRs" },
    columns: columns(
      { zh: "序号", en: "no." },
      { zh: "情况", en: "news" },
      axisWording.product,
      axisWording.event,
      { zh: "报告数", en: "reports", number: true },
      { zh: "预期数", en: "expected", number: true },
      { zh: "严重", en: "serious", number: true },
      { zh: "死亡", en: "deaths", number: true },
      { zh: "本期", en: "in the period", number: true },
      { zh: "满足的规则", en: "rules met" },
    ),
    rows: items.flatMap(({ number, news, evidence: of }): DocumentCell[][] =>
      of.kind !== "pair"
        ? []
        : [
            [
              String(number),
              newsWording[news],
              of.product,
              of.event,
              of.cells.a,
              of.expected,
              of.serious,
              of.deaths,
              of.inPeriod,
              of.rules.map(({ name }) => name).join("; "),
            ],
          ],
    ),
  };
}

/** Ratios with their limits, by the names of their columns; those of the information component are powers of 2. */
const ratios: readonly { readonly names: readonly [string, string, string]; readonly isLog2: boolean }[] = [
  { names: ["ror", "rorLower", "rorUpper"], isLog2: false },
  { names: ["prr", "prrLower", "prrUpper"], isLog2: false },
  { names: ["ebgm", "eb05", "eb95"], isLog2: false },
  { names: ["ic", "ic025", "ic975"], isLog2: true },
];

function pairCharts(items: readonly PacketItem[]): DocumentChart[] {
  const pairs = items.flatMap(({ evidence }) => (evidence.kind === "pair" ? [evidence] : []));
  const chosen = ratios.find(({ names }) =>
    pairs.some(({ scores }) => names.every((n) => scores.some(({ name }) => name === n))),
  );
  if (chosen === undefined) return [];
  const [estimate, lower, upper] = chosen.names;
  const rows = pairs.flatMap(({ product, event, scores }) => {
    const of = (wanted: string): number => {
      const value = scores.find(({ name }) => name === wanted)?.value.value ?? NaN;
      return chosen.isLog2 ? 2 ** value : value;
    };
    // A pair without an estimate (of another screening, or infinite) has no place on the axis.
    return Number.isFinite(of(estimate))
      ? [{ label: `${product} – ${event}`, estimate: of(estimate), lower: of(lower), upper: of(upper) }]
      : [];
  });
  const name = chosen.isLog2 ? `2^${estimate.toUpperCase()}` : estimate.toUpperCase();
  return [{ kind: "forest", title: { zh: `${name} 及其 95% 区间`, en: `${name} with its limits` }, rows }];
}

const personalText = (count: number): Wording[] =>
  count === 0
    ? []
    : [
        {
          zh: `${count} 个组合的名称中疑似含有个人信息，未列出；请更正录入。`,
          en: `${count} pairs have what looks like personal data in their names and are not shown; correct the entries.`,
        },
      ];

/** Pairs that the chart cannot show: without a report to compare with, a ratio is infinite. */
function notDrawn(items: readonly PacketItem[]): Wording[] {
  const [chart] = pairCharts(items);
  const missing = items.length - (chart?.kind === "forest" ? chart.rows.length : items.length);
  return missing === 0
    ? []
    : [
        {
          zh: `${missing} 项没有有限的估计值，图中未画出。`,
          en: `${missing} have no finite estimate and are not drawn.`,
        },
      ];
}

function itemSection(item: PacketItem, names: Names): DocumentSection {
  const { number, evidence, news, change, remarks, decisions, lines, reports } = item;
  const what = evidence.kind === "pair" ? `${evidence.product} – ${evidence.event}` : evidence.what;
  const shown = lines.length;
  const all = reports.value ?? 0;
  const more: Wording[] =
    shown < all
      ? [{ zh: `报告列表：列出 ${shown} 份，共 ${all} 份。`, en: `List of reports: ${shown} of ${all} are shown.` }]
      : [];
  return section({
    id: `item-${number}`,
    level: 3,
    heading: {
      zh: `${number}. ${what}（${newsWording[news].zh}）`,
      en: `${number}. ${what} (${newsWording[news].en})`,
    },
    text: [...change, ...(evidence.kind === "alert" ? evidence.sentences : []), ...remarks, ...more],
    tables: [
      evidence.kind === "pair" ? pairEvidenceTable(evidence) : alertEvidenceTable(evidence),
      ...(evidence.kind === "pair" && evidence.clusters.length > 0 ? [clusterTable(evidence)] : []),
      ...(decisions.length > 0 ? [decisionTable({ zh: "既往处置", en: "earlier decisions" }, decisions, names)] : []),
      ...(lines.length > 0 ? [lineTable(lines)] : []),
    ],
  });
}

const evidenceColumns = columns({ zh: "证据", en: "evidence" }, { zh: "值", en: "value", number: true });

function pairEvidenceTable({
  screening,
  cells,
  expected,
  serious,
  deaths,
  inPeriod,
  scores,
  rules,
}: PairEvidence): DocumentTable {
  return {
    caption: { zh: `证据（筛查：${screening}）`, en: `evidence (screening: ${screening})` },
    columns: evidenceColumns,
    rows: [
      [{ zh: "产品与事件同时出现的报告（a）", en: "reports with product and event (a)" }, cells.a],
      [{ zh: "含该产品的报告", en: "reports with the product" }, cells.n1],
      [{ zh: "含该事件的报告", en: "reports with the event" }, cells.m1],
      [{ zh: "全部报告", en: "all reports of the screening" }, cells.n],
      [{ zh: "预期数", en: "expected" }, expected],
      [{ zh: "其中严重", en: "of a: serious" }, serious],
      [{ zh: "其中死亡", en: "of a: deaths" }, deaths],
      [{ zh: "其中本期接收", en: "of a: received in the period" }, inPeriod],
      ...scores.map(({ name, value }): DocumentCell[] => [name, value]),
      ...rules.map(({ name, criterion }): DocumentCell[] => [
        { zh: `满足规则 ${name}`, en: `meets the rule ${name}` },
        criterion,
      ]),
    ],
  };
}

function alertEvidenceTable(of: AlertEvidence): DocumentTable {
  return {
    caption: { zh: `证据（${of.detector}，${of.profile}）`, en: `evidence (${of.detector}, ${of.profile})` },
    columns: evidenceColumns,
    rows: [
      [{ zh: "时段", en: "window" }, `${of.window.from} – ${of.window.to}`],
      [{ zh: "条件", en: "condition" }, of.predicate],
      [{ zh: "状态", en: "state" }, trackedWording[of.state]],
      [{ zh: "成员报告", en: "member reports" }, of.members],
      [{ zh: "本期新增成员", en: "joined in the period" }, of.gained],
      [{ zh: "观察数", en: "observed" }, of.observed],
      [{ zh: "预期数", en: "expected" }, of.expected],
      [{ zh: "比值", en: "ratio" }, of.ratio.estimate],
      [{ zh: "比值下限（95%）", en: "lower limit of the ratio (95%)" }, of.ratio.lower],
      [{ zh: "比值上限（95%）", en: "upper limit of the ratio (95%)" }, of.ratio.upper],
      [{ zh: "每年偶然出现次数（log10）", en: "times a year by chance (log10)" }, of.log10PerYear],
      [{ zh: "严重", en: "serious" }, of.serious],
      [{ zh: "死亡", en: "deaths" }, of.deaths],
      [{ zh: "已知单位数", en: "known units" }, of.units],
    ],
  };
}

const clusterTable = ({ clusters }: PairEvidence): DocumentTable => ({
  caption: { zh: "共有报告的预警", en: "alerts that share reports with it" },
  columns: columns(
    { zh: "预警", en: "alert" },
    { zh: "对象", en: "what" },
    { zh: "共有报告", en: "shared reports", number: true },
  ),
  rows: clusters.map(({ id, what, shared }) => [id, what, shared]),
});

const decisionTable = (caption: Wording, entries: readonly DecisionEntry[], names: Names): DocumentTable => ({
  caption,
  columns: columns(
    { zh: "时间", en: "at" },
    { zh: "责任人", en: "by" },
    { zh: "对象", en: "subject" },
    { zh: "结论", en: "state" },
    { zh: "理由", en: "reason" },
    { zh: "期限", en: "due" },
  ),
  rows: entries.map(({ at, by, key, state, why, due }) => [
    at,
    by,
    names.get(key) ?? key,
    decisionStateWording[state],
    why,
    due ?? "–",
  ]),
});

const lineTable = (lines: readonly LineListRow[]): DocumentTable => ({
  caption: { zh: "报告列表（已去标识）", en: "list of reports (de-identified)" },
  columns: columns(
    { zh: "报告编号", en: "report" },
    { zh: "接收日期", en: "received" },
    { zh: "年龄段", en: "age band" },
    { zh: "性别", en: "sex" },
    axisWording.product,
    { zh: "批号", en: "lot" },
    axisWording.event,
    { zh: "严重情形", en: "seriousness" },
    { zh: "单位代号", en: "unit" },
  ),
  rows: lines.map(({ id, received, ageBand, sex, products, lots, events, serious, unit }) => [
    id,
    received ?? notStated,
    ageBand ?? notStated,
    sex === null ? notStated : sexWording[sex],
    products.join("; "),
    lots.join(", "),
    events.join("; "),
    serious === null
      ? notStated
      : serious.length === 0
        ? { zh: "一般", en: "not serious" }
        : {
            zh: serious.map((one) => criterionWording[one].zh).join("、"),
            en: serious.map((one) => criterionWording[one].en).join(", "),
          },
    unit ?? "–",
  ]),
});

const deadlineTable = ({ deadlines }: ReviewPacket): DocumentTable => ({
  caption: { zh: "法定时限", en: "legal deadlines" },
  columns: columns(
    { zh: "序号", en: "no." },
    { zh: "义务", en: "duty" },
    { zh: "起算", en: "from" },
    { zh: "截止", en: "due" },
    { zh: "依据", en: "source" },
  ),
  rows: deadlines.map(({ number, duty, start, due, isPast, source }) => [
    String(number),
    duty,
    start ?? { zh: "未起算", en: "not started" },
    due === null ? "–" : isPast === true ? { zh: `${due}（已过）`, en: `${due} (past)` } : same(due),
    source,
  ]),
});
