/**
 * Real history, month by month, as a centre would have seen it: rule clusters as of the end of every month, one record for an
 * alert over all its days, and only alerts that chance alone gives less than about once in 30 years. Prints what was opened or grew
 * for the products one looks back for, and how many alerts there were in all.
 *
 *   npx tsx examples/replay.ts
 */
import { join } from "node:path";
import {
  alertStateWording,
  findRuleClusters,
  isoDay,
  loadReports,
  mergeAlerts,
  partialDay,
  profiles,
  type AlertLedger,
  type Domain,
  type ProductView,
  type ReportSource,
} from "pvsignal";
import { readCaers, readHealthCanada } from "pvsignal/node";

const data = join(import.meta.dirname, "data");

/** One family of names, such as `HYDROXYCUT …`: the first word of a brand name, or two when the first says little. */
const brandFamily = ({ name }: ProductView): string => {
  const words = name
    .toUpperCase()
    .replace(/[^A-Z0-9' ]+/g, " ")
    .trim()
    .split(/\s+/);
  return words.length === 1 || (words[0] ?? "").length >= 8 ? (words[0] ?? name) : words.slice(0, 2).join(" ");
};

interface History {
  readonly title: string;
  readonly source: () => ReportSource;
  readonly domain: Domain;
  readonly from: string;
  readonly to: string;
  readonly watch: readonly { readonly product: RegExp; readonly rise: string }[];
}

const histories: readonly History[] = [
  {
    title: "FDA CAERS, foods and supplements",
    source: () => readCaers(join(data, "CAERS_ASCII_2004_2013.csv.gz")),
    domain: "food",
    from: "2005-01",
    to: "2013-12",
    watch: [
      { product: /^HYDROXYCUT/, rise: "2009-05" },
      { product: /^OXYELITE/, rise: "2013-09" },
    ],
  },
  {
    title: "FDA CAERS, cosmetics",
    source: () => readCaers(join(data, "CAERS_ASCII_2004_2013.csv.gz")),
    domain: "cosmetic",
    from: "2005-01",
    to: "2013-12",
    watch: [{ product: /^BRAZILIAN/, rise: "2010-10" }],
  },
  {
    title: "Health Canada, medical devices",
    source: () => readHealthCanada(join(data, "health-canada")),
    domain: "device",
    from: "2024-10",
    to: "2025-04",
    watch: [{ product: /^INFUSOMAT/, rise: "2024-11" }],
  },
];

/** Once in about 30 years by the group's own earlier rate. */
const RARE = -1.5;

for (const { title, source, domain, from, to, watch } of histories) {
  const { table } = await loadReports(source());
  const profile = { ...profiles.productWatch, domains: [domain] };
  let ledger: AlertLedger | null = null;
  const counts = { opened: 0, grew: 0, months: 0 };
  console.log(`\n${title}`);
  for (const asOf of monthEnds(from, to)) {
    const { alerts } = findRuleClusters(table, profile, { asOf, product: brandFamily });
    const current = alerts.filter((alert) => alert.state === "open" && alert.log10PerYear <= RARE);
    ledger = mergeAlerts(ledger, current, { asOf });
    counts.months++;
    for (const { state, alert } of ledger.alerts) {
      if (state !== "opened" && state !== "grew") continue;
      counts[state]++;
      const month = asOf.slice(0, 7);
      if (!watch.some(({ product, rise }) => product.test(alert.scope.product ?? "") && month === rise)) continue;
      console.log(
        `${asOf} ${alert.scope.product ?? ""}: ${alertStateWording[state].zh} / ${alertStateWording[state].en}`,
      );
      console.log(`  ${alert.evidence[0]!.zh}\n  ${alert.evidence[0]!.en}`);
    }
  }
  console.log(`${counts.opened} alerts opened and ${counts.grew} times one grew in ${counts.months} months`);
}

function monthEnds(from: string, to: string): string[] {
  const ends: string[] = [];
  for (let day = partialDay(`${from}-01`)!.day; isoDay(day).slice(0, 7) <= to; day++) {
    if (isoDay(day + 1).endsWith("-01")) ends.push(isoDay(day));
  }
  return ends;
}
