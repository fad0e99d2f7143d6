import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Decision, Report } from "pvsignal";
import { simulateProvince } from "pvsignal/simulate";
import { ndjson, ServiceChild, type Answer } from "./child.ts";

/** Days on which the centre hands on what came in since the day before in this list, and runs. */
const DAYS = ["2024-03-31", "2024-04-07", "2024-04-14", "2024-04-21"];

/** What this client reads of the answers. */
interface Applied {
  readonly tally: Readonly<Record<string, number>>;
}
interface Ran {
  readonly sdrs: Readonly<Record<string, number>>;
  readonly alerts: number;
  readonly proposals: number;
  readonly changes: { readonly screenings: Readonly<Record<string, Readonly<Record<string, number>>>> } | null;
}
interface Alerts {
  readonly alerts: readonly {
    readonly scope: { readonly product?: string; readonly lots?: readonly string[] };
    readonly observed: number;
    readonly expected: number;
    readonly evidence: readonly { readonly zh: string; readonly en: string }[];
  }[];
}
interface Candidates {
  readonly candidates: readonly { readonly key: string; readonly score: number }[];
  readonly proposals: readonly Decision[];
}
interface Sdrs {
  readonly sdrs: readonly { readonly product: string; readonly event: string; readonly a: number }[];
}
interface Explained {
  readonly reportIds: readonly string[];
  readonly rules: readonly { readonly name: string; readonly criterion: string; readonly met: boolean | null }[];
}

/** The service in a process of its own: fed, asked, killed, started again. */
export async function demonstrate(script: string): Promise<void> {
  const province = simulateProvince({
    seed: 2,
    start: "2023-07-01",
    days: 300,
    reportsPerDay: 10,
    products: 24,
    reactionGroups: 6,
    outbreaks: [{ class: "middle", cases: 18, day: 275 }],
  });
  const [planted] = province.truth.outbreaks;
  console.log(`planted: ${planted!.product}, lot ${planted!.lots.join()}, from ${planted!.from}`);
  const received = (after: string, to: string): readonly Report[] =>
    province.reports.filter(({ receivedDate = "" }) => receivedDate > after && receivedDate <= to);
  const folder = await mkdtemp(join(tmpdir(), "pvsignal-service-"));
  let service = await ServiceChild.start(script, folder);
  try {
    const run = async (day: string): Promise<void> => {
      const { sdrs, alerts, proposals, changes } = ok(await service.post(`/run?asOf=${day}`)) as Ran;
      const news = changes?.screenings["drug"];
      const told = news === undefined ? "" : ` (${news["new"] ?? 0} new, ${news["gone"] ?? 0} gone)`;
      console.log(`  run: ${sdrs["drug"] ?? 0} SDRs${told}, alerts ${alerts}, proposals ${proposals}`);
    };
    for (const [index, day] of DAYS.slice(0, -1).entries()) {
      const known = index === 0 ? "&knownOn=receivedDate" : "";
      const body = ndjson(received(DAYS[index - 1] ?? "", day));
      const { tally } = ok(await service.post(`/reports?receivedOn=${day}${known}`, body)) as Applied;
      console.log(`${day}: ${tally["added"] ?? 0} reports added, ${tally["amended"] ?? 0} amended`);
      await run(day);
      await acceptProposals(service);
    }
    await tellFindings(service);

    const before = await memoryOf(service);
    const [last] = DAYS.slice(-1);
    const body = ndjson(received(DAYS.at(-2)!, last!));
    // Nobody hears the answer: whether the reports are in is not known.
    const unanswered = service.post(`/reports?receivedOn=${last}`, body).catch(() => undefined);
    await service.kill();
    await unanswered;
    service = await ServiceChild.start(script, folder);
    console.log("killed with a request on its way, started again");
    const after = await memoryOf(service);
    for (const path of Object.keys(before))
      console.log(`  ${path}: ${isDeepStrictEqual(before[path], after[path]) ? "as before" : "CHANGED"}`);
    // Sent again, they are added once.
    await service.post(`/reports?receivedOn=${last}`, body);
    const { tally } = ok(await service.post(`/reports?receivedOn=${last}`, body)) as Applied;
    console.log(`  sent again: ${tally["added"]} added, ${tally["ignored"]} known already`);
    await run(last!);
    console.log(`stopped: exit code ${await service.stop()}`);
  } finally {
    await service.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the service remembers, by path. */
async function memoryOf(service: ServiceChild): Promise<Readonly<Record<string, unknown>>> {
  const found: Record<string, unknown> = {};
  for (const path of ["/sdrs", "/alerts?state=all", "/candidates", "/changes", "/decisions"])
    found[path] = ok(await service.get(path));
  return found;
}

/** The centre agrees to look at what the run proposes. */
async function acceptProposals(service: ServiceChild): Promise<void> {
  const { proposals } = ok(await service.get("/candidates")) as Candidates;
  if (proposals.length === 0) return;
  const { entries } = ok(await service.post("/decisions", JSON.stringify(proposals), "application/json")) as {
    entries: number;
  };
  console.log(`  ${proposals.length} proposals accepted; the log has ${entries} entries`);
}

async function tellFindings(service: ServiceChild): Promise<void> {
  const { alerts } = ok(await service.get("/alerts")) as Alerts;
  for (const { scope, observed, expected, evidence } of alerts) {
    const lots = scope.lots?.join() ?? "";
    console.log(`alert: ${scope.product ?? ""} lot ${lots}: ${observed} reports, expected ${expected.toFixed(2)}`);
    for (const { zh, en } of evidence.slice(0, 1)) console.log(`  ${zh}\n  ${en}`);
  }
  const { candidates } = ok(await service.get("/candidates?limit=3")) as Candidates;
  for (const { key, score } of candidates) console.log(`candidate: ${key}, ${score} points`);
  const { sdrs } = ok(await service.get("/sdrs")) as Sdrs;
  const [first] = [...sdrs].sort((x, y) => y.a - x.a);
  if (first === undefined) return;
  const query = new URLSearchParams({ product: first.product, event: first.event });
  const { reportIds, rules } = ok(await service.get(`/explain?${query.toString()}`)) as Explained;
  const ids = `${reportIds.length} reports, first ${reportIds[0] ?? ""}`;
  console.log(`explained: ${first.product} – ${first.event}: ${ids}`);
  for (const { name, criterion, met } of rules)
    console.log(`  ${name}: ${criterion}: ${met === true ? "met" : "not met"}`);
  const refused = await service.get("/explain?product=nothing&event=none");
  console.log(`refused: ${refused.status} ${JSON.stringify(refused.body)}`);
}

function ok({ status, body }: Answer): unknown {
  if (status !== 200) throw new Error(`${status}: ${JSON.stringify(body)}`);
  return body;
}
