import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  buildTable,
  countPairs,
  createDictionary,
  eventLevel,
  isoDay,
  partialDay,
  presets,
  profiles,
  type ProductView,
  type Report,
} from "pvsignal";
import { LIBRARY_VERSION } from "../../src/monitor/manifest-version.ts";
import { dictionaryDigest, namedFunction } from "../../src/monitor/manifest-options.ts";
import { inputDigest, reportDigests } from "../../src/monitor/manifest-reports.ts";
import { verifyRun } from "../../src/monitor/manifest-verify.ts";
import { resultDigest } from "../../src/monitor/manifest.ts";
import { selectRows, tableAsOf } from "../../src/monitor/run-as-of.ts";
import type { RunConfig } from "../../src/monitor/run-config.ts";
import { monthEnds, replayRuns } from "../../src/monitor/run-replay.ts";
import { runSurveillance } from "../../src/monitor/run.ts";
import { reportArbitrary, reportsArbitrary } from "../count/arbitrary.ts";
import { report, year } from "./run-data.ts";

const config: RunConfig = {
  screenings: { drug: { screen: { measures: ["ic", "prr", "chiSquare"], rule: [presets.evans, presets.umc] } } },
  detectors: {
    watch: { kind: "rules", profile: profiles.productWatch },
    lots: { kind: "lots" },
  },
  lifecycle: { closeAfterDays: 60 },
  budget: { perYear: 52, detectors: { lot: 1 } },
};
const reports = year(7, 800);
const table = buildTable(reports);

test("the version in the code is that of the package", () => {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8")) as {
    readonly version: string;
  };
  expect(LIBRARY_VERSION).toBe(version);
});

describe("what had been received by a day", () => {
  test("rows taken out of a table are the table built of those reports alone", () => {
    fc.assert(
      fc.property(reportsArbitrary, fc.infiniteStream(fc.boolean()), (all, choice) => {
        const whole = buildTable(all);
        const rows = Array.from({ length: whole.size }, (_, row) => row).filter(() => choice.next().value === true);
        const part = selectRows(whole, Int32Array.from(rows));
        expect(part.columns).toEqual(buildTable(rows.map((row) => whole.report(row))).columns);
      }),
    );
  });

  test("a receipt known to the month or year counts from the last day it can mean; one not known is left out and counted", () => {
    const some = [
      report("1", "2023-02", "A", "rash"),
      report("2", "2023", "A", "rash"),
      report("3", "2023-02-28", "A", "rash"),
      report("4", "2023-12", "A", "rash", { receivedDate: undefined }),
    ];
    const ids = (asOf: string, undated: "leave-out" | "keep" = "leave-out"): string[][] =>
      [some, buildTable(some)].map((of) => [...tableAsOf(of, asOf, undated).table.reports()].map(({ id }) => id));
    expect(ids("2023-02-27")).toEqual([[], []]);
    expect(ids("2023-02-28")).toEqual([
      ["1", "3"],
      ["1", "3"],
    ]);
    expect(ids("2023-12-30", "keep")).toEqual([
      ["1", "3", "4"],
      ["1", "3", "4"],
    ]);
    expect(ids("2023-12-31")).toEqual([
      ["1", "2", "3"],
      ["1", "2", "3"],
    ]);
    for (const of of [some, buildTable(some)]) expect(tableAsOf(of, "2023-12-31").withoutReceipt).toBe(1);
  });

  test("versions of a report each have their time; a table only knows the last", () => {
    const versions = [
      report("1", "2023-01-10", "A", "rash"),
      report("1", "2023-03-10", "A", "fever", { version: 2 }),
      report("1", "2023-05-10", "A", "fever", { version: 3, retracted: true }),
    ];
    const events = (of: Parameters<typeof tableAsOf>[0], asOf: string): string[] =>
      [...tableAsOf(of, asOf).table.reports()].flatMap((one) => one.events.map(({ term }) => term));
    expect(events(versions, "2023-02-28")).toEqual(["rash"]);
    expect(events(versions, "2023-04-30")).toEqual(["fever"]);
    expect(events(versions, "2023-06-30")).toEqual([]);
    expect(events(buildTable(versions.slice(0, 2)), "2023-02-28")).toEqual([]);
  });

  const broad: RunConfig = {
    screenings: { all: { count: { domain: "all", terminologies: "mix" }, screen: { rule: presets.umc } } },
    detectors: {
      watch: { kind: "rules", profile: { ...profiles.productWatch, domains: "all" } },
      lots: { kind: "lots", options: { threshold: 0.1, least: 2 } },
    },
    undated: "keep",
  };
  const asOf = "2012-06-30";
  const many = fc.array(reportArbitrary, { minLength: 10, maxLength: 60, size: "max" });
  const isLater = ({ receivedDate }: Report): boolean => {
    const day = receivedDate === undefined ? undefined : partialDay(receivedDate);
    return day !== undefined && isoDay(day.day) > asOf;
  };

  test("what is received later changes no earlier run, not even as a new version of a report that was there", async () => {
    let changed = 0;
    await fc.assert(
      fc.asyncProperty(many, many, async (now, later) => {
        const future = later.filter(isLater);
        changed += future.length;
        const run = await runSurveillance(now, broad, { asOf });
        expect(await runSurveillance([...future, ...now], broad, { asOf })).toEqual(run);
      }),
      { numRuns: 40 },
    );
    expect(changed).toBeGreaterThan(300);
  });

  test("nor does a later report change a run on a table", async () => {
    await fc.assert(
      fc.asyncProperty(many, many, async (now, later) => {
        const future = later.filter(isLater).map((one) => ({ ...one, id: `later ${one.id}` }));
        const run = await runSurveillance(buildTable(now), broad, { asOf });
        expect(await runSurveillance(buildTable([...now, ...future]), broad, { asOf })).toEqual(run);
      }),
      { numRuns: 40 },
    );
  });
});

describe("digest of the reports", () => {
  test("does not depend on the order of the reports, nor on the other reports of the table", () => {
    fc.assert(
      fc.property(reportsArbitrary, fc.integer(), (all, turn) => {
        const whole = buildTable(all);
        const there = [...whole.reports()];
        const by = there.length === 0 ? 0 : Math.abs(turn) % there.length;
        const digest = inputDigest(buildTable([...there.slice(by), ...there.slice(0, by)].reverse()));
        expect(digest).toEqual(inputDigest(whole));
        const words = reportDigests(whole);
        there.forEach((one, row) => {
          expect(reportDigests(buildTable([one]))).toEqual(words.slice(4 * row, 4 * row + 4));
        });
      }),
      { numRuns: 40 },
    );
  });

  test("parts add up to the whole", () => {
    const { digest, parts, reports: count } = inputDigest(table);
    const sum = new Uint32Array(4);
    for (const part of parts) sum.forEach((_, w) => (sum[w]! += parseInt(part.digest.slice(8 * w, 8 * w + 8), 16)));
    expect(Array.from(sum, (word) => word.toString(16).padStart(8, "0")).join("")).toBe(digest);
    expect(parts.reduce((total, part) => total + part.reports, 0)).toBe(count);
    expect(parts).toHaveLength(12);
  });

  const full: Report = {
    ...report("1", "2023-04-05", "A", "rash"),
    recordId: "11",
    eventDate: "2023-04-01",
    serious: ["death"],
    unexpected: true,
    unit: "H",
    patient: { ageYears: 40, sex: "female", weightKg: 60, pregnant: false },
    filled: ["a", "b"],
    products: [
      { name: "A", role: "suspect", lots: ["L1", "L2"], start: "2023", model: "M" },
      { name: "B", role: "concomitant" },
    ],
    events: [
      { term: "rash", onset: "2023-04-01", outcome: "fatal", dictionary: "D" },
      { term: "fever", code: "7" },
    ],
  };
  const [product, second] = full.products as [Report["products"][number], Report["products"][number]];
  const [event, other] = full.events as [Report["events"][number], Report["events"][number]];
  test.each<[string, Report]>([
    ["one letter of a term", { ...full, events: [{ ...event, term: "rush" }, other] }],
    ["the order of events", { ...full, events: [other, event] }],
    ["a term twice", { ...full, events: [event, event, other] }],
    ["an event moved to a product's name", { ...full, products: [product, { ...second, name: "fever" }] }],
    ["two products exchanged", { ...full, products: [second, product] }],
    [
      "roles exchanged",
      {
        ...full,
        products: [
          { ...product, role: "concomitant" },
          { ...second, role: "suspect" },
        ],
      },
    ],
    ["lots in another order", { ...full, products: [{ ...product, lots: ["L2", "L1"] }, second] }],
    [
      "a lot moved to the other product",
      {
        ...full,
        products: [
          { ...product, lots: ["L1"] },
          { ...second, lots: ["L2"] },
        ],
      },
    ],
    ["a date made exact", { ...full, products: [{ ...product, start: "2023-01-01" }, second] }],
    ["another model", { ...full, products: [{ ...product, model: "m" }, second] }],
    ["an age of 0 instead of 40", { ...full, patient: { ...full.patient, ageYears: 0 } }],
    ["no age", { ...full, patient: { ...full.patient, ageYears: undefined } }],
    ["age and weight exchanged", { ...full, patient: { ...full.patient, ageYears: 60, weightKg: 40 } }],
    ["another version", { ...full, version: 2 }],
    ["another day of receipt", { ...full, receivedDate: "2023-04-06" }],
    ["receipt and event exchanged", { ...full, receivedDate: "2023-04-01", eventDate: "2023-04-05" }],
    ["nothing serious", { ...full, serious: [] }],
    ["nothing known of seriousness", { ...full, serious: undefined }],
    ["another pregnancy", { ...full, patient: { ...full.patient, pregnant: true } }],
    ["a filled item less", { ...full, filled: ["a"] }],
    ["another terminology", { ...full, events: [{ ...event, dictionary: "E" }, other] }],
  ])("shows %s", (_, changed) => {
    expect(inputDigest(buildTable([changed])).digest).not.toBe(inputDigest(buildTable([full])).digest);
  });
});

describe("a run", () => {
  test("holds SDRs, alerts and what was looked at, and comes back whole from JSON", async () => {
    const run = await runSurveillance(table, config, { asOf: "2023-12-31" });
    const { drug } = run.screenings;
    expect(run.reports).toBe(800);
    expect(drug?.sdrs.map(({ product, event }) => `${product} ${event}`)).toContain("A rash");
    expect(drug?.sdrs.every(({ flags }) => Object.values(flags).includes(true))).toBe(true);
    expect(run.detectors["lots"]).toMatchObject({ kind: "lots", found: 0 });
    expect(run.detectors["watch"]).toMatchObject({ kind: "rules", reports: 800, empty: null });
    expect(run.detectors["watch"]!.found).toBeGreaterThan(0);
    expect(run.alerts.alerts.length).toBe(run.detectors["watch"]!.found);
    expect(run.budget?.detectors.map(({ detector }) => detector)).toEqual(["lot"]);
    const back = JSON.parse(JSON.stringify(run)) as typeof run;
    expect(back).toEqual(run);
    const { screenings, detectors, alerts, budget } = back;
    expect(resultDigest({ screenings, detectors, alerts, budget })).toBe(run.manifest.resultDigest);
  });

  test("takes counts that are at hand", async () => {
    const { table: there } = tableAsOf(table, "2023-06-30");
    const counted = await runSurveillance(table, config, { asOf: "2023-06-30" });
    const given = await runSurveillance(table, config, { asOf: "2023-06-30", counts: { drug: countPairs(there) } });
    expect(given).toEqual(counted);
    await expect(
      runSurveillance(table, config, { asOf: "2023-06-30", counts: { dug: countPairs(there) } }),
    ).rejects.toMatchObject({ code: "INVALID_OPTION" });
  });

  test("before the first report says that there is nothing to look at", async () => {
    const run = await runSurveillance(table, config, { asOf: "2022-12-31" });
    expect(run.screenings["drug"]).toMatchObject({
      n: 0,
      sdrs: [],
      empty: expect.stringContaining("no report") as string,
    });
    expect(run.detectors["watch"]!.empty).toContain("no report");
    expect(run.alerts.alerts).toEqual([]);
  });

  test("carries alerts on, and stops when it is told to", async () => {
    const runs = [];
    for await (const { run } of replayRuns(table, config, { days: monthEnds("2023-03", "2023-06") })) runs.push(run);
    expect(runs.map(({ asOf }) => asOf)).toEqual(["2023-03-31", "2023-04-30", "2023-05-31", "2023-06-30"]);
    expect(runs[3]!.alerts.alerts.some(({ history }) => history.length > 1)).toBe(true);
    expect(runs[3]!.manifest.previous?.digest).toBe(resultDigest(runs[2]!.alerts));
    const control = new AbortController();
    const stopped = runSurveillance(table, config, { asOf: "2023-06-30", signal: control.signal });
    control.abort(new Error("enough"));
    await expect(stopped).rejects.toThrow("enough");
    await expect(
      runSurveillance(table, config, { asOf: "2023-06-30", signal: AbortSignal.abort(new Error("never")) }),
    ).rejects.toThrow("never");
    await expect(replayRuns(table, config, { days: ["2023-02-28", "2023-01-31"] }).next()).resolves.toBeDefined();
    const back = replayRuns(table, config, { days: ["2023-02-28", "2023-01-31"] });
    await back.next();
    await expect(back.next()).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  test.each<[string, RunConfig, string]>([
    [
      "two detectors of one profile",
      {
        detectors: {
          x: { kind: "rules", profile: profiles.productWatch },
          y: { kind: "rules", profile: { ...profiles.productWatch, windowDays: 3 } },
        },
      },
      "INVALID_OPTION",
    ],
    ["an unknown kind of detector", { detectors: { x: { kind: "star" } as never } }, "INVALID_OPTION"],
    ["a limit of nothing", { detectors: { x: { kind: "lots", perYear: 0 } } }, "INVALID_OPTION"],
  ])("refuses %s", async (_, wrong, code) => {
    await expect(runSurveillance(table, wrong, { asOf: "2023-06-30" })).rejects.toMatchObject({ code });
  });
});

describe("verification", () => {
  const asOf = "2023-09-30";
  const dictionary = (pain: string): ReturnType<typeof createDictionary> =>
    createDictionary(
      [
        { PT: "rash", SOC: "Skin" },
        { PT: "itch", SOC: "Skin" },
        { PT: "headache", SOC: pain },
        { PT: "fever", SOC: "General" },
        { PT: "nausea", SOC: "Gut" },
        { PT: "chills", SOC: "General" },
      ],
      {
        name: "Made-up",
        version: "1",
        layout: {
          shape: "paths",
          levels: [
            { level: "PT", name: "PT" },
            { level: "SOC", name: "SOC" },
          ],
          preferred: "PT",
        },
      },
    );
  const upper = (version: string): ((view: ProductView) => string) =>
    namedFunction("upper", version, ({ name }: ProductView) => name.toUpperCase());
  const rich = (extra: RunConfig = {}, pain = "Nerves", version = "1"): RunConfig => ({
    ...config,
    screenings: {
      ...config.screenings,
      classes: {
        count: { event: eventLevel(dictionary(pain), "SOC"), product: upper(version) },
        screen: { rule: presets.umc },
      },
    },
    ...extra,
  });

  test("a run made again from the same inputs is the same", async () => {
    const first = await runSurveillance(table, rich(), { asOf: "2023-08-31" });
    const { manifest } = await runSurveillance(table, rich(), { asOf, previous: first });
    const { ok, differences, notVouched } = await verifyRun(JSON.parse(JSON.stringify(manifest)) as typeof manifest, {
      reports: [...reports].reverse(),
      config: rich(),
      previous: first,
    });
    expect(differences).toEqual([]);
    expect(ok).toBe(true);
    expect(notVouched).toEqual([]);
  });

  test("names exactly what differs", async () => {
    const { manifest } = await runSurveillance(table, rich(), { asOf });
    const parts = async (inputs: Partial<Parameters<typeof verifyRun>[1]>, of = manifest): Promise<string[]> => {
      const { ok, differences } = await verifyRun(of, { reports: table, config: rich(), ...inputs });
      expect(ok).toBe(differences.length === 0);
      return differences.map(({ part, at }) => `${part}: ${at}`);
    };
    expect(await parts({})).toEqual([]);
    // One letter of a unit, which no screening reads.
    const changed = [...table.reports()].map((one) => (one.id === "r00005" ? { ...one, unit: `${one.unit}x` } : one));
    const month = changed.find(({ id }) => id === "r00005")!.receivedDate!.slice(0, 7);
    expect(month <= "2023-09").toBe(true);
    expect((await parts({ reports: changed }))[0]).toBe(`input: t ${month}`);
    expect(await parts({ reports: changed.filter(({ id }) => id !== "r00005") })).toContain(`input: t ${month}`);
    expect(await parts({ config: rich({ lifecycle: { closeAfterDays: 61 } }) })).toEqual([
      "options: lifecycle.closeAfterDays",
    ]);
    const stricter = rich({
      screenings: {
        ...rich().screenings,
        drug: {
          screen: {
            ...config.screenings!["drug"]!.screen,
            rule: [presets.evans, { ...presets.umc, criterion: { compare: ">", left: "ic025", right: 0.5 } }],
          },
        },
      },
    });
    expect(await parts({ config: stricter })).toEqual(["options: screenings.drug.screen.rule", "result: result"]);
    expect(await parts({ config: rich({}, "Skin") })).toEqual([
      "vocabularies: screenings.classes.count.event.digest",
      "result: result",
    ]);
    expect(await parts({ config: rich({}, "Nerves", "2") })).toEqual([
      "options: screenings.classes.count.product.version",
      "functions: screenings.classes.count.product.version",
    ]);
    expect(await parts({}, { ...manifest, library: "0.0.9" })).toEqual(["library: library"]);
    expect(await parts({}, { ...manifest, resultDigest: manifest.optionsDigest })).toEqual(["result: result"]);
    const first = await runSurveillance(table, rich(), { asOf: "2023-08-31" });
    expect(await parts({ previous: first })).toEqual(["previous: previous", "result: result"]);
    await expect(verifyRun({ ...manifest, version: 2 as 1 }, { reports: table, config: rich() })).rejects.toMatchObject(
      {
        code: "INVALID_ARGUMENT",
      },
    );
  });

  test("a function without a name is not vouched for, and shows only in the results", async () => {
    const by = (letters: string): RunConfig => ({
      screenings: { some: { count: { where: ({ id }) => !letters.includes(id.at(-1)!) } } },
    });
    const { manifest } = await runSurveillance(table, by("1"), { asOf });
    expect(manifest.notVouched).toEqual(["screenings.some.count.where"]);
    expect(manifest.functions).toEqual([{ path: "screenings.some.count.where", name: "custom", version: null }]);
    const { differences, notVouched } = await verifyRun(manifest, { reports: table, config: by("12") });
    expect(differences.map(({ part }) => part)).toEqual(["result"]);
    expect(notVouched).toEqual(manifest.notVouched);
  });

  test("the digest of a dictionary follows its terms and its hierarchy", () => {
    expect(dictionaryDigest(dictionary("Nerves"))).toBe(dictionaryDigest(dictionary("Nerves")));
    expect(dictionaryDigest(dictionary("Head"))).not.toBe(dictionaryDigest(dictionary("Nerves")));
  });

  test("ids of reports in the options stay out of the manifest, and still tell a change", async () => {
    const by = (ids: readonly string[]): RunConfig => ({
      screenings: { some: { count: { product: { groups: { exposed: ids } } }, screen: { rule: presets.umc } } },
    });
    const [one, two] = [
      ["r00001", "r00002"],
      ["r00001", "r00003"],
    ] as const;
    const { manifest } = await runSurveillance(table, by(one), { asOf: "2023-12-31" });
    expect(JSON.stringify(manifest)).not.toContain("r00001");
    const { differences } = await verifyRun(manifest, { reports: table, config: by(two) });
    expect(differences[0]).toMatchObject({
      part: "options",
      at: "screenings.some.count.product.groups.exposed.digest",
    });
  });

  test("options stand as text: rules by criterion, seeds beside them", async () => {
    const { manifest } = await runSurveillance(
      table,
      {
        ...config,
        detectors: { series: { kind: "series", options: { seed: 5, replications: 19, step: "month" } } },
        budget: { perYear: 5, detectors: { bayes: 1 } },
      },
      { asOf },
    );
    expect(manifest.seeds).toEqual({ series: 5 });
    expect(JSON.stringify(manifest.options)).toContain('"criterion":"a >= 3 and prr >= 2 and chi2Yates >= 4"');
    expect(manifest.options).toMatchObject({
      screenings: { drug: { screen: { measures: ["ic", "prr", "chiSquare"] } } },
    });
  });
});
