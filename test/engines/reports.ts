import { seededRandom } from "../../src/math/random.ts";
import type { PairSqlOptions, Report, ReportTable, Role } from "pvsignal";
import type { Cell, EngineTable } from "./engine.ts";

/** Names with everything that ends a quote or starts something else in one of the engines. */
export const names = { products: 'drug"; drop', events: "re`ac'--\\", reports: "报告\\mo\n  {p1:String} $1" };
export const columns = {
  report: "report id",
  product: "pro\nduct",
  event: "e'v",
  role: 'ro"le\\',
  domain: "种类`",
  reportDomain: "kind of report; select 1",
} as const;
/** Beside the columns that are told to `pairCountSql` as such. */
export const more = { ingredient: "in$1gredient", sex: "se'x", year: "year /* {p2:Int64} */" } as const;

/** What the engine has for roles: two of them would leave their quotes if they were written as they are. */
const codes = { suspect: "s'us\\pe\"ct;--", interacting: "相互\\'作用" } as const;
const code = (role: Role): string => (role in codes ? codes[role as keyof typeof codes] : role);

export const options = {
  tables: names,
  columns,
  roles: { suspect: [codes.suspect, "PS"], interacting: [codes.interacting] },
} satisfies Omit<PairSqlOptions, "dialect">;

/** The tables of an engine from reports; `of` says which positions, so that shards are cut by report. */
export function tablesOf(
  table: ReportTable,
  of: (row: number) => boolean = () => true,
  name: (plain: string) => string = (plain) => plain,
): readonly EngineTable[] {
  const each = function* (
    cells: (report: Report, id: string) => Iterable<readonly Cell[]>,
  ): Generator<readonly Cell[]> {
    for (let row = 0; row < table.size; row++) {
      if (!of(row)) continue;
      const report = table.report(row);
      yield* cells(report, JSON.stringify([report.source, report.id]));
    }
  };
  return [
    {
      name: name(names.reports),
      columns: { [columns.report]: "text", [more.sex]: "text", [more.year]: "integer", [columns.reportDomain]: "text" },
      rows: each((report, id) => {
        const year = report.receivedDate?.slice(0, 4);
        return [[id, report.patient?.sex, year === undefined ? undefined : Number(year), report.domain]];
      }),
    },
    {
      name: name(names.products),
      columns: {
        [columns.report]: "text",
        [columns.product]: "text",
        [columns.role]: "text",
        [columns.domain]: "text",
        [more.ingredient]: "text",
      },
      rows: each((report, id) =>
        report.products.map((one) => [
          id,
          one.name,
          code(one.role),
          one.domain ?? report.domain,
          one.ingredient ?? one.name,
        ]),
      ),
    },
    {
      name: name(names.events),
      columns: { [columns.report]: "text", [columns.event]: "text" },
      rows: each((report, id) => report.events.map((one) => [id, one.term])),
    },
  ];
}

/** Made-up reports, skewed as real ones are; report i is the same however many there are. */
export function* madeUpReports(n: number): Generator<Report> {
  const domains = ["drug", "device"] as const;
  const roles = ["suspect", "concomitant", "interacting"] as const;
  for (let i = 0; i < n; i++) {
    const random = seededRandom(i + 1).next;
    const skewed = (size: number): number => Math.floor(size * random() ** 3);
    yield {
      id: `R${i}`,
      source: "made up",
      version: 1,
      domain: domains[random() < 0.8 ? 0 : 1],
      receivedDate: `${2004 + Math.floor(random() * 10)}-06-15`,
      patient: { sex: ([undefined, "female", "male"] as const)[Math.floor(random() * 3)] },
      products: Array.from({ length: Math.floor(random() * 6) }, () => ({
        name: `产品 ${skewed(3000)}`,
        role: roles[Math.floor(random() * 3)]!,
      })),
      events: Array.from({ length: Math.floor(random() * 6) }, () => ({ term: `event "${skewed(2000)}"` })),
    };
  }
}

/** Labels that text formats, quotes and comments of the engines could eat. */
export function hostileReports(): Report[] {
  const labels = [
    "'",
    '"',
    "\\",
    "\\'",
    "\\n",
    "a\nb",
    "a\tb",
    "a\r",
    ";",
    "--",
    "/*",
    "{p1:String}",
    "$1",
    ":p1",
    "\\N",
    "NULL",
  ];
  const wide = [
    "药品（注射剂）",
    "药品(注射剂)",
    "é",
    "e\u0301",
    "💊",
    "\u200b",
    " a",
    "a ",
    "A",
    "a",
    "%",
    "ﬁ",
    "0",
    "00",
  ];
  const all = [...labels, ...wide];
  return all.map((label, i) => ({
    id: `${label}${i}`,
    source: label,
    version: 1,
    domain: "drug",
    ...(i % 3 === 0 ? {} : { patient: { sex: i % 3 === 1 ? "female" : "male" } }),
    ...(i % 4 === 0 ? {} : { receivedDate: `${2004 + (i % 5)}-01-01` }),
    products: [
      { name: label, role: "suspect" },
      { name: all[(i + 1) % all.length]!, role: i % 2 === 0 ? "interacting" : "concomitant" },
      { name: label, role: "suspect" },
    ],
    events: [{ term: label }, { term: all[(i * 7) % all.length]! }],
  }));
}
