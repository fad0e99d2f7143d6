/**
 * The main job: real files → reports → counts → SDRs and cluster alerts → out/ (CSV and one HTML page).
 * Run it with `npm start`. All data are public FDA and CDC files, shipped in examples/data; see the README there.
 * Another folder for the results: `npm start -- some/folder`.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  both,
  countPairs,
  explain,
  findRuleClusters,
  html,
  htmlPage,
  loadReports,
  profiles,
  screen,
  type CountOptions,
  type Html,
  type ProductView,
  type ReportProduct,
  type ReportSource,
  type ReportTable,
  type RuleProfile,
  type Wording,
} from "pvsignal";
import { readCaers, readFaers, readMapped, readMaude, readVaers, writeCsv, type CsvValue } from "pvsignal/node";
import { clusterHtml, reconciliationHtml, sdrHtml, type MonthlyCounts } from "./first-light/page.ts";
import { flagsOf, rules, scoreNames } from "./first-light/scores.ts";
import { reportClusters, reportExplanation, reportReconciliation, reportSdrs, say } from "./first-light/text.ts";

const data = join(import.meta.dirname, "data");
const out = process.argv[2] ?? join(import.meta.dirname, "../out");
const started = performance.now();

/** One family of names, such as `HYDROXYCUT …`: the first word of a brand name, or two when the first says little. */
const brandFamily = ({ name }: ProductView): string => {
  const words = name
    .toUpperCase()
    .replace(/[^A-Z0-9' ]+/g, " ")
    .trim()
    .split(/\s+/);
  return words.length === 1 || (words[0] ?? "").length >= 8 ? (words[0] ?? name) : words.slice(0, 2).join(" ");
};

/** Lots belong to a vaccine and its maker. */
const vaccineType = (p: ProductView): string =>
  [p.ingredient ?? p.name, p.manufacturer].filter((part) => part !== undefined).join(" ");
const vaccineLots: RuleProfile = {
  ...profiles.gvp2021,
  name: "vaccineLots",
  title: {
    zh: "疫苗：同一批号或相邻批号（示例设定）",
    en: "vaccines: same or adjacent lot (settings of this example)",
  },
  domains: ["vaccine"],
  basis: "none: the numbers of gvp2021 applied to vaccine lots for this example",
  legal: [],
};

interface Job {
  readonly key: string;
  readonly title: Wording;
  readonly source: () => ReportSource;
  readonly screenings: readonly { readonly title: Wording; readonly options: CountOptions }[];
  readonly clusters?: readonly {
    readonly profile: RuleProfile;
    readonly asOf: string;
    readonly product: (product: ProductView) => string;
    readonly show: number;
  }[];
}

const jobs: readonly Job[] = [
  {
    key: "caers",
    title: {
      zh: "化妆品与食品：FDA CAERS 2004–2013（完整）",
      en: "Cosmetics and foods: FDA CAERS 2004–2013, complete",
    },
    source: () => readCaers(join(data, "CAERS_ASCII_2004_2013.csv.gz")),
    screenings: [
      { title: { zh: "化妆品", en: "cosmetics" }, options: { domain: "cosmetic", product: brandFamily } },
      {
        title: { zh: "食品与膳食补充剂", en: "foods and dietary supplements" },
        options: { domain: "food", product: brandFamily },
      },
    ],
    clusters: [
      {
        profile: { ...profiles.productWatch, domains: ["cosmetic"] },
        asOf: "2013-12-31",
        product: brandFamily,
        show: 8,
      },
      { profile: { ...profiles.productWatch, domains: ["food"] }, asOf: "2013-12-31", product: brandFamily, show: 18 },
    ],
  },
  {
    key: "faers",
    title: { zh: "药品：FDA FAERS 2022 年第 3 季度主要怀疑药品", en: "Drugs: FDA FAERS 2022 Q3, primary suspects" },
    source: () =>
      readMapped(join(data, "faers-2022q3-ps.csv.gz"), {
        source: "faers",
        domain: "drug",
        id: "case_id",
        product: { name: "product", role: "suspect" },
        event: { term: "events", separator: ";" },
      }),
    screenings: [{ title: { zh: "药品", en: "drugs" }, options: {} }],
  },
  {
    key: "faers-ascii",
    title: {
      zh: "药品：FAERS 季度原始文件样本（2017 年第 2 季度）",
      en: "Drugs: a sample of the raw FAERS quarterly files, 2017 Q2",
    },
    source: () => readFaers(join(data, "faers-ascii-2017q2")),
    screenings: [{ title: { zh: "药品活性成分", en: "active ingredients" }, options: { product: "ingredient" } }],
  },
  {
    key: "maude",
    title: {
      zh: "医疗器械：FDA MAUDE 2025-12-31 收到的 5,000 份报告",
      en: "Devices: 5,000 FDA MAUDE reports received on 2025-12-31",
    },
    source: () => readMaude(join(data, "maude-2025-12-31.csv.gz")),
    screenings: [
      { title: { zh: "器械品种（通用名）", en: "generic device names" }, options: { product: "ingredient" } },
    ],
  },
  {
    key: "vaers",
    title: {
      zh: "疫苗：VAERS 1997 年（完整，自由文本已去除）",
      en: "Vaccines: VAERS 1997, complete, free text removed",
    },
    source: () =>
      readVaers(["1997VAERSDATA.csv.gz", "1997VAERSVAX.csv.gz", "1997VAERSSYMPTOMS.csv.gz"].map((f) => join(data, f))),
    screenings: [{ title: { zh: "疫苗种类", en: "vaccine types" }, options: { product: "ingredient" } }],
    clusters: [{ profile: vaccineLots, asOf: "1997-12-31", product: vaccineType, show: 8 }],
  },
];

/** One pass over the reports: how many of each product arrived in each month. */
function countByMonth(table: ReportTable, label: (product: ProductView) => string): MonthlyCounts {
  const of = new Map<string, Map<string, number>>();
  const months = new Set<string>();
  for (let row = 0; row < table.size; row++) {
    const { receivedDate, products } = table.report(row);
    const month = receivedDate?.slice(0, 7) ?? "";
    if (month.length < 7) continue;
    months.add(month);
    const suspects = products.filter(({ role }) => role === "suspect" || role === "interacting");
    for (const name of new Set(suspects.map((p: ReportProduct) => label(p as unknown as ProductView)))) {
      const counts = of.get(name) ?? new Map<string, number>();
      counts.set(month, (counts.get(month) ?? 0) + 1);
      of.set(name, counts);
    }
  }
  return { months: everyMonth([...months].sort()), of };
}

/** Months without a report too: a gap must be seen. */
function everyMonth(months: readonly string[]): string[] {
  const all: string[] = [];
  const last = months.at(-1) ?? "";
  for (let month = months[0] ?? ""; month !== "" && month <= last;) {
    all.push(month);
    const [year, number] = [Number(month.slice(0, 4)), Number(month.slice(5))];
    month = number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, "0")}`;
  }
  return all;
}

mkdirSync(out, { recursive: true });
const sections: Html[] = [];
const sdrRows: Record<string, CsvValue>[] = [];
const alertRows: Record<string, CsvValue>[] = [];

for (const job of jobs) {
  say(`\n=== ${job.title.en}`);
  const { table, reconciliation } = await loadReports(job.source(), {
    onProgress: ({ file, rows, bytes, totalBytes }) => {
      const share = totalBytes === undefined ? "" : `, ${Math.round((100 * bytes) / totalBytes)} %`;
      say(`  … ${file}: ${rows.toLocaleString("en-US")} rows${share}`);
    },
  });
  reportReconciliation(reconciliation);
  const parts: Html[] = [reconciliationHtml(reconciliation)];
  for (const { title, options } of job.screenings) {
    const screening = screen(countPairs(table, options), { rule: rules });
    reportSdrs(title.en, screening);
    const [best] = screening.sdrs({ limit: 1 });
    const explanation = best === undefined ? undefined : explain(screening, table, best);
    if (explanation !== undefined) reportExplanation(explanation);
    parts.push(sdrHtml(title, screening, explanation));
    for (const row of screening.sdrs()) {
      const { product, event, a, b, c, d, expected, scores, missing } = row;
      const values = scoreNames.map(
        (name) => [name, scores[name] ?? (missing[name] === "infinite" ? Infinity : null)] as const,
      );
      sdrRows.push({
        file: job.key,
        product,
        event,
        a,
        b,
        c,
        d,
        expected,
        ...Object.fromEntries(values),
        flaggedBy: flagsOf(row),
      });
    }
  }
  for (const { profile, asOf, product, show } of job.clusters ?? []) {
    const found = findRuleClusters(table, profile, { asOf, product });
    reportClusters(found, show);
    parts.push(clusterHtml(found, countByMonth(table, product), show));
    found.alerts.forEach((alert, i) => {
      const { id, scope, window, peak, observed, expected, log10PerYear, reports, severity, memberIds } = alert;
      alertRows.push({
        file: job.key,
        rank: i + 1,
        id,
        product: scope.product,
        lots: scope.lots?.join(" "),
        from: window.from,
        to: window.to,
        peakFrom: peak.from,
        peakTo: peak.to,
        observed,
        expected,
        log10PerYear,
        reports,
        serious: severity.serious,
        deaths: severity.deaths,
        members: memberIds.join(" "),
      });
    });
  }
  sections.push(
    html`<section id="${job.key}">
      <h2>${both(job.title)}</h2>
      ${parts}
    </section>`,
  );
}

await writeCsv(join(out, "sdrs.csv"), sdrRows);
await writeCsv(join(out, "cluster-alerts.csv"), alertRows);
const intro = html`<p>
    ${both({
      zh: "本页由公开数据自动生成。不相称报告信号（SDR）和预警只是需要人工评估的线索，不说明因果关系。",
      en: "This page was made from public data. Signals of disproportionate reporting (SDRs) and alerts ask for assessment by a person; they do not show cause.",
    })}
  </p>
  <nav>${jobs.map(({ key, title }) => html`<a href="#${key}">${both(title)}</a> `)}</nav>`;
const title = { zh: "药物警戒信号检测：第一份结果", en: "Signals and cluster alerts: first light" };
writeFileSync(join(out, "index.html"), htmlPage({ title, body: html`${intro}${sections}` }));
say(
  `\nWrote index.html, sdrs.csv (${sdrRows.length} SDRs) and cluster-alerts.csv (${alertRows.length} alerts) to ${out}`,
);
say(
  `${((performance.now() - started) / 1000).toFixed(1)} s, peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`,
);
