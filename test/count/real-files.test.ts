import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { countPairs, loadReports, presets, screen, type PairCounts, type ReportTable } from "pvsignal";
import { readCaers, readVaers } from "pvsignal/node";
import { expectClose } from "../close.ts";

/** Check values of the complete public files, counted independently in Python from the same bytes. */
const data = join(import.meta.dirname, "../../examples/data");
const atLeast3 = (counts: PairCounts): number => Float64Array.from(counts.a).filter((a) => a >= 3).length;

describe("CAERS 2004–2013, complete", () => {
  let table: ReportTable;
  beforeAll(async () => {
    const loaded = await loadReports(readCaers(join(data, "CAERS_ASCII_2004_2013.csv.gz"), { redacted: "keep" }));
    table = loaded.table;
  });

  test("all reports load, and those with a cosmetic are the ones of industry 53", () => {
    expect(table.size).toBe(37_526);
    const cosmetic = countPairs(table, { domain: "cosmetic", roles: "all", universe: "all" });
    expect(cosmetic.n).toBe(2_305);
  });

  test("suspect products, terms and pairs are those of the file", () => {
    const counts = countPairs(table, { domain: "all", roles: ["suspect"], universe: "all" });
    // One product and one pair fewer than a count without apostrophe repair; three terms fewer than a count that breaks
    // HALLUCINATION, AUDITORY and HALLUCINATION, VISUAL in two.
    expect([counts.products.length, counts.events.length, counts.size, atLeast3(counts)]).toEqual([
      26_119, 3_179, 118_408, 3_914,
    ]);
  });

  test("raw oysters and vibrio gastroenteritis", () => {
    const screening = screen(countPairs(table, { domain: "all", roles: ["suspect"], universe: "all" }), {});
    const row = screening.pair("RAW OYSTERS", "GASTROENTERITIS VIBRIO")!;
    expect([row.a, row.n1, row.m1]).toEqual([194, 289, 348]);
    expectClose(row.scores["prr"]!, 162.3147, 5e-7);
    expectClose(row.scores["ror"]!, 491.7363, 5e-7);
    expectClose(row.scores["ic"]!, 5.9346, 1e-5);
  });
});

test("VAERS 1997 by vaccine type: pairs, pairs of 3 and more, SDRs of Evans' rule, one pair", async () => {
  const { table, reconciliation } = await loadReports(readVaers(data));
  expect(reconciliation.read).toBe(11_006);
  const screening = screen(countPairs(table, { product: "ingredient", universe: "all" }), { rule: presets.evans });
  expect([screening.size, atLeast3(screening.counts), screening.rules[0]!.flagged]).toEqual([4_060, 1_921, 460]);
  const row = screening.pair("DTPHIB", "Crying")!;
  expect([row.a, row.n1, row.m1]).toEqual([146, 1_111, 265]);
  expectClose(row.scores["prr"]!, 10.9272, 5e-6);
});
