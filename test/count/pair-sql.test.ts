import fc from "fast-check";
import { expect, test } from "vitest";
import { countsFromSql, type PairSqlColumns, type PairSqlRow } from "../../src/count/pair-sql-rows.ts";
import { pairCountSql, type PairSqlOptions } from "../../src/count/pair-sql.ts";
import { SQL_DIALECTS, type SqlDialect } from "../../src/count/pair-sql-dialect.ts";

/** Hostile on purpose: names with every quote there is. */
const names = { products: 'drug"; drop', events: "re`ac'--", reports: "de\\mo\n  x" };
const columns = {
  report: "report id",
  product: "pro\nduct",
  event: "e'v",
  role: 'ro"le',
  domain: "kind",
  reportDomain: "kind of report",
};
const options: PairSqlOptions = {
  dialect: "duckdb",
  tables: names,
  columns,
  roles: { suspect: ["suspect"], interacting: ["interacting"] },
};

/** The text without what is quoted, and what was quoted: an own reading of the quoting rules of each engine. */
function scanned(sql: string, dialect: SqlDialect): { readonly skeleton: string; readonly names: readonly string[] } {
  const mark = dialect === "duckdb" || dialect === "postgres" ? '"' : "`";
  const found: string[] = [];
  let skeleton = "";
  for (let i = 0; i < sql.length; i++) {
    if (sql.charAt(i) === "'") {
      const end = sql.indexOf("'", i + 1);
      skeleton += sql.slice(i, end + 1);
      i = end;
    } else if (sql.charAt(i) === mark) {
      let name = "";
      for (i++; ; i++) {
        if (i >= sql.length) throw new Error("a name is not closed");
        if (dialect === "clickhouse" && sql.charAt(i) === "\\") name += sql.charAt(++i);
        else if (sql.charAt(i) !== mark) name += sql.charAt(i);
        else if (dialect !== "clickhouse" && sql.charAt(i + 1) === mark) name += sql.charAt(i++);
        else break;
      }
      skeleton += "<name>";
      found.push(name);
    } else skeleton += sql.charAt(i);
  }
  return { skeleton, names: found };
}

const full = (dialect: SqlDialect, name: (plain: string) => string, value: string): PairSqlOptions => ({
  dialect,
  tables: { products: [name("safety"), name("drug")], events: name("reac"), reports: name("demo") },
  columns: {
    report: name("primaryid"),
    product: name("drugname"),
    event: name("pt"),
    role: name("role_cod"),
    domain: name("kind"),
    reportDomain: name("report_kind"),
  },
  roles: { suspect: [value, "SS"], interacting: ["I"] },
  domain: { drug: [value] },
  strata: { sex: name("sex"), region: name("region") },
  where: [
    { column: name("year"), is: ">=", value: 2004 },
    { column: name("country"), is: "not in", value: [value] },
    { column: name("deleted"), is: "null" },
  ],
});

test.each(SQL_DIALECTS)("the statement for %s is the one on file", async (dialect) => {
  const { sql, parameters, named } = pairCountSql(full(dialect, (name) => name, "PS"));
  await expect(`${sql}\n`).toMatchFileSnapshot(`../golden/pair-sql-${dialect}.sql`);
  expect(parameters).toEqual(["PS", "SS", "I", "PS", 2004, "PS", "PS", "PS"]);
  expect(Object.values(named)).toEqual(parameters);
  // Every value has a place, a value that is read twice has two, and brackets close.
  const places = [...sql.matchAll(/\$(\d+)|:p(\d+)|\{p(\d+):\w+\}/g)].map((m) => Number(m[1] ?? m[2] ?? m[3]));
  expect([...new Set(places)].sort((x, y) => x - y)).toEqual(parameters.map((_, i) => i + 1));
  let depth = 0;
  for (const c of scanned(sql, dialect).skeleton) {
    depth += c === "(" ? 1 : c === ")" ? -1 : 0;
    expect(depth).toBeGreaterThanOrEqual(0);
  }
  expect(depth).toBe(0);
});

const hostile = fc.string({
  unit: fc.constantFrom(
    '"',
    "`",
    "'",
    "\\",
    ";",
    "-",
    "/",
    "*",
    "\n",
    "$",
    ":",
    "{",
    "}",
    "(",
    ")",
    ".",
    " ",
    "a",
    "药",
  ),
  minLength: 1,
  maxLength: 12,
});

test("no name leaves its quotes and no value enters the text", () => {
  fc.assert(
    fc.property(fc.constantFrom(...SQL_DIALECTS), hostile, hostile, (dialect, part, value) => {
      const plain = scanned(pairCountSql(full(dialect, (name) => name, "PS")).sql, dialect);
      const { sql, parameters } = pairCountSql(full(dialect, (name) => part + name, value));
      const got = scanned(sql, dialect);
      expect(got.skeleton).toBe(plain.skeleton);
      expect(got.names).toEqual(plain.names.map((name) => part + name));
      expect(pairCountSql(full(dialect, (name) => part + name, "PS")).sql).toBe(sql);
      expect(parameters.filter((one) => one === value).length).toBeGreaterThanOrEqual(5);
    }),
    { numRuns: 500 },
  );
});

test.each<[string, object]>([
  ["dialect", { dialect: "mysql" }],
  ["empty name", { tables: { ...names, products: "" } }],
  ["NUL in a name", { tables: { ...names, events: "a\u0000b" } }],
  ["half a character", { columns: { ...columns, event: "\ud800" } }],
  ["a role there is not", { roles: { culprit: ["PS"] } }],
  ["no codes", { roles: { suspect: [] } }],
  ["a role without its column", { columns: { report: "r", product: "p", event: "e" } }],
  ["a comparison that is text", { where: [{ column: "x", is: "= 1 or 1 =", value: 1 }] }],
  ["a value that cannot be bound", { where: [{ column: "x", is: "=", value: NaN }] }],
  [
    "strata without reports",
    {
      tables: { products: "p", events: "e" },
      columns: { report: "r", product: "p", event: "e", role: "o" },
      strata: { sex: "sex" },
    },
  ],
])("refused: %s", (_, change) => {
  expect(() => pairCountSql({ ...options, ...change })).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
});

const { echo } = pairCountSql(options);
const answered: readonly PairSqlRow[] = [
  ["known", "", "", "", 9n],
  ["scope", "", "", "", "8"],
  ["with product", "", "", "", 7],
  { kind: "complete", stratum: "", product: "", event: "", reports: 5 },
  ["total", "", "", "", 5],
  ["product", "", "A", "", 3],
  ["event", "", "", "x", 4],
  ["product", "", "B", "", 2],
  ["pair", "", "A", "x", 3],
  ["pair", "", "B", "x", 1],
  ["pair", "", "B", "y", 1],
  ["event", "", "", "y", 1],
];

test("an answer is read in any order, counts as numbers, big integers or digits", async () => {
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray([...answered], { minLength: answered.length }), async (rows) => {
      const counts = await countsFromSql(rows, echo);
      expect([...counts.rows()].map((r) => [r.product, r.event, r.a, r.b, r.c, r.d])).toEqual([
        ["A", "x", 3, 0, 1, 1],
        ["B", "x", 1, 1, 3, 0],
        ["B", "y", 1, 1, 0, 3],
      ]);
      expect(counts.excluded).toEqual({ outOfScope: 1, withoutProduct: 1, withoutEvent: 2 });
    }),
    { numRuns: 20 },
  );
});

const column = <T>(of: (row: readonly [string, string, string, string, string | number | bigint]) => T): T[] =>
  answered.map((row) => of("kind" in row ? [row.kind, row.stratum, row.product, row.event, row.reports] : row));

test("an answer in columns, by name or by place, whole or in pieces, is that of its rows", async () => {
  const [kind, stratum, product, event] = [0, 1, 2, 3].map((i) => column((row) => String(row[i])));
  const whole = { kind: kind!, stratum: stratum!, product: product!, event: event!, reports: column((row) => row[4]) };
  const piece = (from: number, to: number): PairSqlColumns => [
    whole.kind.slice(from, to),
    whole.stratum.slice(from, to),
    whole.product.slice(from, to),
    whole.event.slice(from, to),
    BigInt64Array.from(whole.reports.slice(from, to), BigInt),
  ];
  const expected = await countsFromSql(answered, echo);
  for (const columns of [[whole], [piece(0, 5), piece(5, 5), piece(5, 12)], [piece(0, 4), ...answered.slice(4)]]) {
    expect(await countsFromSql(columns, echo)).toEqual(expected);
  }
  const short = { ...whole, event: whole.event.slice(1) };
  await expect(countsFromSql([short], echo)).rejects.toMatchObject({ code: "LENGTH_MISMATCH" });
});

test.each(answered.map((_, i) => i))("an answer without row %i is refused", async (i) => {
  const rest = answered.filter((_, j) => j !== i);
  await expect(countsFromSql(rest, echo)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
});

test.each<[string, PairSqlRow, string]>([
  ["repeated", ["pair", "", "A", "x", 3], "INVALID_ARGUMENT"],
  ["of no kind", ["pairs", "", "A", "y", 1], "INVALID_ARGUMENT"],
  ["with an absent label", ["pair", "", null as unknown as string, "y", 1], "INVALID_ARGUMENT"],
  ["of a repeated margin", ["product", "", "A", "", 3], "INVALID_ARGUMENT"],
  ["of a pair whose event has no margin", ["pair", "", "A", "new", 1], "INVALID_ARGUMENT"],
  ["of a stratum without its total", ["product", "female", "A", "", 1], "INVALID_ARGUMENT"],
  ["that is nothing", [undefined, "", "", "", 1] as unknown as PairSqlRow, "INVALID_ARGUMENT"],
  ["of no count", ["event", "", "", "z", "1.5"], "INVALID_COUNT"],
  ["of a count past 2^53", ["event", "", "", "z", 2n ** 53n], "INVALID_COUNT"],
])("a row %s is refused", async (_, row, code) => {
  await expect(countsFromSql([...answered, row], echo)).rejects.toMatchObject({ code });
});
