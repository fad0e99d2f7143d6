import { PvError } from "../error.ts";
import { DOMAINS, ROLES, type Domain, type Role } from "../report/report.ts";
import {
  checkName,
  checkValue,
  dialectText,
  SQL_DIALECTS,
  type DialectText,
  type SqlDialect,
  type SqlValue,
} from "./pair-sql-dialect.ts";
import type { CountEcho } from "./pairs.ts";
import { MISSING_STRATUM } from "./strata.ts";

/** A table: its name, or the parts of a qualified one (`["safety", "drug"]`). A dot in a name is part of the name. */
export type SqlTable = string | readonly string[];

/** A condition on a column of the report table. */
export type SqlCondition =
  | { readonly column: string; readonly is: "=" | "<>" | "<" | "<=" | ">" | ">="; readonly value: SqlValue }
  | { readonly column: string; readonly is: "in" | "not in"; readonly value: readonly SqlValue[] }
  | { readonly column: string; readonly is: "null" | "not null" };

/** What to count in an engine. */
export interface PairSqlOptions {
  readonly dialect: SqlDialect;
  readonly tables: {
    /** One row a product of a report, or more. */
    readonly products: SqlTable;
    /** One row an event of a report, or more. */
    readonly events: SqlTable;
    /** The reports; without it, reports are those of the two other tables. Needed for `where` and `strata`. */
    readonly reports?: SqlTable | undefined;
  };
  readonly columns: {
    /** Id of the report, in every table. */
    readonly report: string;
    /** What a product is. */
    readonly product: string;
    /** What an event is. */
    readonly event: string;
    /** Role, in the product table. */
    readonly role?: string | undefined;
    /** Kind of product, in the product table. */
    readonly domain?: string | undefined;
    /**
     * Kind of the report, in the report table: a report of the wanted kind is then in scope even without such a product. The
     * product table does not fall back on it.
     */
    readonly reportDomain?: string | undefined;
  };
  /** The roles that count, each with the codes the engine has for it; every row counts without it. */
  readonly roles?: Partial<Readonly<Record<Role, readonly SqlValue[]>>> | undefined;
  /** The kinds that count, each with the codes the engine has for it; every row counts without it. */
  readonly domain?: Partial<Readonly<Record<Domain, readonly SqlValue[]>>> | undefined;
  /** Names of the strata (`sex`) and the columns of the report table that hold them. */
  readonly strata?: Readonly<Record<string, string>> | undefined;
  /** All must hold. A report without the value meets `null` alone: `<>` and `not in` leave it out too. */
  readonly where?: readonly SqlCondition[] | undefined;
  /** What the product and event columns hold, for the echo; `"name"` and `"term"` unless told, as of `countPairs`. */
  readonly level?: { readonly product?: string | undefined; readonly event?: string | undefined } | undefined;
  /** As of `countPairs`; `"complete"` unless told. */
  readonly universe?: "complete" | "all" | undefined;
}

/** A statement, what to bind, and what to hand to `countsFromSql` with the rows it answers. */
export interface PairSql {
  readonly sql: string;
  /** Values by position (DuckDB, PostgreSQL). */
  readonly parameters: readonly SqlValue[];
  /** The same values by name, `p1`, `p2` … (ClickHouse, Spark). */
  readonly named: Readonly<Record<string, SqlValue>>;
  readonly echo: CountEcho;
}

/**
 * One SQL statement that counts distinct reports as `countPairs` does: cells, margins, total, exclusions, and margins of
 * each stratum, as rows `kind, stratum, product, event, reports` for `countsFromSql`. Identifiers are quoted, values are bound;
 * no text of the caller stands in the statement outside quotes. The engine must hold one version of each report, the
 * latest, and no retracted ones: the statement cannot tell versions apart. Labels compare as the engine compares text, so
 * the columns need a collation that tells different labels apart. A report with several rows in the report table is in scope
 * when one of them is, and has the least of their strata. A shard cut by report id can be counted alone: see `mergeCounts`.
 *
 * @throws PvError `INVALID_ARGUMENT` for names and values that cannot be quoted or bound, and for options that need a table
 *   or column that was not named
 * @example
 * pairCountSql({ dialect: "duckdb", tables: { products: "drug", events: "reac" }, columns: { report: "id", product: "name", event: "pt", role: "role" }, roles: { suspect: ["PS", "SS"] } }).parameters; // ["PS", "SS"]
 */
export function pairCountSql(options: PairSqlOptions): PairSql {
  const { tables, columns, where = [], universe = "complete" } = options;
  if (!SQL_DIALECTS.includes(options.dialect)) {
    throw new PvError(
      "INVALID_ARGUMENT",
      `dialect: expected one of ${SQL_DIALECTS.join(", ")}, got ${JSON.stringify(options.dialect)}`,
    );
  }
  const write = dialectText[options.dialect];
  const parameters: SqlValue[] = [];
  const bind = (kind: string, value: unknown): string => {
    parameters.push(checkValue(kind, value));
    return write.parameter(parameters.length, parameters.at(-1)!);
  };
  const list = (kind: string, values: unknown): string => {
    if (!Array.isArray(values) || values.length === 0)
      throw new PvError("INVALID_ARGUMENT", `${kind}: expected a list of values`);
    return `(${values.map((value) => bind(kind, value)).join(", ")})`;
  };
  const table = (kind: string, name: SqlTable): string =>
    (typeof name === "string" ? [name] : name).map((part) => write.quote(checkName(kind, part))).join(".");
  const column = (kind: string, name: string | undefined): string => `t.${write.quote(checkName(kind, name))}`;
  const coded = <Name extends string>(
    kind: string,
    names: readonly Name[],
    of: Partial<Readonly<Record<Name, readonly SqlValue[]>>>,
    name: string | undefined,
  ): string => {
    const strange = Object.keys(of).find((key) => !(names as readonly string[]).includes(key));
    if (strange !== undefined || Object.keys(of).length === 0) {
      throw new PvError("INVALID_ARGUMENT", `${kind}: expected codes of ${names.join(", ")}, got ${String(strange)}`);
    }
    return `${column(`columns.${kind}`, name)} in ${list(kind, Object.values(of).flat())}`;
  };

  const report = column("columns.report", columns.report);
  const products = table("tables.products", tables.products);
  const events = table("tables.events", tables.events);
  const reports = tables.reports === undefined ? undefined : table("tables.reports", tables.reports);
  const strata = Object.entries(options.strata ?? {});
  if (reports === undefined && (where.length > 0 || strata.length > 0 || columns.reportDomain !== undefined)) {
    throw new PvError("INVALID_ARGUMENT", "where, strata and columns.reportDomain need tables.reports");
  }
  const product = write.text(column("columns.product", columns.product));
  const event = write.text(column("columns.event", columns.event));
  const stratumParts = strata.map(([name, of]) => write.textOr(column(`strata.${name}`, of), MISSING_STRATUM));
  const stratum = stratumParts.length > 1 ? `concat(${stratumParts.join(", ' / ', ")})` : (stratumParts[0] ?? "''");

  // Values are bound in the order in which they stand in the text.
  const ofProduct = [
    ...(options.roles === undefined ? [] : [coded("role", ROLES, options.roles, columns.role)]),
    ...(options.domain === undefined ? [] : [coded("domain", DOMAINS, options.domain, columns.domain)]),
  ];
  const conditions = where.map((one) => condition(one, column, bind, list));
  const { domain } = options;
  const ofKind: string[] =
    domain === undefined
      ? []
      : [`select ${report} from ${products} t where ${coded("domain", DOMAINS, domain, columns.domain)}`];
  if (domain !== undefined && columns.reportDomain !== undefined) {
    ofKind.push(
      `select ${report} from ${String(reports)} t where ${coded("reportDomain", DOMAINS, domain, columns.reportDomain)}`,
    );
  }
  const known =
    reports === undefined
      ? [
          "select distinct k.pv_report as pv_report from (",
          `  select ${report} as pv_report from ${products} t where ${report} is not null`,
          `  union all select ${report} as pv_report from ${events} t where ${report} is not null`,
          ") k",
        ]
      : [`select distinct ${report} as pv_report from ${reports} t where ${report} is not null`];
  const inScope = [`${report} is not null`, ...conditions].join(" and ");
  const withinKind = ofKind.length > 0 ? ` where ${ofKind.map((ids) => `s.pv_report in (${ids})`).join(" or ")}` : "";
  const { part, text } = statement(write);
  const someProduct = `from ${products} t where ${[`${report} is not null`, `${product} <> ''`, ...ofProduct].join(" and ")}`;
  const someEvent = `from ${events} t where ${report} is not null and ${event} <> ''`;
  const ofProducts = part("pv_products", [
    `select distinct ${report} as pv_report, ${product} as pv_product`,
    someProduct,
  ]);
  const ofEvents = part("pv_events", [`select distinct ${report} as pv_report, ${event} as pv_event`, someEvent]);
  const all = part("pv_known", known);
  const eligible = part("pv_eligible", [
    reports === undefined
      ? `select k.pv_report as pv_report, '' as pv_stratum from ${all} k`
      : `select ${report} as pv_report, min(${stratum}) as pv_stratum from ${reports} t where ${inScope} group by ${report}`,
  ]);
  const member = "select s.pv_report as pv_report, s.pv_stratum as pv_stratum from";
  const scope = part("pv_scope", [`${member} ${eligible} s${withinKind}`]);
  const withProduct = part("pv_with_product", [
    `${member} ${scope} s where s.pv_report in (select ${report} ${someProduct})`,
  ]);
  const complete = part("pv_complete", [
    `${member} ${withProduct} s where s.pv_report in (select ${report} ${someEvent})`,
  ]);
  const counted = universe === "all" ? scope : complete;
  const exposed = part("pv_exposed", [
    "select p.pv_report as pv_report, p.pv_product as pv_product, s.pv_stratum as pv_stratum",
    `from ${ofProducts} p ${write.join} ${counted} s on p.pv_report = s.pv_report`,
  ]);
  const sql = text([
    `select 'known' as kind, '' as stratum, '' as product, '' as event, count(*) as reports from ${all} k`,
    `union all select 'scope', '', '', '', count(*) from ${scope} s`,
    `union all select 'with product', '', '', '', count(*) from ${withProduct} s`,
    `union all select 'complete', '', '', '', count(*) from ${complete} s`,
    `union all select 'total', s.pv_stratum, '', '', count(*) from ${counted} s group by s.pv_stratum`,
    `union all select 'product', x.pv_stratum, x.pv_product, '', count(*) from ${exposed} x`,
    "group by x.pv_stratum, x.pv_product",
    "union all select 'event', s.pv_stratum, '', e.pv_event, count(*)",
    `from ${ofEvents} e ${write.join} ${counted} s on e.pv_report = s.pv_report group by s.pv_stratum, e.pv_event`,
    "union all select 'pair', '', x.pv_product, e.pv_event, count(*)",
    `from ${exposed} x ${write.join} ${ofEvents} e on x.pv_report = e.pv_report group by x.pv_product, e.pv_event`,
  ]);
  return {
    sql,
    parameters,
    named: Object.fromEntries(parameters.map((value, i) => [`p${i + 1}`, value])),
    echo: {
      product: options.level?.product ?? "name",
      event: options.level?.event ?? "term",
      roles: options.roles === undefined ? "all" : (Object.keys(options.roles) as Role[]),
      domains: options.domain === undefined ? "all" : (Object.keys(options.domain) as Domain[]),
      where: where.length > 0 ? "custom" : "all",
      background: "scope",
      strata: strata.length > 0 ? strata.map(([name]) => name) : "none",
      unit: "report",
      universe,
    },
  };
}

interface Statement {
  /** Adds a named part, of lines that may use earlier ones, and tells how to read from it. */
  readonly part: (name: string, lines: readonly string[]) => string;
  /** The whole of it, ending in what is asked. */
  readonly text: (lines: readonly string[]) => string;
}

/** A statement in parts: named in front, or each written out where it is read. */
function statement({ namesParts }: DialectText): Statement {
  const named: string[] = [];
  return {
    part: (name, lines) => {
      // A line break may also stand in a quoted name, which indenting the finished text would change.
      const body = `(\n  ${lines.join("\n  ")}\n)`;
      if (!namesParts) return body;
      named.push(`${name} as ${body}`);
      return name;
    },
    text: (lines) => (named.length > 0 ? `with ${named.join(", ")}\n` : "") + lines.join("\n"),
  };
}

const comparisons: ReadonlySet<string> = new Set(["=", "<>", "<", "<=", ">", ">="]);

function condition(
  one: SqlCondition,
  column: (kind: string, name: string) => string,
  bind: (kind: string, value: unknown) => string,
  list: (kind: string, values: unknown) => string,
): string {
  const name = column("where", one.column);
  // The operator is matched against the ones there are: it stands in the text as it is.
  const is: string = one.is;
  const value: unknown = "value" in one ? one.value : undefined;
  if (is === "null" || is === "not null") return `${name} is ${is}`;
  if (is === "in") return `${name} in ${list("where", value)}`;
  // Nothing is neither in nor out, but not every engine says so.
  if (is === "not in") return `${name} is not null and ${name} not in ${list("where", value)}`;
  if (comparisons.has(is)) return `${name} ${is} ${bind("where", value)}`;
  throw new PvError("INVALID_ARGUMENT", `where: ${JSON.stringify(is)} is not a comparison`);
}
