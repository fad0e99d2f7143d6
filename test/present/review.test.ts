import { describe, expect, test } from "vitest";
import {
  buildTable,
  decideAll,
  presets,
  profiles,
  runSurveillance,
  verifyLog,
  type ProductView,
  type Report,
  type RunConfig,
} from "pvsignal";
import { documentHtml } from "../../src/present/document-html.ts";
import { documentMarkdown } from "../../src/present/document-markdown.ts";
import { documentRows } from "../../src/present/document-rows.ts";
import { figuresOf, recountFigures, reviewSource, tracedIds } from "../../src/present/figure-recount.ts";
import { UnitCodes, lineList } from "../../src/present/line-list.ts";
import { maskPersonal } from "../../src/present/personal.ts";
import { itemRegister } from "../../src/present/register.ts";
import { recordPacketDecisions } from "../../src/present/review-decisions.ts";
import { packetDocument } from "../../src/present/review-document.ts";
import { reviewPacket, type ReviewOptions } from "../../src/present/review.ts";
import { report, year } from "../monitor/run-data.ts";

/** Things that must never leave the centre, as they could stand in any free field. */
const planted = {
  person: "张三丰",
  hospital: "某某市第一人民医院",
  phone: "13800138000",
  identity: "110101199003074514",
  mail: "zhangsan@example.cn",
};

/** Chills with one lot of A in December, in reports whose every free field holds something personal. */
const cluster: readonly Report[] = Array.from({ length: 8 }, (_, i) => {
  const { person, hospital, phone, identity, mail } = planted;
  const note = `${person} ${phone}`;
  return report(`c${i}`, `2023-12-${String(10 + i)}`, `A ${phone}`, "chills", {
    recordId: note,
    eventKey: identity,
    unit: hospital,
    region: `${hospital} ${person}`,
    reporter: person,
    classification: note,
    narrative: `${person}，${identity}，${mail}`,
    filled: [person],
    links: [`name:${person}`],
    patient: { ageYears: 30 + i, sex: "female" },
    serious: i === 0 ? ["death"] : ["hospitalisation"],
    products: [
      {
        name: `A ${phone}`,
        ingredient: "A",
        role: "suspect",
        lots: ["20230901"],
        manufacturer: "M",
        indication: note,
        dose: note,
        brand: person,
        serial: identity,
        udi: phone,
        code: person,
        route: person,
      },
    ],
    events: [{ term: "chills" }, { term: "anaphylaxis" }, { term: `咨询 ${mail}` }],
  });
});
const reports = [...year(7, 600), ...cluster];
const config: RunConfig = {
  screenings: {
    drug: {
      count: { product: "ingredient" },
      screen: { measures: ["ic", "ror"], rule: [presets.umc] },
    },
  },
  detectors: {
    watch: {
      kind: "rules",
      profile: profiles.gvp2021,
      options: { product: (p: ProductView) => p.ingredient ?? p.name },
    },
  },
};
const table = buildTable(reports);
const june = await runSurveillance(table, config, { asOf: "2023-06-30" });
const december = await runSurveillance(table, config, { asOf: "2023-12-31", previous: june });
const base: ReviewOptions = {
  current: { run: december, reports: table, config },
  previous: { run: june, reports: table, config },
  period: "half-year",
  items: 3,
  lines: 4,
  unit: "coded",
};
const at = "2023-12-20T10:00+08:00";
const first = reviewPacket(base);
const alertKey = first.items.find(({ evidence }) => evidence.kind === "alert")!.key;
const decisions = recordPacketDecisions(
  first,
  decideAll(
    [],
    [
      {
        key: '["pair","F","itch"]',
        state: "detected",
        at: "2023-03-01T09:00Z",
        by: "run",
        why: "new",
        due: "2023-04-01",
      },
    ],
  ),
  [
    { number: 1, state: "validated", why: `电话核实 ${planted.phone}`, due: "2023-12-25" },
    { number: 2, state: "refuted", why: "known" },
  ],
  { at, by: "会商组" },
);
const options: ReviewOptions = { ...base, decisions };
const packet = reviewPacket(options);
const document = packetDocument(packet);

test.each(["zh", "en"] as const)("the text of a packet stays as it is: %s", async (language) => {
  // The digests of the last section change with the version of the library.
  const sections = document.sections.filter(({ id }) => id !== "provenance");
  await expect(documentMarkdown({ ...document, sections }, language)).toMatchFileSnapshot(
    `../golden/review-packet.${language}.txt`,
  );
});

describe("what is new, open and settled", () => {
  test("the planted cluster is the first item, with its lot and its deaths", () => {
    const { evidence, news, key } = packet.items[0]!;
    expect({ news, key }).toEqual({ news: "new", key: alertKey });
    expect(evidence).toMatchObject({ kind: "alert", members: { value: 8 }, deaths: { value: 1 } });
  });

  test("what the run before had already is told only when it grew stronger or is not settled", () => {
    const pairs = packet.items.filter(({ evidence }) => evidence.kind === "pair");
    expect(pairs.length).toBeGreaterThan(0);
    for (const { news } of pairs) expect(["new", "strengthened", "open"]).toContain(news);
    const standing = reviewPacket({ ...base, previous: undefined });
    expect(standing.since).toBeNull();
    expect(standing.items.filter(({ evidence }) => evidence.kind === "pair").map(({ news }) => news)).toContain(
      "standing",
    );
  });

  test("the given order comes before the strength of the evidence", () => {
    const pairs = (of: ReviewOptions): string[] =>
      reviewPacket({ ...of, items: 50 })
        .items.filter(({ evidence }) => evidence.kind === "pair")
        .map(({ key }) => key);
    const keys = pairs({ ...base, previous: undefined });
    expect(keys.length).toBeGreaterThan(1);
    const last = keys.at(-1)!;
    expect(pairs({ ...base, previous: undefined, order: [last] })).toEqual([last, ...keys.slice(0, -1)]);
  });

  test("what does not fit is counted", () => {
    const none = reviewPacket({ ...base, items: 0 });
    const all = reviewPacket({ ...base, items: 1000 });
    expect(none.items).toEqual([]);
    expect(none.leftOut.pairs + none.leftOut.alerts).toBe(all.items.length);
    expect(all.leftOut).toEqual({ pairs: 0, alerts: 0, personal: 1 });
  });
});

describe("figures", () => {
  test("every one is counted again from report ids, the run or the log", () => {
    const { figures, byReportIds, wrong } = recountFigures(packet, options);
    expect(wrong).toEqual([]);
    // Half of them are scores, limits and expected counts of the run.
    expect(figures).toBeGreaterThan(50);
    expect(byReportIds).toBeGreaterThan(20);
  });

  test("a figure that is changed is found", () => {
    const changed = structuredClone(packet) as unknown as { total: { now: { value: number } } };
    changed.total.now.value++;
    expect(recountFigures(changed as unknown as typeof packet, options).wrong).toHaveLength(1);
  });

  test("ids behind a cell are those of reports that have product and event", () => {
    const source = reviewSource(options);
    let checked = 0;
    for (const { value, trace } of figuresOf(packet)) {
      if (trace.kind !== "cell" || trace.cell !== "a") continue;
      const ids = tracedIds(trace, source)!;
      expect(ids).toHaveLength(value!);
      for (const id of ids) {
        const found = reports.find((one) => one.id === id)!;
        expect(found.products.some((p) => (p.ingredient ?? p.name) === trace.product)).toBe(true);
        expect(found.events.some(({ term }) => term === trace.event)).toBe(true);
      }
      checked++;
    }
    expect(checked).toBeGreaterThan(0);
  });

  test("the packet names the run that they are from", () => {
    expect(packet.manifest).toEqual(december.manifest);
    expect(documentMarkdown(document, "en")).toContain(december.manifest.resultDigest);
  });

  test("number columns hold figures only: no number stands in a table without its origin", () => {
    for (const { tables } of document.sections)
      for (const { columns, rows } of tables)
        for (const row of rows)
          row.forEach((cell, i) => {
            if (columns[i]!.number === true && typeof cell === "string") expect(cell).not.toMatch(/^[−+]?[\d.]+%?$/);
          });
    const rows = documentRows(document, "zh");
    expect(rows.filter(({ value }) => value !== null).every(({ trace }) => trace !== null)).toBe(true);
  });
});

describe("personal data", () => {
  const forms = {
    packet: JSON.stringify(packet),
    hidden: JSON.stringify(reviewPacket({ ...options, unit: "hidden" })),
    html: documentHtml(document),
    zh: documentMarkdown(document, "zh"),
    en: documentMarkdown(document, "en"),
    rows: JSON.stringify(documentRows(document, "en")),
  };
  test.each(Object.entries(forms))("none of what was planted into every free field is in %s", (_, text) => {
    for (const secret of Object.values(planted)) expect(text).not.toContain(secret);
    expect(text).toContain("chills");
  });

  test("units have a code that is the same throughout, or nothing", () => {
    const units = new UnitCodes("coded");
    const rows = Array.from({ length: table.size }, (_, row) => row).filter((row) => table.id(row).startsWith("c"));
    expect(new Set(lineList(table, rows, units).map(({ unit }) => unit))).toEqual(new Set(["U01"]));
    expect(lineList(table, rows, new UnitCodes("hidden")).every(({ unit }) => unit === null)).toBe(true);
  });

  test("a line has these fields and no other", () => {
    expect(Object.keys(lineList(table, [0], new UnitCodes("coded"))[0]!)).toEqual([
      "id",
      "received",
      "ageBand",
      "sex",
      "products",
      "lots",
      "events",
      "serious",
      "unit",
    ]);
  });

  test("shapes of numbers that reach a person are masked; doses, dates and lots are not", () => {
    for (const text of [
      "电话 138-0013-8000",
      "+86 13800138000",
      "１３８００１３８０００",
      "010-62345678",
      "11010119900307451X",
      "a.b@c.com.cn",
    ])
      expect(maskPersonal(text)).toMatch(/▇▇▇/);
    for (const text of ["0.9% 250ml", "2023-11-10", "批号 20231110", "国药准字H20058888", "1234567890123456789012"])
      expect(maskPersonal(text)).toBe(text);
  });
});

describe("decisions and register", () => {
  test("decisions of a meeting are in the log with every step, their evidence and an unbroken chain", () => {
    expect(verifyLog(decisions).isIntact).toBe(true);
    expect(decisions.map(({ state }) => state)).toEqual([
      "detected",
      "detected",
      "under-review",
      "validated",
      "detected",
      "under-review",
      "refuted",
    ]);
    expect(decisions[3]!.evidence).toMatchObject({ run: december.manifest.resultDigest, reports: 8, deaths: 1 });
  });

  test("decisions on a number the packet has not, or in another log, are refused", () => {
    const meeting = { at, by: "x" };
    const one = (number: number) => [{ number, state: "detected", why: "y" }] as const;
    expect(() => recordPacketDecisions(first, [], one(99), meeting)).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT" }),
    );
    expect(() => recordPacketDecisions(packet, [], one(1), meeting)).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT" }),
    );
  });

  test("an item keeps its number, is overdue the day after its due day, and leaves the list when settled", () => {
    expect(packet.register.map(({ number, closedOn, overdueDays }) => ({ number, closedOn, overdueDays }))).toEqual([
      { number: "2023-001", closedOn: null, overdueDays: 274 },
      { number: "2023-002", closedOn: null, overdueDays: 6 },
      { number: "2023-003", closedOn: "2023-12-20", overdueDays: 0 },
    ]);
    expect(itemRegister(decisions, { asOf: "2023-12-25" })[1]!.overdueDays).toBe(0);
    expect(itemRegister(decisions, { asOf: "2023-12-26" })[1]!.overdueDays).toBe(1);
    // Before the meeting only the first item was there.
    expect(itemRegister(decisions, { asOf: "2023-12-19" })).toHaveLength(1);
  });

  test("a legal clock runs from the validation, or from when it is told to; before, it does not", () => {
    expect(first.deadlines.every(({ start, due }) => start === null && due === null)).toBe(true);
    expect(packet.deadlines.length).toBeGreaterThan(0);
    expect(packet.deadlines[0]).toMatchObject({ start: "2023-12-20T10:00", due: "2023-12-20T10:00", isPast: true });
    const id = (JSON.parse(alertKey) as string[])[1]!;
    const told = reviewPacket({ ...base, clockStarts: { [id]: "2023-12-31" } }).deadlines[0]!;
    expect(told).toMatchObject({ start: "2023-12-31", due: "2023-12-31", isPast: false });
  });
});

describe("the page", () => {
  const page = documentHtml(document);
  test("has one first heading, no level left out, anchors that exist, and no script", () => {
    const levels = [...page.matchAll(/<h([1-6])>/g)].map(([, level]) => Number(level));
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    levels.forEach((level, i) => {
      expect(level).toBeLessThanOrEqual((levels[i - 1] ?? 0) + 1);
    });
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target);
    expect(page).not.toMatch(/<script|https?:\/\//);
  });

  test("every table has a caption and head cells with a scope; every chart a title and a description", () => {
    const tables = page.match(/<table>[\s\S]*?<\/table>/g)!;
    expect(tables.length).toBeGreaterThan(10);
    for (const one of tables) {
      expect(one).toContain("<caption>");
      expect(one).not.toMatch(/<th(?! scope="col"|ead)/);
    }
    for (const one of page.match(/<svg[\s\S]*?<\/svg>/g)!) expect(one).toMatch(/<title>[\s\S]*<desc>/);
  });
});

test("neither the order of the reports nor a way through JSON changes a byte", async () => {
  const other = buildTable([...reports].reverse());
  const again = await runSurveillance(other, config, { asOf: "2023-12-31", previous: june });
  const same = reviewPacket({ ...options, current: { run: again, reports: other, config } });
  expect(JSON.stringify(same)).toBe(JSON.stringify(packet));
  expect(documentHtml(packetDocument(JSON.parse(JSON.stringify(packet)) as typeof packet))).toBe(
    documentHtml(document),
  );
});

test("nothing found gives a packet that says so", async () => {
  const few = buildTable([report("1", "2023-01-05", "A", "rash")]);
  const run = await runSurveillance(few, config, { asOf: "2023-12-31" });
  const empty = reviewPacket({ current: { run, reports: few, config }, period: "month" });
  expect(empty.items).toEqual([]);
  expect(empty.total.now.value).toBe(0);
  expect(documentMarkdown(packetDocument(empty), "en")).toContain("cluster alerts: –");
});

test("reports of another day than the run's are refused", () => {
  const fewer = buildTable(reports.slice(1));
  expect(() => reviewPacket({ ...base, current: { run: december, reports: fewer, config } })).toThrow(
    expect.objectContaining({ code: "INVALID_ARGUMENT" }),
  );
  const turned = { current: base.previous!, previous: base.current, period: "month" } as const;
  expect(() => reviewPacket(turned)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
});
