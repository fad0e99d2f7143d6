import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { openMonitor, type OpenMonitor } from "pvsignal/node";
import { config } from "./config.ts";
import { asServiceError, Query, send, ServiceError } from "./http.ts";
import { routes, type Route } from "./routes.ts";
import { shownOf, type Shown } from "./views.ts";

/** Requests that change something and have been let in: at work, reading their body, or waiting. */
const MOST_WRITERS = 8;
/** Requests that are being answered get so long once the service is asked to stop. */
const GRACE_MS = 5000;
const SHOWN = "shown";

/** How a service is started. */
export interface ServiceOptions {
  /** 0 takes any free one. */
  readonly port?: number | undefined;
  /** Bytes of the longest body; 16 MB unless told. */
  readonly bodyLimit?: number | undefined;
}

/**
 * A monitor behind HTTP, for programs on the same machine. What a request was answered with 200 for is on disk; one that was cut
 * short is there as a whole or not at all, and can be sent again: reports seen before and runs made again change nothing.
 */
export class Service {
  readonly opened: OpenMonitor;
  readonly bodyLimit: number;
  readonly #server: Server;
  readonly #stop = new AbortController();
  #writers = 0;
  #turn: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  private constructor(opened: OpenMonitor, bodyLimit: number) {
    this.opened = opened;
    this.bodyLimit = bodyLimit;
    this.#server = createServer({ requestTimeout: 60_000, headersTimeout: 10_000, maxHeaderSize: 16_384 });
    this.#server.maxConnections = 64;
    this.#server.on("request", (request, response) => void this.#answer(request, response));
    this.#server.on("clientError", (_, socket) => {
      const body = JSON.stringify({ code: "BAD_REQUEST", message: "not a request that can be read" });
      if (socket.writable) {
        const head = `HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`;
        socket.end(`${head}\r\nconnection: close\r\n\r\n${body}`);
      } else socket.destroy();
    });
  }

  /**
   * Opens the folder, made if it is not there, and listens on the loopback interface.
   *
   * @throws PvError as `openMonitor`
   */
  static async start(folder: string, { port = 0, bodyLimit = 16 * 2 ** 20 }: ServiceOptions = {}): Promise<Service> {
    const service = new Service(await openMonitor(folder, config), bodyLimit);
    try {
      // A kill between a run and what is shown of it: the run is made again, which gives the same.
      const { lastRun } = service.opened.monitor;
      if (lastRun !== null && service.shown?.resultDigest !== lastRun.manifest.resultDigest)
        await service.run(lastRun.asOf, service.#stop.signal);
      await new Promise<void>((resolve, reject) => {
        service.#server.once("error", reject);
        service.#server.listen(port, "127.0.0.1", resolve);
      });
    } catch (error) {
      await service.opened.store.close();
      throw error;
    }
    return service;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** What is shown of the last run; undefined before the first. */
  get shown(): Shown | undefined {
    return this.opened.store.ledgers[SHOWN] as Shown | undefined;
  }

  /** Runs a day, keeps what is shown of it, and begins a new journal. */
  async run(asOf: string, signal: AbortSignal): ReturnType<OpenMonitor["monitor"]["run"]> {
    const { monitor, store } = this.opened;
    const result = await monitor.run({ asOf, signal });
    if (result.isKept) {
      await store.keep(SHOWN, shownOf(result, monitor.decisions.length));
      await store.snapshot();
    }
    return result;
  }

  /**
   * Takes no more requests, lets those at work finish, or stops them after a while, and lets the folder go.
   *
   * @param graceMs - milliseconds for the requests at work
   */
  close(graceMs = GRACE_MS): Promise<void> {
    this.#closing ??= (async () => {
      const closed = new Promise((resolve) => this.#server.close(resolve));
      this.#server.closeIdleConnections();
      const timer = setTimeout(() => {
        this.#stop.abort();
        // Who has not had the answer by now will not have it.
        setTimeout(() => {
          this.#server.closeAllConnections();
        }, 1000).unref();
      }, graceMs);
      await closed;
      clearTimeout(timer);
      await this.#turn.catch(() => undefined);
      await this.opened.store.close();
    })();
    return this.#closing;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.on("close", () => {
      if (!response.writableFinished) gone.abort();
      if (this.#closing !== undefined) {
        setImmediate(() => {
          this.#server.closeIdleConnections();
        });
      }
    });
    const signal = AbortSignal.any([gone.signal, this.#stop.signal]);
    try {
      const { route, search, name } = find(request);
      const query = new Query(search, route.parameters);
      const work = (body: unknown): unknown => route.answer(this, { query, signal, name, body });
      send(
        response,
        200,
        await (route.read === undefined ? work(undefined) : this.#write(route, request, work, signal)),
      );
    } catch (error) {
      const refusal = asServiceError(error);
      if (refusal.code === "INTERNAL") console.error(error);
      send(response, refusal.status, { code: refusal.code, message: refusal.message }, refusal.headers);
    }
    // What is left of a body nobody wanted.
    request.resume();
  }

  /** One change at a time, in the order in which their bodies were complete. */
  async #write(
    { read }: Route,
    request: IncomingMessage,
    work: (body: unknown) => unknown,
    signal: AbortSignal,
  ): Promise<unknown> {
    if (this.#closing !== undefined) throw new ServiceError(503, "STOPPED", "the service is stopping");
    if (this.#writers >= MOST_WRITERS)
      throw new ServiceError(503, "BUSY", "too many requests wait for their turn", { "retry-after": "1" });
    this.#writers++;
    try {
      const body = await read!(this, request);
      const turn = this.#turn.then(() => {
        signal.throwIfAborted();
        return work(body);
      });
      this.#turn = turn.catch(() => undefined);
      return await turn;
    } finally {
      this.#writers--;
    }
  }
}

function find(request: IncomingMessage): { route: Route; search: URLSearchParams; name: string } {
  const { host = "", origin } = request.headers;
  // Programs send no origin; a page of another site does, and a name that was pointed here is not ours.
  if (origin !== undefined || !/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host))
    throw new ServiceError(403, "FORBIDDEN", "for programs on this machine only");
  const target = request.url ?? "";
  const [path = "", search = ""] = target.split(/\?(.*)/s);
  const named = /^\/schemas\/([a-z-]{1,40})$/.exec(path)?.[1];
  const methods = routes.get(named === undefined ? path : "/schemas/*");
  if (methods === undefined) throw new ServiceError(404, "NOT_FOUND", "there is nothing at this path");
  const method = request.method === "HEAD" ? "GET" : (request.method ?? "");
  const route = methods.get(method);
  if (route === undefined) {
    const allow = [...methods.keys()].join(", ");
    throw new ServiceError(405, "METHOD_NOT_ALLOWED", `this path knows ${allow}`, { allow });
  }
  return { route, search: new URLSearchParams(search), name: named ?? "" };
}
