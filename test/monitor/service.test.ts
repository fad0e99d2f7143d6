import { mkdtemp, readdir, rm } from "node:fs/promises";
import { request, type IncomingMessage, type RequestOptions } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { candidateKey, type Decision, type Report } from "pvsignal";
import { simulateProvince } from "pvsignal/simulate";
import { ndjson, ServiceChild, ServiceClient, type Answer } from "../../examples/service/child.ts";
import { schemaFaults } from "../../examples/service/schema-check.ts";
import { schemaOf, schemas } from "../../examples/service/schemas.ts";
import { Service } from "../../examples/service/service.ts";
import { seededRandom } from "../../src/math/random.ts";

const { reports } = simulateProvince({
  seed: 2,
  start: "2023-07-01",
  days: 300,
  reportsPerDay: 10,
  products: 24,
  reactionGroups: 6,
  outbreaks: [{ class: "middle", cases: 18, day: 275 }],
});
const received = (after: string, to: string): readonly Report[] =>
  reports.filter(({ receivedDate = "" }) => receivedDate > after && receivedDate <= to);
const FIRST = "2024-04-07";
const SECOND = "2024-04-14";

let work = "";
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), "pvsignal-service-"));
});
afterAll(async () => {
  await rm(work, { recursive: true, force: true });
});

async function withService(
  name: string,
  tell: (client: ServiceClient, service: Service) => Promise<void>,
  bodyLimit?: number,
): Promise<void> {
  const service = await Service.start(join(work, name), { bodyLimit });
  try {
    await tell(new ServiceClient(service.port), service);
  } finally {
    await service.close(0);
  }
}

/** The body of an answer that must be well. */
function ok({ status, body }: Answer, name: string): Record<string, unknown> {
  expect({ status, body: status === 200 ? null : body }).toEqual({ status: 200, body: null });
  expect(schemaFaults(schemaOf(name), body)).toEqual([]);
  return body as Record<string, unknown>;
}

const feed = async (client: ServiceClient, after: string, day: string): Promise<Record<string, unknown>> => {
  const path = `/reports?receivedOn=${day}${after === "" ? "&knownOn=receivedDate" : ""}`;
  return ok(await client.post(path, ndjson(received(after, day))), "applied");
};
const decideOn = (client: ServiceClient, decisions: readonly object[], query = ""): Promise<Answer> =>
  client.post(`/decisions${query}`, JSON.stringify(decisions), "application/json");
const detected = (id: string): Decision => ({
  key: candidateKey({ kind: "alert", id }),
  state: "detected",
  at: "2024-04-01T09:00Z",
  by: "someone",
  why: "seen",
});

test("a week of the service: every answer has the form of its schema, and the schemas let nothing else through", async () => {
  await withService("week", async (client) => {
    const seen = new Map<string, unknown>();
    const keep = (name: string, answer: Answer): Record<string, unknown> => {
      const body = ok(answer, name);
      seen.set(name, body);
      return body;
    };
    ok(await client.get("/health"), "health");
    expect(await feed(client, "", FIRST)).toMatchObject({ rejected: 0, issues: [], refused: [] });
    ok(await client.post(`/run?asOf=${FIRST}`), "run");
    expect(ok(await client.get("/changes"), "changes")["previous"]).toBeNull();
    const first = ok(await client.get("/candidates"), "candidates")["proposals"] as Decision[];
    expect(first).toHaveLength(5);
    keep("decided", await decideOn(client, first));
    expect(ok(await client.get("/candidates"), "candidates")["proposals"]).toEqual([]);
    const [{ key }] = first as [Decision];
    const late = {
      key,
      state: "under-review",
      at: "2024-04-08T09:00+08:00",
      by: "group",
      why: "first",
      due: "2024-04-10",
    };
    ok(await decideOn(client, [late], "?after=5"), "decided");

    seen.set("applied", await feed(client, FIRST, SECOND));
    keep("run", await client.post(`/run?asOf=${SECOND}`));
    keep("health", await client.get("/health"));
    const sdrs = keep("sdrs", await client.get("/sdrs?limit=10000"))["sdrs"] as { product: string; event: string }[];
    expect(keep("alerts", await client.get("/alerts"))["alerts"]).toMatchObject([{ scope: { lots: ["K00819"] } }]);
    const { candidates } = keep("candidates", await client.get("/candidates?limit=10000"));
    expect(candidates).toContainEqual(
      expect.objectContaining({ key, standing: expect.objectContaining({ state: "under-review" }) as unknown }),
    );
    expect(keep("changes", await client.get("/changes"))["previous"]).toBe(FIRST);
    const { entries, overdue } = keep("decisions", await client.get("/decisions?overdueOn=2024-04-12"));
    expect(entries).toHaveLength(6);
    expect(overdue).toMatchObject([{ key, days: 2 }]);
    const { product, event } = sdrs[0]!;
    const query = new URLSearchParams({ product, event });
    const now = keep("explanation", await client.get(`/explain?${query.toString()}`));
    const then = ok(await client.get(`/explain?${query.toString()}&asOf=2024-01-31`), "explanation");
    const count = (one: Record<string, unknown>): number => (one["reportIds"] as string[]).length;
    expect(count(then)).toBeLessThan(count(now));
    seen.set("error", (await client.get("/nothing")).body);
    keep("schemas", await client.get("/schemas"));

    // Each answer with a field taken away or put in, at any depth of it, is refused.
    for (const [name, body] of seen) {
      let tried = 0;
      for (const spoilt of spoiltForms(body)) {
        tried++;
        expect(schemaFaults(schemaOf(name), spoilt.value).length, `${name}: ${spoilt.how}`).toBeGreaterThan(0);
      }
      expect(tried).toBeGreaterThan(1);
    }
    for (const name of schemas.keys()) expect((await client.get(`/schemas/${name}`)).body).toEqual(schemaOf(name));
  });
});

/** Names of objects whose fields are data, not form. */
const OPEN = new Set(["scores", "missing", "flags", "sdrs", "tally", "screenings", "counted", "excluded", "scope"]);

function* spoiltForms(
  value: unknown,
  whole: (part: unknown) => unknown = (part) => part,
  path = "",
): Generator<{ readonly value: unknown; readonly how: string }> {
  if (Array.isArray(value)) {
    if (value.length > 0) {
      const [first, ...rest] = value as unknown[];
      yield* spoiltForms(first, (part) => whole([part, ...rest]), `${path}/0`);
    }
  } else if (typeof value === "object" && value !== null) {
    const isOpen = OPEN.has(path.split("/").at(-1)!);
    if (!isOpen) yield { value: whole({ ...value, surplus: 1 }), how: `${path}: a field more` };
    for (const [name, one] of Object.entries(value)) {
      const rest = Object.fromEntries(Object.entries(value).filter(([other]) => other !== name));
      const isOptional = isOpen || /^\/proposals\/0$/.test(path);
      if (!isOptional) yield { value: whole(rest), how: `${path}: without ${name}` };
      yield* spoiltForms(one, (part) => whole({ ...value, [name]: part }), `${path}/${name}`);
    }
  }
}

describe("hostile input", () => {
  let service: Service;
  let client: ServiceClient;
  const LIMIT = 100_000;
  beforeAll(async () => {
    service = await Service.start(join(work, "hostile"), { bodyLimit: LIMIT });
    client = new ServiceClient(service.port);
  });
  afterAll(() => service.close(0));

  /** As it is written, without the care that a client takes of paths and headers. */
  const raw = (options: RequestOptions, body: string | readonly Buffer[] = ""): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const call = request({ host: "127.0.0.1", port: service.port, ...options }, (response) => {
        void answerOf(response).then(resolve, reject);
      });
      call.on("error", reject);
      for (const chunk of [body].flat()) call.write(chunk);
      call.end();
    });
  const line = JSON.stringify({ id: "1", domain: "drug", products: [], events: [] });
  const post = (path: string, body: string, type?: string) => (): Promise<Answer> => client.post(path, body, type);
  const get = (path: string) => (): Promise<Answer> => client.get(path);
  const reportsPath = "/reports?receivedOn=2024-01-01";
  const decisions = (body: string) => post("/decisions", body, "application/json");
  const one = (change: object): string => JSON.stringify([{ ...detected("1"), ...change }]);

  test.each<[string, number, string, () => Promise<Answer>]>([
    ["an unknown path", 404, "NOT_FOUND", get("/nothing")],
    ["a path that climbs", 404, "NOT_FOUND", () => raw({ path: "/schemas/../../../../etc/passwd" })],
    ["one that climbs in disguise", 404, "NOT_FOUND", () => raw({ path: "/schemas/%2e%2e%2fpackage.json" })],
    ["one with a zero byte", 404, "NOT_FOUND", () => raw({ path: "/schemas/report%00.json" })],
    ["a whole address for a path", 404, "NOT_FOUND", () => raw({ path: "http://127.0.0.1/health" })],
    ["the name of a property of every object", 404, "NOT_FOUND", get("/schemas/constructor")],
    ["a method it does not know", 405, "METHOD_NOT_ALLOWED", () => client.send("DELETE", "/reports")],
    ["a change by reading", 405, "METHOD_NOT_ALLOWED", get("/run?asOf=2024-01-01")],
    ["a question before the first run", 404, "NO_RUN", get("/sdrs")],
    ["and another one", 404, "NO_RUN", get("/candidates")],
    ["a limit below zero", 400, "BAD_REQUEST", get("/sdrs?limit=-1")],
    ["a limit without end", 400, "BAD_REQUEST", get("/sdrs?limit=1e9")],
    ["a parameter twice", 400, "BAD_REQUEST", get("/sdrs?limit=1&limit=2")],
    ["an unknown parameter", 400, "UNKNOWN_PARAMETER", get("/sdrs?__proto__=1")],
    ["no day", 400, "MISSING_PARAMETER", post("/reports", line)],
    ["a day that is none", 400, "INVALID_DATE", post("/reports?receivedOn=2024-02-30", line)],
    ["a word for a day", 400, "INVALID_DATE", post("/run?asOf=today", "")],
    ["a day that would bar all others", 400, "INVALID_DATE", post("/reports?receivedOn=9999-12-31", line)],
    ["a run of a day to come", 400, "INVALID_DATE", post("/run?asOf=9999-12-31", "")],
    ["another kind of body", 415, "UNSUPPORTED_MEDIA_TYPE", post(reportsPath, line, "text/plain")],
    ["an empty body", 422, "NO_REPORT", post(reportsPath, "\n \r\n")],
    ["half a report", 422, "NO_REPORT", post(reportsPath, line.slice(0, 20))],
    ["JSON that is no report", 422, "NO_REPORT", post(reportsPath, "null\n[]\n7\n{}\n")],
    ["lists in lists", 422, "NO_REPORT", post(reportsPath, "[".repeat(40_000) + "]".repeat(40_000))],
    [
      "bytes that are no text",
      422,
      "NO_REPORT",
      () =>
        raw({ path: reportsPath, method: "POST", headers: { "content-type": "application/x-ndjson" } }, [
          Buffer.from([0xff, 0xfe, 0x0a]),
        ]),
    ],
    ["a body that is too large and says so", 413, "BODY_TOO_LARGE", post(reportsPath, "x".repeat(LIMIT + 1))],
    [
      "one that does not say so",
      413,
      "BODY_TOO_LARGE",
      () =>
        raw(
          {
            path: reportsPath,
            method: "POST",
            headers: { "content-type": "application/x-ndjson", "transfer-encoding": "chunked" },
          },
          Array.from({ length: 40 }, () => Buffer.alloc(10_000, 0x20)),
        ),
    ],
    ["decisions that are no JSON", 400, "BAD_JSON", decisions("[{")],
    ["no list of decisions", 400, "BAD_SHAPE", decisions("{}")],
    ["no decision in the list", 400, "BAD_SHAPE", decisions("[]")],
    ["a field that decisions do not have", 400, "BAD_SHAPE", decisions(one({ admin: true }))],
    ["a state that there is not", 400, "BAD_SHAPE", decisions(one({ state: "done" }))],
    ["a key that is none", 400, "INVALID_ARGUMENT", decisions(one({ key: "A – rash" }))],
    ["a due day that is none", 400, "INVALID_DATE", decisions(one({ due: "2024-02-30" }))],
    ["a moment without a zone", 400, "INVALID_DATE", decisions(one({ at: "2024-01-01T00:00" }))],
    ["a moment that would bar all others", 400, "INVALID_DATE", decisions(one({ at: "9999-01-01T00:00Z" }))],
    ["a step that is not allowed", 409, "ILLEGAL_TRANSITION", decisions(one({ state: "validated" }))],
    ["a log that was longer", 409, "LOG_MOVED", post("/decisions?after=3", one({}), "application/json")],
    ["no event to explain", 400, "MISSING_PARAMETER", get("/explain?product=A")],
    ["nothing to explain it from", 404, "EMPTY_SCOPE", get("/explain?product=A&event=b")],
    [
      "a page of another site",
      403,
      "FORBIDDEN",
      () => raw({ path: "/run?asOf=2024-01-01", method: "POST", headers: { origin: "http://example.org" } }),
    ],
    [
      "a foreign name for this machine",
      403,
      "FORBIDDEN",
      () => raw({ path: "/health", headers: { host: "example.org" } }),
    ],
  ])("%s is refused: %i %s", async (_, status, code, ask) => {
    const answer = await ask();
    expect(answer).toMatchObject({ status, body: { code } });
    expect(schemaFaults(schemaOf("error"), answer.body)).toEqual([]);
  });

  test("what is no request at all is answered in the same form", async () => {
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(service.port, "127.0.0.1", () => socket.write("HELLO\r\n\r\n"));
      let got = "";
      socket.on("data", (data) => (got += String(data)));
      socket.on("end", () => {
        resolve(got);
      });
      socket.on("error", reject);
    });
    expect(text).toMatch(/^HTTP\/1.1 400 /);
    expect(JSON.parse(text.slice(text.indexOf("{")))).toMatchObject({ code: "BAD_REQUEST" });
  });

  test("nothing of it changed anything, and a refused decision leaves the others out too", async () => {
    const two = [detected("1"), { ...detected("2"), state: "closed" }];
    expect((await decideOn(client, two)).status).toBe(409);
    expect(ok(await client.get("/health"), "health")).toMatchObject({ reports: 0, decisions: 0, lastRun: null });
  });

  test("bad lines cost themselves and are counted; personal fields are neither kept nor repeated", async () => {
    const personal = { ...(JSON.parse(line) as object), patient: { sex: "female", name: "Zhang San" }, phone: "139" };
    const body = `${line}\nnot JSON\n\n${JSON.stringify({ id: "2", domain: "car" })}\n${JSON.stringify({ ...personal, id: "3" })}`;
    const answer = ok(await client.post(reportsPath, body), "applied");
    expect(answer).toMatchObject({
      lines: 4,
      accepted: 2,
      rejected: 2,
      issues: [
        { code: "INVALID_REPORT", count: 2, sample: [{ line: 2 }, { line: 4 }] },
        { code: "UNKNOWN_COLUMN", count: 1, sample: [{ line: 5, message: "left out: patient.name, phone" }] },
      ],
    });
    expect(JSON.stringify(answer)).not.toMatch(/Zhang|139/);
    const kept = service.opened.monitor.state.history({ source: "", id: "3" })!.versions[0]!.report;
    expect(JSON.stringify(kept)).not.toMatch(/Zhang|139/);
  });
});

test("changes take turns, and too many at a time are sent away unharmed", async () => {
  await withService("turns", async (client) => {
    const posts = Array.from({ length: 30 }, (_, i) => decideOn(client, [detected(String(i))]));
    const answers = await Promise.all(posts);
    const done = answers.filter(({ status }) => status === 200);
    expect(done.length).toBeGreaterThanOrEqual(8);
    for (const { status, body } of answers)
      if (status !== 200) expect({ status, body }).toMatchObject({ status: 503, body: { code: "BUSY" } });
    // Each found the log as the one before had left it.
    expect(done.map(({ body }) => (body as { entries: number }).entries).sort((x, y) => x - y)).toEqual(
      done.map((_, i) => i + 1),
    );
    expect(ok(await client.get("/health"), "health")["decisions"]).toBe(done.length);
  });
});

test("a run whose caller has gone is stopped and not remembered", async () => {
  await withService("gone", async (client, service) => {
    await feed(client, "", FIRST);
    const gone = new AbortController();
    const run = service.run(FIRST, gone.signal);
    gone.abort();
    await expect(run).rejects.toMatchObject({ name: "AbortError" });
    const call = request({
      host: "127.0.0.1",
      port: service.port,
      method: "POST",
      path: `/run?asOf=${FIRST}`,
      headers: { expect: "100-continue" },
    });
    // The service has begun when it says so.
    call.on("continue", () => {
      call.socket?.resetAndDestroy();
    });
    const lost = new Promise((resolve) => {
      call.on("error", resolve);
    });
    call.flushHeaders();
    expect(await lost).toMatchObject({ code: "ECONNRESET" });
    // Takes its turn after the run.
    ok(await decideOn(client, [detected("1")]), "decided");
    expect((await client.get("/sdrs")).body).toMatchObject({ code: "NO_RUN" });
    ok(await client.post(`/run?asOf=${FIRST}`), "run");
  });
});

test("a run whose answer was never made up is shown after the next start", async () => {
  await withService("unshown", async (client, service) => {
    await feed(client, "", FIRST);
    ok(await client.post(`/run?asOf=${FIRST}`), "run");
    await feed(client, FIRST, SECOND);
    // As when a kill falls between the run and what is kept to be shown of it.
    await service.opened.monitor.run({ asOf: SECOND });
    expect(service.shown!.asOf).toBe(FIRST);
  });
  await withService("unshown", async (client) => {
    expect(ok(await client.get("/changes"), "changes")).toMatchObject({ asOf: SECOND, previous: FIRST });
  });
});

test("a service that is asked to stop finishes what it has begun and takes nothing new", async () => {
  const folder = join(work, "stop");
  const service = await Service.start(folder);
  const client = new ServiceClient(service.port);
  const body = ndjson(received("", FIRST).slice(0, 50));
  const call = request({
    host: "127.0.0.1",
    port: service.port,
    method: "POST",
    path: `/reports?receivedOn=${FIRST}`,
    headers: {
      "content-type": "application/x-ndjson",
      "content-length": Buffer.byteLength(body),
      expect: "100-continue",
    },
  });
  const answered = new Promise<Answer>((resolve, reject) => {
    call.on("response", (response) => void answerOf(response).then(resolve, reject));
    call.on("error", reject);
  });
  await new Promise((resolve) => {
    call.on("continue", resolve);
    call.flushHeaders();
  });
  const closed = service.close();
  await expect(client.get("/health")).rejects.toThrow(TypeError);
  call.end(body);
  ok(await answered, "applied");
  await closed;
  expect(await readdir(folder)).not.toContain("lock");
  const again = await Service.start(folder);
  expect(again.opened.monitor.state.size).toBe(50);
  await again.close();
});

// Bundled once: a start takes a third of the time that loading the sources does. test/examples.test.ts runs it from the sources.
test("killed again and again, it has everything that it acknowledged, and nothing twice", async () => {
  const script = join(work, "service.mjs");
  await build({
    entryPoints: [join(import.meta.dirname, "../../examples/service.ts")],
    outfile: script,
    bundle: true,
    format: "esm",
    platform: "node",
    logLevel: "error",
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  });
  const days = Array.from({ length: 8 }, (_, i) => `2024-04-${String(i + 1).padStart(2, "0")}`);
  const decide = async (client: ServiceClient, i: number): Promise<void> => {
    const answer = await decideOn(client, [detected(String(i))], `?after=${i}`);
    // Done before the kill, unheard.
    if (answer.status === 409) expect(answer.body).toMatchObject({ code: "LOG_MOVED" });
    else ok(answer, "decided");
  };
  /** What a client does; sent again as it is when nobody answered. */
  interface Step {
    readonly kind: "feed" | "decide" | "run";
    readonly day: string;
    readonly send: (client: ServiceClient) => Promise<unknown>;
  }
  const steps: readonly Step[] = [
    { kind: "feed", day: "2024-03-31", send: (client) => feed(client, "", "2024-03-31") },
    ...days.flatMap((day, i): Step[] => [
      { kind: "feed", day, send: (client) => feed(client, days[i - 1] ?? "2024-03-31", day) },
      { kind: "decide", day, send: (client) => decide(client, i) },
      ...(i % 4 < 3
        ? []
        : [
            {
              kind: "run" as const,
              day,
              send: async (client: ServiceClient) => ok(await client.post(`/run?asOf=${day}`), "run"),
            },
          ]),
    ]),
  ];
  /** What there is when the first steps are done. */
  const after = (count: number): object => {
    const done = steps.slice(0, count);
    const dayOf = (kind: Step["kind"]): string | undefined => done.filter((step) => step.kind === kind).at(-1)?.day;
    return {
      reports: new Set(received("", dayOf("feed") ?? "").map(({ id }) => id)).size,
      decisions: done.filter(({ kind }) => kind === "decide").length,
      lastDay: dayOf("feed") ?? null,
      lastRun: dayOf("run") ?? null,
    };
  };
  const memory = async (client: ServiceClient): Promise<unknown[]> => [
    { ...ok(await client.get("/health"), "health"), recovered: null },
    ...(await Promise.all(
      ["/sdrs", "/alerts?state=all", "/candidates", "/changes", "/decisions"].map((path) => client.get(path)),
    )),
  ];

  const folder = join(work, "killed");
  const random = seededRandom(11);
  let acknowledged = 0;
  let cutShort = 0;
  for (let kill = 0; acknowledged < steps.length; kill++) {
    const child = await ServiceChild.start(script, folder, []);
    try {
      const { reports: size, decisions, lastDay, lastRun } = ok(await child.get("/health"), "health");
      const found = { reports: size, decisions, lastDay, lastRun: (lastRun as { asOf: string } | null)?.asOf ?? null };
      // Everything that was acknowledged, and of what was not, the one step on its way as a whole or not at all.
      expect([after(acknowledged), after(acknowledged + 1)]).toContainEqual(found);
      // Four kills; the last life does the rest.
      const timer = kill < 4 ? setTimeout(() => void child.kill(), 20 + random.integer(250)) : undefined;
      try {
        for (; acknowledged < steps.length; acknowledged++) await steps[acknowledged]!.send(child);
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        cutShort++;
      }
      clearTimeout(timer);
    } finally {
      await child.kill();
    }
  }
  expect(cutShort).toBeGreaterThan(0);

  const child = await ServiceChild.start(script, folder, []);
  await withService("unharmed", async (client) => {
    for (const { send } of steps) await send(client);
    expect(await memory(child)).toEqual(await memory(client));
  });
  expect(await child.stop()).toBe(0);
  expect((await readdir(folder)).filter((name) => !/^(snapshot-\d+\.pvs|journal-\d+\.pvj)$/.test(name))).toEqual([]);
});

async function answerOf(response: IncomingMessage): Promise<Answer> {
  let text = "";
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode ?? 0, body: JSON.parse(text) };
}
