/**
 * The code of a counting worker for browsers: `new Worker(url, { type: "module" })` of this file, given to `countPairsWith`.
 *
 * @packageDocumentation
 */
import { answerTask } from "./count/pair-store-kernel.ts";
import type { CountAnswer, CountTask } from "./count/pair-store-shape.ts";

interface WorkerScope {
  postMessage(message: CountAnswer, transfer: ArrayBuffer[]): void;
  addEventListener(type: "message", listener: (event: { readonly data: CountTask }) => void): void;
}

const scope = globalThis as unknown as WorkerScope;
scope.addEventListener("message", ({ data }) => {
  answerTask(data, (answer, transfer) => {
    scope.postMessage(answer, transfer);
  });
});
