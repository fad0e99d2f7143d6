import { PvError } from "../error.ts";
import type { CountAnswer, CountTask } from "./pair-store-shape.ts";

/** What is used of a worker: a Web Worker has it as it is. */
export interface CountWorker {
  postMessage(message: unknown): void;
  addEventListener(type: "message" | "error" | "messageerror", listener: (event: never) => void): void;
  removeEventListener(type: "message" | "error" | "messageerror", listener: (event: never) => void): void;
}

/** A task without what the crew adds to it. */
export type Work = CountTask extends infer T ? (T extends CountTask ? Omit<T, "job" | "cancel"> : never) : never;

interface Pending {
  readonly member: number;
  readonly answer: (answer: CountAnswer) => void;
  readonly reject: (error: unknown) => void;
}

let lastJob = 0;

/** Hands work to workers and their answers back, for one count. */
export class Crew {
  readonly size: number;
  readonly #workers: readonly CountWorker[];
  readonly #cancel = new Int32Array(new SharedArrayBuffer(4));
  readonly #pending = new Map<number, Pending>();
  readonly #load: number[];
  readonly #stop: (() => void)[] = [];
  // An abort's reason may be anything; it is thrown as it is.
  #failure: Error | undefined;

  constructor(workers: readonly CountWorker[], signal: AbortSignal | undefined) {
    this.size = workers.length;
    this.#workers = workers;
    this.#load = workers.map(() => 0);
    const fail = (event: { readonly message?: string }): void => {
      this.#fail(new PvError("WORKER_FAILED", `a counting worker failed: ${event.message ?? "message not readable"}`));
    };
    const listen = ({ data }: { readonly data: CountAnswer }): void => {
      this.#receive(data);
    };
    const kinds = [
      ["message", listen],
      ["error", fail],
      ["messageerror", fail],
    ] as const;
    for (const worker of workers) for (const [kind, listener] of kinds) worker.addEventListener(kind, listener);
    this.#stop.push(() => {
      for (const worker of workers) for (const [kind, listener] of kinds) worker.removeEventListener(kind, listener);
    });
    const abort = (): void => {
      this.#fail(signal!.reason);
    };
    signal?.addEventListener("abort", abort);
    this.#stop.push(() => signal?.removeEventListener("abort", abort));
  }

  /** The worker with the least to do. */
  idlest(): number {
    return this.#load.indexOf(Math.min(...this.#load));
  }

  /** Gives a worker work; every answer but the last goes to `each`. */
  ask(member: number, work: Work, each?: (answer: CountAnswer) => void): Promise<CountAnswer> {
    const job = ++lastJob;
    this.#load[member]!++;
    const answered = new Promise<CountAnswer>((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      const answer = (found: CountAnswer): void => {
        if (found.kind === "block") each?.(found);
        else if (found.kind === "failed")
          this.#fail(new PvError("WORKER_FAILED", `a counting worker failed: ${found.message}`));
        else {
          this.#pending.delete(job);
          this.#load[member]!--;
          resolve(found);
        }
      };
      this.#pending.set(job, { member, answer, reject });
      this.#workers[member]!.postMessage({ ...work, job, cancel: this.#cancel });
    });
    // Answers are awaited together, later: a failure before that is not a rejection nobody handles.
    answered.catch(() => undefined);
    return answered;
  }

  /** Takes the listeners off; work still queued is skipped by the workers. */
  leave(): void {
    Atomics.store(this.#cancel, 0, 1);
    for (const stop of this.#stop.splice(0)) stop();
  }

  // Workers that are used again may still answer for an earlier count.
  #receive(answer: CountAnswer): void {
    this.#pending.get(answer.job)?.answer(answer);
  }

  #fail(error: unknown): void {
    this.#failure ??= error as Error;
    Atomics.store(this.#cancel, 0, 1);
    const open = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of open) reject(this.#failure);
  }
}
