import { fork, type ChildProcess } from "node:child_process";

/** An answer of the service. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Asks a service. */
export class ServiceClient {
  readonly base: string;

  constructor(port: number) {
    this.base = `http://127.0.0.1:${port}`;
  }

  get(path: string): Promise<Answer> {
    return this.send("GET", path);
  }

  post(path: string, body = "", type = "application/x-ndjson"): Promise<Answer> {
    return this.send("POST", path, body, { "content-type": type });
  }

  async send(
    method: string,
    path: string,
    body: string | null = null,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const response = await fetch(this.base + path, { method, body, headers });
    return { status: response.status, body: await response.json() };
  }
}

/** The service in a process of its own, which can be killed. */
export class ServiceChild extends ServiceClient {
  readonly #process: ChildProcess;
  readonly #ended: Promise<void>;

  private constructor(child: ChildProcess, port: number, ended: Promise<void>) {
    super(port);
    this.#process = child;
    this.#ended = ended;
  }

  /**
   * Starts a script that serves a folder, and waits until it listens.
   *
   * @param loader - options of node, such as those that load TypeScript; those of this process unless told
   */
  static async start(script: string, folder: string, loader = process.execArgv): Promise<ServiceChild> {
    const child = fork(script, ["--serve", folder, "0"], { execArgv: loader });
    const ended = new Promise<void>((resolve) => {
      child.once("exit", () => {
        resolve();
      });
    });
    const port = await new Promise<number>((resolve, reject) => {
      child.once("message", resolve as (message: unknown) => void);
      child.once("error", reject);
      void ended.then(() => {
        reject(new Error("the service ended before it listened"));
      });
    });
    return new ServiceChild(child, port, ended);
  }

  /** Ends it as a power failure would. */
  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#ended;
  }

  /** Asks it to end; its exit code. */
  async stop(): Promise<number | null> {
    this.#process.kill("SIGTERM");
    await this.#ended;
    return this.#process.exitCode;
  }
}

/** Reports as the service takes them. */
export const ndjson = (reports: Iterable<object>): string =>
  Array.from(reports, (one) => `${JSON.stringify(one)}\n`).join("");
