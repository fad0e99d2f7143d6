import { expect, test } from "vitest";
import { buildTable, countPairs, findLotClusters, presets, screen, type Report } from "pvsignal";
import { foldDecisions, recall } from "../../src/monitor/decision-fold.ts";
import { decide, decideAll, verifyLog } from "../../src/monitor/decision-log.ts";
import { detections, reopenings, type ReviewRun } from "../../src/monitor/decision-reopen.ts";
import { candidateKey, candidateSubject } from "../../src/monitor/decision.ts";
import { jointCandidates } from "../../src/monitor/joint.ts";
import { chooseByCapacity } from "../../src/monitor/priority-capacity.ts";
import { priorityFacts } from "../../src/monitor/priority-facts.ts";
import { evidenceSnapshot, factSubjects } from "../../src/monitor/priority-subjects.ts";
import { rankCandidates, type Priority } from "../../src/monitor/priority.ts";

/** A year of reports on five products; in June chills with one lot of A, some of them deaths. */
const reports: readonly Report[] = Array.from({ length: 900 }, (_, i): Report => {
  const isPlanted = i >= 840;
  const month = isPlanted ? (i < 855 ? "05" : "06") : `0${1 + (i % 6)}`;
  const date = `2024-${month}-${String(1 + ((i * 5) % 28)).padStart(2, "0")}`;
  return {
    id: `r${String(i).padStart(4, "0")}`,
    source: "t",
    version: 1,
    domain: "drug",
    receivedDate: date,
    eventDate: date,
    unit: `U${i % 40}`,
    region: `R${i % 7}`,
    products: [
      {
        name: isPlanted ? "A" : "ABCDE"[i % 5]!,
        role: "suspect",
        manufacturer: "M",
        lots: [isPlanted ? "LX" : `L${i % 9}`],
      },
    ],
    events: [{ term: isPlanted || i % 40 === 0 ? "chills" : ["rash", "fever", "itch", "nausea"][(i * 7) % 4]! }],
    serious: isPlanted && i % 10 === 0 ? ["death"] : [],
  };
});

function review(asOf: string): { readonly ranked: readonly Priority[]; readonly run: ReviewRun } {
  const table = buildTable(reports.filter(({ receivedDate }) => receivedDate! <= asOf));
  const counts = countPairs(table);
  const screening = screen(counts, { rule: [presets.evans, presets.umc] });
  const { alerts } = findLotClusters(table, { asOf });
  const candidates = jointCandidates({
    levels: [{ name: "PT", rows: screening.rows(), hypotheses: counts.products.length * counts.events.length }],
    alerts,
    budget: { perYear: 4, sources: { "level:PT": 1, "detector:lot": 1 } },
  });
  const subjects = factSubjects(table, candidates, {
    counts: { PT: counts },
    alerts,
    isListed: (_, event) => (event === "rash" ? true : undefined),
  });
  const facts = priorityFacts(table, subjects, { asOf });
  candidates.forEach(({ subject, sources }, i) => {
    if (subject.kind === "pair") expect(facts[i]!.reports).toBe(sources[0]!.row!.a);
    else expect(facts[i]!.reports).toBeGreaterThan(0);
  });
  const ranked = rankCandidates(facts);
  const byKey = new Map(ranked.map((one) => [one.key, one]));
  const run = {
    at: `${asOf}T18:00+08:00`,
    candidates: candidates.map((one) => ({
      key: one.key,
      evidence: evidenceSnapshot(one, byKey.get(one.key)!, { run: `run of ${asOf}`, asOf }),
    })),
  };
  return { ranked, run };
}

test("a week's work: what is found is ranked, chosen, decided on, remembered and reopened by new evidence", () => {
  const may = review("2024-05-31");
  const key = candidateKey({ kind: "pair", product: "A", event: "chills" });
  expect(chooseByCapacity(may.ranked, { capacity: 2 }).chosen.map((one) => one.key)).toContain(key);
  const fresh = detections(foldDecisions([]), may.run, { by: "run of 2024-05-31", why: "检出" });
  expect(fresh).toHaveLength(may.ranked.length);
  let log = decideAll([], fresh);
  const by = { key, by: "评审组", at: "2024-06-01T09:00+08:00" };
  log = decide(log, { ...by, state: "under-review", why: "优先级第一", due: "2024-06-15" });
  log = decide(log, { ...by, state: "refuted", why: "批号集中上报，无不良趋势" });
  const then = recall(foldDecisions(log), key)!;
  expect(then.evidence).toMatchObject({ run: "run of 2024-05-31", rules: ["evans", "umc"] });
  expect(reopenings(foldDecisions(log), may.run).decisions).toEqual([]);

  const june = review("2024-06-30");
  const { decisions } = reopenings(foldDecisions(log), june.run);
  expect(decisions.map((one) => one.key)).toEqual([key]);
  expect(decisions[0]!.triggers!.map(({ rule }) => rule)).toContain("death");
  log = decideAll(log, [
    ...decisions,
    ...detections(foldDecisions(log), june.run, { by: "run of 2024-06-30", why: "检出" }),
  ]);
  expect(recall(foldDecisions(log), key)).toMatchObject({ state: "detected", reopened: 1 });
  expect(verifyLog(log).isIntact).toBe(true);
  expect(foldDecisions(log).issues).toEqual([]);
  // What somebody works on takes no place among the new ones.
  const taken = new Set(foldDecisions(log.slice(0, fresh.length)).items.map((item) => item.key));
  const { chosen } = chooseByCapacity(june.ranked, { capacity: 100, taken });
  expect(chosen.length).toBe(june.ranked.filter((one) => !taken.has(one.key)).length);
});

test("the evidence of one candidate is not taken for another's, and every level needs its counts", () => {
  const { ranked, run } = review("2024-06-30");
  expect(run.candidates.length).toBe(ranked.length);
  expect(ranked.map(({ key }) => candidateSubject(key).kind).sort()).toEqual(["lot", "pair"]);
  const row = screen(countPairs(buildTable(reports))).pair("B", "fever")!;
  const [candidate] = jointCandidates({
    levels: [{ name: "PT", rows: [{ ...row, flags: { evans: true } }], hypotheses: 25 }],
    budget: { perYear: 4, sources: { "level:PT": 1 } },
  });
  const other = ranked.find(({ key }) => key !== candidate!.key)!;
  expect(() => evidenceSnapshot(candidate!, other, { run: null, asOf: "2024-06-30" })).toThrow(
    expect.objectContaining({ code: "INVALID_ARGUMENT" }),
  );
  expect(() => factSubjects(buildTable(reports), [candidate!], { counts: {} })).toThrow(
    expect.objectContaining({ code: "INVALID_OPTION" }),
  );
});
