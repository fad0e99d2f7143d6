import { expect, test, vi } from "vitest";
import { countStore, pairStoreOf } from "../../src/count/pair-store.ts";
import type { CountWorker } from "../../src/count/parallel-crew.ts";
import { countPairsWith } from "../../src/count/parallel.ts";

type Listener = (event: { readonly data: unknown }) => void;

test("the entry for Web Workers answers what it is sent", async () => {
  const ofWorker: Listener[] = [];
  const ofPage = new Set<Listener>();
  vi.stubGlobal("addEventListener", (_: string, listener: Listener) => ofWorker.push(listener));
  vi.stubGlobal("postMessage", (data: unknown, transfer: ArrayBuffer[]) => {
    const received = structuredClone(data, { transfer });
    for (const listener of ofPage) listener({ data: received });
  });
  try {
    await import("../../src/worker.ts");
    const worker: CountWorker = {
      postMessage: (data) => {
        setTimeout(() => {
          for (const listener of ofWorker) listener({ data });
        });
      },
      addEventListener: (type, listener) => {
        if (type === "message") ofPage.add(listener as Listener);
      },
      removeEventListener: (type, listener) => {
        if (type === "message") ofPage.delete(listener as Listener);
      },
    };
    const offsets = Uint32Array.of(0, 2, 3);
    const column = (labels: readonly string[]) => ({ labels, offsets, ids: Uint16Array.of(0, 1, 1) });
    const store = pairStoreOf(column(["A", "B"]), column(["x", "y"]));
    const counts = await countPairsWith([worker], store);
    expect([...counts.rows()]).toEqual([...countStore(store).rows()]);
    expect(ofPage.size).toBe(0);
  } finally {
    vi.unstubAllGlobals();
  }
});
