import type { Wording } from "../report/wording.ts";
import type { RunManifest } from "../monitor/manifest.ts";
import {
  same,
  section,
  type DocumentCell,
  type DocumentSection,
  type DocumentTable,
  type PaperDocument,
} from "./document.ts";
import { axisWording, clockWording, domainWording, keyWording } from "./document-words.ts";
import { figure, type Figure } from "./figure.ts";
import type { PeriodicReport } from "./periodic.ts";
import type { PeriodBase, PeriodChange, PeriodRow } from "./periodic-counts.ts";
import { baseMissingWording } from "./periodic-period.ts";
import type { QualityBlock } from "./periodic-quality.ts";
import type { Tabulations } from "./periodic-tables.ts";

/** How documents name what the report only has codes of. */
export interface PeriodicWordsOptions {
  /** Name of a division by its code. */
  readonly divisionName?: ((code: string) => string | undefined) | undefined;
}

const columns = (...heads: readonly (Wording & { readonly number?: true })[]): DocumentTable["columns"] =>
  heads.map(({ zh, en, number }) => ({ head: { zh, en }, ...(number === true ? { number } : {}) }));

/** A periodic report as a document: counts, change, news, quality, targets, and where all of it comes from. */
export function periodicDocument(report: PeriodicReport, options: PeriodicWordsOptions = {}): PaperDocument {
  const { period, total, months, counts } = report;
  const filled = counts.filter(({ rows }) => rows.some(({ key }) => key !== null));
  const empty = counts.filter((one) => !filled.includes(one)).map(({ axis }) => axisWording[axis]);
  const title = {
    zh: `不良反应/事件监测报告 ${period.name}`,
    en: `Safety monitoring report ${period.name}`,
  };
  return {
    title,
    sections: [
      section({
        id: "overview",
        heading: { zh: "概况", en: "Overview" },
        text: [...overview(report), ...(empty.length === 0 ? [] : [silent(empty)])],
        charts: [
          {
            kind: "counts",
            title: { zh: "各月报告数", en: "reports by month" },
            bars: months.map(({ month, reports }) => ({
              label: month,
              count: reports.value ?? 0,
              marked: false,
            })),
          },
        ],
        tables: [
          changeTable({ zh: "报告总数", en: "all reports" }, { zh: "范围", en: "scope" }, [total], () => ({
            zh: "全部",
            en: "all",
          })),
          {
            caption: { zh: "各月报告数", en: "reports by month" },
            columns: columns({ zh: "月份", en: "month" }, { zh: "报告数", en: "reports", number: true }),
            rows: months.map(({ month, reports }) => [month, reports]),
          },
        ],
      }),
      ...filled.map(({ axis, rows, notListed }) =>
        section({
          id: `by-${axis}`,
          heading: { zh: `按${axisWording[axis].zh}`, en: `By ${axisWording[axis].en}` },
          text:
            notListed === 0
              ? []
              : [{ zh: `另有 ${notListed} 个未列出。`, en: `${notListed} more occur and are not listed.` }],
          tables: [
            changeTable(axisWording[axis], axisWording[axis], rows, ({ key }) =>
              keyWording(axis, key, options.divisionName),
            ),
          ],
        }),
      ),
      ...newsSections(report),
      ...qualitySections(report.quality),
      provenance(report.manifest, [
        [{ zh: "输入报告数", en: "reports at hand" }, String(report.input.reports)],
        [{ zh: "输入摘要", en: "digest of the reports" }, report.input.digest],
      ]),
    ],
  };
}

function overview({ period, previous, lastYear, asOf, clock, leftOut }: PeriodicReport): Wording[] {
  const day = clockWording[clock];
  const base = ({ period: of, missing }: PeriodBase, name: Wording): Wording =>
    missing === null && of !== null
      ? {
          zh: `${name.zh}：${of.name}（${of.from} 至 ${of.to}，${of.days} 天）。`,
          en: `${name.en}: ${of.name} (${of.from} to ${of.to}, ${of.days} days).`,
        }
      : {
          zh: `${name.zh}：无对比，${baseMissingWording[missing ?? "before-data"].zh}。`,
          en: `${name.en}: none, ${baseMissingWording[missing ?? "before-data"].en}.`,
        };
  return [
    {
      zh: `统计期 ${period.from} 至 ${period.to}（${period.days} 天），按${day.zh}统计；截至 ${asOf} 已接收的报告。报告数不等于发生数，也不说明因果关系。`,
      en: `Period ${period.from} to ${period.to} (${period.days} days) by ${day.en}, as far as received by ${asOf}. Numbers of reports are neither incidence nor proof of a cause.`,
    },
    base(previous, { zh: "上期", en: "Period before" }),
    base(lastYear, { zh: "上年同期", en: "Same period of the year before" }),
    {
      zh: `未计入：无接收日期 ${leftOut.withoutReceipt} 份，无统计日期 ${leftOut.withoutDate} 份，日期只精确到月或年而无法判定的 ${leftOut.imprecise} 份。`,
      en: `Not counted: ${leftOut.withoutReceipt} without a day of receipt, ${leftOut.withoutDate} without the date counted by, ${leftOut.imprecise} with a month or year that leaves it open.`,
    },
  ];
}

const silent = (axes: readonly Wording[]): Wording => ({
  zh: `报告中没有以下信息：${axes.map(({ zh }) => zh).join("、")}。`,
  en: `No report of the period says: ${axes.map(({ en }) => en).join(", ")}.`,
});

/** Counts with their change on both bases; the count of all reports too. */
export function changeTable(
  caption: Wording,
  head: Wording,
  rows: readonly PeriodRow[],
  name: (row: PeriodRow) => DocumentCell,
): DocumentTable {
  const change = ({ before, change: value, lower, upper, missing }: PeriodChange): DocumentCell[] => [
    before,
    missing === null ? value : baseMissingWording[missing],
    limits(lower, upper),
  ];
  return {
    caption,
    columns: columns(
      head,
      { zh: "本期", en: "now", number: true },
      { zh: "上期", en: "before", number: true },
      { zh: "环比", en: "change", number: true },
      { zh: "95% 区间", en: "95% limits", number: true },
      { zh: "上年同期", en: "year before", number: true },
      { zh: "同比", en: "change on year", number: true },
      { zh: "95% 区间", en: "95% limits", number: true },
    ),
    rows: rows.map((row) => [name(row), row.now, ...change(row.previous), ...change(row.lastYear)]),
  };
}

const limits = (lower: number | null, upper: number | null): string => {
  const part = (value: number | null): string =>
    value === null || !Number.isFinite(value) ? "∞" : `${value < 0 ? "−" : "+"}${Math.abs(100 * value).toFixed(0)}%`;
  return lower === null ? "" : `${part(lower)} … ${part(upper)}`;
};

function newsSections({ news }: PeriodicReport): DocumentSection[] {
  if (news === null) return [];
  const sdrText =
    news.since === null
      ? {
          zh: "没有上一次运行可比较，未列出新信号。",
          en: "There is no earlier run to compare with, so no SDR is called new.",
        }
      : {
          zh: `自 ${news.since} 以来新出现的不相称报告信号（SDR）${news.sdrsFound} 个，列出 ${news.sdrs.length} 个。SDR 是统计阈值的结果，不是已确认的风险。`,
          en: `${news.sdrsFound} SDRs are new since ${news.since}; ${news.sdrs.length} are listed. An SDR is a number above a threshold, not a confirmed risk.`,
        };
  return [
    section({
      id: "new-sdrs",
      heading: { zh: "新信号（SDR）", en: "New SDRs" },
      text: [sdrText],
      tables: [
        {
          caption: { zh: "新信号（SDR）", en: "new SDRs" },
          columns: columns(
            { zh: "筛查", en: "screening" },
            axisWording.product,
            axisWording.event,
            { zh: "报告数", en: "reports", number: true },
            { zh: "预期数", en: "expected", number: true },
            { zh: "指标", en: "score" },
            { zh: "值", en: "value", number: true },
          ),
          rows: news.sdrs.map(({ screening, product, event, reports, expected, score }) => [
            screening,
            product,
            event,
            reports,
            expected,
            score?.name ?? "–",
            score?.value ?? "–",
          ]),
        },
      ],
    }),
    section({
      id: "new-alerts",
      heading: { zh: "新预警", en: "New alerts" },
      text: [
        {
          zh: `统计期内新开预警 ${news.alertsFound} 个，列出 ${news.alerts.length} 个。`,
          en: `${news.alertsFound} alerts were opened in the period; ${news.alerts.length} are listed.`,
        },
      ],
      tables: [
        {
          caption: { zh: "新预警", en: "new alerts" },
          columns: columns(
            { zh: "对象", en: "what" },
            { zh: "方法", en: "detector" },
            { zh: "开始日期", en: "opened on" },
            { zh: "成员报告", en: "reports", number: true },
            { zh: "观察数", en: "observed", number: true },
            { zh: "预期数", en: "expected", number: true },
          ),
          rows: news.alerts.map(({ what, detector, openedOn, reports, observed, expected }) => [
            what,
            detector,
            openedOn,
            reports,
            observed,
            expected,
          ]),
        },
      ],
    }),
  ];
}

const at = (...path: readonly (string | number)[]): Figure["trace"] => ({ kind: "quality", at: path });

function qualitySections({ completeness, forms, timeliness, indicators }: QualityBlock): DocumentSection[] {
  const rows: DocumentCell[][] = [
    [
      { zh: "vigiGrade 完整性（均值）", en: "vigiGrade completeness (mean)" },
      figure(completeness.scored, "count", at("completeness", "scored")),
      figure(completeness.meanScore, "percent", at("completeness", "meanScore")),
    ],
    [
      { zh: "记录良好的报告（得分 > 0.8）", en: "well documented reports (score above 0.8)" },
      figure(completeness.wellDocumented.count, "count", at("completeness", "wellDocumented", "count")),
      figure(completeness.wellDocumented.share, "percent", at("completeness", "wellDocumented", "share")),
    ],
    ...forms.map(({ title, reports, meanShare }, i) => [
      { zh: `${title.zh} 得分率`, en: `${title.en}, share of full marks` },
      figure(reports, "count", at("forms", i, "reports")),
      figure(meanShare, "percent", at("forms", i, "meanShare")),
    ]),
    ...timeliness.flatMap(({ title, all, rows: cases }, i) =>
      [{ of: all, path: ["all"] }, ...cases.map((of, k) => ({ of, path: ["rows", k] }))].map(({ of, path }) => [
        { zh: `${title.zh}：${of.wording.zh} 按时率`, en: `${title.en}: ${of.wording.en}, on time` },
        figure(of.onTime.of, "count", at("timeliness", i, ...path, "onTime", "of")),
        figure(of.onTime.share, "percent", at("timeliness", i, ...path, "onTime", "share")),
      ]),
    ),
  ];
  const quality = section({
    id: "quality",
    heading: { zh: "报告质量", en: "Quality of the reports" },
    tables: [
      {
        caption: { zh: "完整性与及时性", en: "completeness and timeliness" },
        columns: columns(
          { zh: "指标", en: "measure" },
          { zh: "报告数", en: "reports", number: true },
          { zh: "值", en: "value", number: true },
        ),
        rows,
      },
    ],
  });
  if (indicators === null) return [quality];
  return [
    quality,
    section({
      id: "targets",
      heading: { zh: "指标完成情况", en: "Indicators against targets" },
      text: [
        {
          zh: `人口口径：${indicators.all.populationVintage}。年度目标按统计期天数占全年的比例折算，不考虑季节。`,
          en: `People: ${indicators.all.populationVintage}. Yearly targets are taken by the share of the year's days, without regard to season.`,
        },
      ],
      tables: [
        {
          caption: { zh: "每百万人口报告数", en: "reports per million people" },
          columns: columns(
            axisWording.domain,
            { zh: "报告数", en: "reports", number: true },
            { zh: "每百万人口", en: "per million", number: true },
            { zh: "年度基线 → 目标", en: "baseline → target a year" },
            { zh: "本期应达到", en: "due in the period" },
            { zh: "完成率", en: "reached", number: true },
            { zh: "目标来源", en: "source of the target" },
          ),
          rows: indicators.targets.map((one) => [
            domainWording[one.domain],
            one.reports,
            one.perMillion,
            `${one.baseline ?? "–"} → ${one.target}`,
            String(Number(one.dueByNow.toPrecision(4))),
            one.reached,
            one.source,
          ]),
        },
      ],
    }),
  ];
}

/** What the document was made from, with the digests that vouch for it. */
export function provenance(
  manifest: RunManifest | null,
  more: readonly (readonly [Wording, DocumentCell])[],
): DocumentSection {
  const rows: DocumentCell[][] = more.map(([name, value]) => [name, value]);
  if (manifest !== null) {
    rows.push(
      [{ zh: "运行日期", en: "day of the run" }, manifest.asOf],
      [{ zh: "程序库版本", en: "version of the library" }, manifest.library],
      [{ zh: "参数摘要", en: "digest of the options" }, manifest.optionsDigest],
      [{ zh: "结果摘要", en: "digest of the results" }, manifest.resultDigest],
      [{ zh: "运行所用报告摘要", en: "digest of the run's reports" }, manifest.input.digest],
      [{ zh: "无法担保的部分", en: "not vouched for" }, manifest.notVouched.join(", ") || "–"],
    );
  }
  return section({
    id: "provenance",
    heading: { zh: "来源与可追溯性", en: "Origin of the figures" },
    tables: [
      {
        caption: { zh: "本文件的来源", en: "what this document was made from" },
        columns: columns({ zh: "项目", en: "item" }, { zh: "值", en: "value" }),
        rows,
      },
    ],
  });
}

/** Summary tabulations of one product as a document. */
export function tabulationsDocument({ product, interval, asOf, all, rows }: Tabulations): PaperDocument {
  const parts = ["serious", "notSerious", "unknown", "deaths", "total"] as const;
  const names: Readonly<Record<(typeof parts)[number], Wording>> = {
    serious: { zh: "严重", en: "serious" },
    notSerious: { zh: "一般", en: "not serious" },
    unknown: { zh: "未说明", en: "not stated" },
    deaths: { zh: "死亡", en: "deaths" },
    total: { zh: "合计", en: "total" },
  };
  const head = (stretch: Wording) =>
    parts.map((part) => ({
      zh: `${stretch.zh} ${names[part].zh}`,
      en: `${stretch.en}: ${names[part].en}`,
      number: true as const,
    }));
  return {
    title: { zh: `${product} 汇总表 ${interval.name}`, en: `${product}: summary tabulations ${interval.name}` },
    sections: [
      section({
        id: "tabulations",
        heading: { zh: "本期与累计", en: "Interval and cumulative" },
        text: [
          {
            zh: `本期 ${interval.from} 至 ${interval.to}；累计自数据开始至 ${interval.to}；截至 ${asOf} 已接收的报告。单位为报告：一份报告含多个事件时各行分别计一次。`,
            en: `Interval ${interval.from} to ${interval.to}; cumulative from the start of the data to ${interval.to}; as far as received by ${asOf}. The unit is the report: one with several events counts once in the line of each.`,
          },
        ],
        tables: [
          {
            caption: same(product),
            columns: columns(
              axisWording.event,
              ...head({ zh: "本期", en: "interval" }),
              ...head({ zh: "累计", en: "cumulative" }),
            ),
            rows: [all, ...rows].map(({ event, interval: now, cumulative }): DocumentCell[] => [
              event ?? { zh: "全部报告", en: "all reports" },
              ...parts.map((part) => now[part]),
              ...parts.map((part) => cumulative[part]),
            ]),
          },
        ],
      }),
    ],
  };
}
