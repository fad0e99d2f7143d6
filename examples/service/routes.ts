import type { IncomingMessage } from "node:http";
import { isoDay, LIBRARY_VERSION, logHead, momentOf, type Decision, type Run } from "pvsignal";
import { SCREENING } from "./config.ts";
import { bodyOf, ServiceError, type Query } from "./http.ts";
import { readIntake } from "./intake.ts";
import { schemaFaults } from "./schema-check.ts";
import { schemaOf, schemas } from "./schemas.ts";
import type { Service } from "./service.ts";
import { alertsView, candidatesView, decisionsView, runView, sdrsView, type Shown } from "./views.ts";

/** One request, read. */
export interface Call {
  readonly query: Query;
  readonly signal: AbortSignal;
  /** Last part of the path, where it is a name. */
  readonly name: string;
  readonly body: unknown;
}

/** How a path is answered. Those that read a body change something, and take turns. */
export interface Route {
  readonly parameters: readonly string[];
  readonly read?: (service: Service, request: IncomingMessage) => Promise<unknown>;
  readonly answer: (service: Service, call: Call) => unknown;
}

const MOST_ROWS = 10_000;
const DAY_MS = 86_400_000;

/**
 * A day that is not to come, with a day to spare for the zones of the earth. One far ahead would bar every day before it: what is
 * learnt is in the order of time.
 */
function dayOf(query: Query, name: string): string {
  const text = query.required(name);
  if (text > isoDay(Math.floor(Date.now() / DAY_MS) + 1))
    throw new ServiceError(400, "INVALID_DATE", `${name}: expected a day that is not to come, YYYY-MM-DD`);
  return text;
}

/** The same for the moments of decisions, which are in the order of time as well. */
function checkMoments(decisions: readonly Decision[]): void {
  for (const { at } of decisions) {
    if ((momentOf(at) ?? 0) > Date.now() + DAY_MS)
      throw new ServiceError(400, "INVALID_DATE", "at: expected a moment that is not to come");
  }
}

const limitOf = (query: Query): number => query.number("limit", 100, MOST_ROWS);

const notYet = (): ServiceError => new ServiceError(404, "NO_RUN", "there is no run yet");

function lastRun({ opened: { monitor } }: Service): Run {
  if (monitor.lastRun === null) throw notYet();
  return monitor.lastRun;
}

function shownOf(service: Service): Shown {
  if (service.shown === undefined) throw notYet();
  return service.shown;
}

const get = (parameters: readonly string[], answer: Route["answer"]): ReadonlyMap<string, Route> =>
  new Map([["GET", { parameters, answer }]]);
const post = (
  parameters: readonly string[],
  read: NonNullable<Route["read"]>,
  answer: Route["answer"],
): ReadonlyMap<string, Route> => new Map([["POST", { parameters, read, answer }]]);

async function applyReports({ opened: { monitor } }: Service, { query, signal, body }: Call): Promise<unknown> {
  const receivedOn = dayOf(query, "receivedOn");
  const knownOn = query.optional("knownOn") ?? "receivedOn";
  if (knownOn !== "receivedOn" && knownOn !== "receivedDate")
    throw new ServiceError(400, "BAD_REQUEST", "knownOn: expected receivedOn or receivedDate");
  const { reports, lines, rejected, issues } = await readIntake(body as Buffer, signal);
  if (reports.length === 0) {
    const [first] = issues[0]?.sample ?? [];
    const why = first === undefined ? "" : `; line ${first.line}: ${first.message}`;
    throw new ServiceError(422, "NO_REPORT", `no line of the body is a report${why}`);
  }
  const applied = await monitor.apply({ receivedOn, reports, knownOn, signal });
  return {
    receivedOn,
    lines,
    accepted: reports.length,
    rejected,
    issues,
    tally: applied.tally,
    refused: applied.refused,
    touchedPairs: applied.touched[SCREENING]?.size ?? 0,
  };
}

async function readDecisions({ bodyLimit }: Service, request: IncomingMessage): Promise<readonly Decision[]> {
  const bytes = await bodyOf(request, "application/json", bodyLimit);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new ServiceError(400, "BAD_JSON", "the body is not JSON in UTF-8");
  }
  const [fault] = schemaFaults(schemaOf("decisions-request"), value);
  if (fault !== undefined) throw new ServiceError(400, "BAD_SHAPE", fault.slice(0, 400));
  return value as readonly Decision[];
}

async function decide({ opened: { monitor } }: Service, { query, body }: Call): Promise<unknown> {
  const before = monitor.decisions.length;
  // Who could not hear the answer sends the request again with the number seen before, and it is done once.
  const after = query.number("after", before, 1e9);
  if (after !== before)
    throw new ServiceError(409, "LOG_MOVED", `the log has ${before} entries, not ${after}: look at it first`);
  const decisions = body as readonly Decision[];
  checkMoments(decisions);
  await monitor.decide(...decisions);
  const { length } = monitor.decisions;
  return { added: length - before, entries: length, head: logHead(monitor.decisions) };
}

function health({ opened: { monitor, store } }: Service): unknown {
  const { snapshot, replayed, cut } = store.recovery;
  return {
    status: "ok",
    library: LIBRARY_VERSION,
    reports: monitor.state.size,
    decisions: monitor.decisions.length,
    lastDay: monitor.state.lastDay ?? null,
    lastRun:
      monitor.lastRun === null
        ? null
        : { asOf: monitor.lastRun.asOf, resultDigest: monitor.lastRun.manifest.resultDigest },
    recovered: { snapshot: snapshot !== null, replayed, cut: cut !== null },
  };
}

/** Every path with its methods. */
export const routes: ReadonlyMap<string, ReadonlyMap<string, Route>> = new Map<string, ReadonlyMap<string, Route>>([
  ["/health", get([], health)],
  [
    "/reports",
    post(
      ["receivedOn", "knownOn"],
      ({ bodyLimit }, request) => bodyOf(request, "application/x-ndjson", bodyLimit),
      applyReports,
    ),
  ],
  [
    "/run",
    post(
      ["asOf"],
      () => Promise.resolve(undefined),
      async (service, { query, signal }) => runView(await service.run(dayOf(query, "asOf"), signal)),
    ),
  ],
  [
    "/sdrs",
    get(["limit"], (service, { query }) => {
      const limit = limitOf(query);
      return sdrsView(lastRun(service), limit);
    }),
  ],
  [
    "/alerts",
    get(["state", "limit"], (service, { query }) => {
      const state = query.optional("state") ?? "open";
      if (state !== "open" && state !== "all")
        throw new ServiceError(400, "BAD_REQUEST", "state: expected open or all");
      return alertsView(lastRun(service), state === "all", limitOf(query));
    }),
  ],
  [
    "/candidates",
    get(["limit"], (service, { query }) => candidatesView(shownOf(service), service.opened.monitor, limitOf(query))),
  ],
  [
    "/explain",
    get(["product", "event", "asOf"], ({ opened: { monitor } }, { query }) => ({
      screening: SCREENING,
      ...monitor.explain(SCREENING, {
        product: query.required("product"),
        event: query.required("event"),
        asOf: query.optional("asOf"),
      }),
    })),
  ],
  ["/changes", get([], (service) => shownOf(service).changes)],
  [
    "/decisions",
    new Map([
      ...get(["overdueOn"], ({ opened: { monitor } }, { query }) =>
        decisionsView(monitor, query.optional("overdueOn")),
      ),
      ...post(["after"], readDecisions, decide),
    ]),
  ],
  ["/schemas", get([], () => ({ schemas: [...schemas.keys()] }))],
  [
    "/schemas/*",
    get([], (_, { name }) => {
      const schema = schemas.get(name);
      if (schema === undefined) throw new ServiceError(404, "NOT_FOUND", "no schema has this name");
      return schema;
    }),
  ],
]);
