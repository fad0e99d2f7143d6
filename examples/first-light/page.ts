import {
  both,
  countChart,
  forestPlot,
  html,
  htmlTable,
  issueCodeText,
  issueEffectText,
  type ClusterAlert,
  type CountBar,
  type Explanation,
  type Html,
  type Reconciliation,
  type RuleClusters,
  type Screening,
  type ScreenRow,
  type TableColumn,
  type Wording,
} from "pvsignal";
import { flagsOf, shown } from "./scores.ts";

const word = (zh: string, en: string): Wording => ({ zh, en });

export function reconciliationHtml(rec: Reconciliation): Html {
  const { read, accepted, merged, retracted, rejected } = rec;
  const columns: TableColumn<Reconciliation["issues"][number]>[] = [
    { head: word("数量", "count"), number: true, cell: ({ count }) => count.toLocaleString("en-US") },
    {
      head: word("问题", "issue"),
      cell: ({ code }) =>
        html`${both(word(issueCodeText(code, "zh"), issueCodeText(code, "en")))} <code>${code}</code>`,
    },
    {
      head: word("处理", "what was done"),
      cell: ({ effect }) => both(word(issueEffectText(effect, "zh"), issueEffectText(effect, "en"))),
    },
    {
      head: word("示例", "example"),
      cell: ({ sample }) =>
        [sample[0]?.file, sample[0]?.row, sample[0]?.value].filter((part) => part !== undefined).join(" : "),
    },
  ];
  return html`<p>
      ${both(
        word(
          `读入 ${read} = 采用 ${accepted} + 合并 ${merged} + 撤回 ${retracted} + 未采用 ${rejected}`,
          `Read ${read} = accepted ${accepted} + merged ${merged} + retracted ${retracted} + rejected ${rejected}`,
        ),
      )}
    </p>
    ${rec.issues.length === 0 ? html`` : htmlTable(word("数据问题（按类别计数）", "What was wrong with the data, counted by kind"), columns, rec.issues)}`;
}

const sdrColumns: readonly TableColumn<ScreenRow>[] = [
  { head: word("产品", "product"), cell: (r) => r.product },
  { head: word("事件", "event"), cell: (r) => r.event },
  { head: word("a", "a"), number: true, cell: (r) => r.a },
  { head: word("期望", "expected"), number: true, cell: (r) => r.expected.toFixed(2) },
  {
    head: word("PRR [95%]", "PRR [95 %]"),
    number: true,
    cell: (r) => `${shown(r, "prr")} [${shown(r, "prrLower")}, ${shown(r, "prrUpper")}]`,
  },
  {
    head: word("ROR [95%]", "ROR [95 %]"),
    number: true,
    cell: (r) => `${shown(r, "ror")} [${shown(r, "rorLower")}, ${shown(r, "rorUpper")}]`,
  },
  { head: word("χ²（Yates）", "χ² (Yates)"), number: true, cell: (r) => shown(r, "chi2Yates") },
  {
    head: word("IC [IC025, IC975]", "IC [IC025, IC975]"),
    number: true,
    cell: (r) => `${shown(r, "ic")} [${shown(r, "ic025")}, ${shown(r, "ic975")}]`,
  },
  { head: word("满足的标准", "flagged by"), cell: flagsOf },
];

export function sdrHtml(title: Wording, screening: Screening, explanation: Explanation | undefined): Html {
  const { counts } = screening;
  const rows = screening.sdrs({ limit: 20 });
  const results = screening.rules.map(({ name, flagged, undecided }) => `${name} ${flagged} (${undecided})`).join(", ");
  return html`<h3>${both(title)}</h3>
    <p class="dim">
      ${both(
        word(
          `${counts.n} 份报告，${counts.size} 个产品–事件组合；各标准标记的组合数（括号内为无法判定）：${results}`,
          `${counts.n} reports, ${counts.size} product–event pairs; pairs flagged by each rule (undecided in brackets): ${results}`,
        ),
      )}
    </p>
    ${htmlTable(word("不相称报告信号（SDR），按 IC025 排序，前 20 个", "Signals of disproportionate reporting (SDR), ranked by IC025, first 20"), sdrColumns, rows)}
    ${forestPlot(
      word("ROR 及其 95% 区间（对数刻度）", "ROR with 95 % limits, logarithmic scale"),
      rows.slice(0, 15).map((r) => ({
        label: `${r.product} × ${r.event}`,
        estimate: r.scores["ror"] ?? Infinity,
        lower: r.scores["rorLower"] ?? NaN,
        upper: r.scores["rorUpper"] ?? Infinity,
      })),
    )}
    ${explanation === undefined ? html`` : explanationHtml(explanation)}`;
}

function explanationHtml({ product, event, table, rules: decided, reportIds }: Explanation): Html {
  const cell = (n: number): string => n.toLocaleString("en-US");
  return html`<h4>${both(word(`解释：${product} × ${event}`, `Explanation: ${product} × ${event}`))}</h4>
    <div class="scroll">
      <table>
        <caption>
          ${both(word("四格表（报告份数）", "Fourfold table, in reports"))}
        </caption>
        <thead>
          <tr>
            <td></td>
            <th scope="col">${event}</th>
            <th scope="col">${both(word("其他事件", "other events"))}</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">${product}</th>
            <td class="number">${cell(table.a)}</td>
            <td class="number">${cell(table.b)}</td>
          </tr>
          <tr>
            <th scope="row">${both(word("其他产品", "other products"))}</th>
            <td class="number">${cell(table.c)}</td>
            <td class="number">${cell(table.d)}</td>
          </tr>
        </tbody>
      </table>
    </div>
    ${htmlTable(
      word("各标准及其余量", "Each rule and its margin"),
      [
        { head: word("标准", "rule"), cell: (r) => r.name },
        { head: word("条件", "criterion"), cell: (r) => html`<code>${r.criterion}</code>` },
        {
          head: word("结果", "verdict"),
          cell: (r) =>
            both(
              r.met === null ? word("无法判定", "undecided") : r.met ? word("满足", "met") : word("不满足", "not met"),
            ),
        },
        {
          head: word("余量", "margins"),
          cell: (r) =>
            r.comparisons.map((c) => `${c.text}: ${c.margin === null ? "–" : c.margin.toFixed(2)}`).join("; "),
        },
        { head: word("来源", "source"), cell: (r) => `${r.source} [${r.status}]` },
      ],
      decided,
    )}
    <details>
      <summary>${both(word(`${reportIds.length} 份报告的编号`, `Ids of the ${reportIds.length} reports`))}</summary>
      <p><code>${reportIds.join(", ")}</code></p>
    </details>`;
}

/** Alerts of one run, with the monthly counts of each product as bars. */
export function clusterHtml(found: RuleClusters, months: MonthlyCounts, show: number): Html {
  const { alerts, profile, groups } = found;
  const numbers = profile.numbers.map(({ what, value, status }) => `${what} = ${value} [${status}]`).join("; ");
  return html`<h3>${both(word(`聚集性信号预警：${profile.title.zh}`, `Cluster alerts: ${profile.title.en}`))}</h3>
    <p class="dim">
      ${both(
        word(
          `截至 ${found.asOf}，${groups} 个分组中有 ${alerts.length} 个预警；按照本组既往水平最罕见者在前，以下为前 ${Math.min(show, alerts.length)} 个。数值及其来源：${numbers}`,
          `As of ${found.asOf}: ${alerts.length} alerts among ${groups} groups, rarest by the group's own history first; the first ${Math.min(show, alerts.length)} follow. Numbers and their status: ${numbers}`,
        ),
      )}
    </p>
    ${alerts.slice(0, show).map((alert) => alertHtml(alert, bars(alert, months)))}`;
}

function alertHtml(alert: ClusterAlert, bars: readonly CountBar[]): Html {
  const name = [alert.scope.product, alert.scope.lots?.join(" + ")].filter((part) => part !== undefined).join(" # ");
  return html`<article class="alert">
    <h4>${name} · ${alert.peak.from} – ${alert.peak.to}</h4>
    <ul>
      ${alert.evidence.map((sentence) => html`<li>${both(sentence)}</li>`)}
    </ul>
    <p class="dim">
      ${both(word("最常见反应：", "Most frequent reactions: "))}${alert.reactions.map(({ term, reports }) => `${term} ${reports}`).join(" · ")}
    </p>
    ${countChart(word(`${name}：每月收到的报告份数（预警月份以红色标出）`, `${name}: reports received a month, months of the alert marked`), bars)}
    <details>
      <summary>
        ${both(word(`${alert.memberIds.length} 份报告的编号`, `Ids of the ${alert.memberIds.length} reports`))}
      </summary>
      <p><code>${alert.memberIds.join(", ")}</code></p>
    </details>
  </article>`;
}

/** Reports by month of receipt, for each product label; months run from the first to the last of the file. */
export interface MonthlyCounts {
  readonly months: readonly string[];
  readonly of: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

function bars({ scope, window }: ClusterAlert, { months, of }: MonthlyCounts): CountBar[] {
  const counts = of.get(scope.product ?? "");
  return months.map((label) => ({
    label,
    count: counts?.get(label) ?? 0,
    marked: label >= window.from.slice(0, 7) && label <= window.to.slice(0, 7),
  }));
}
