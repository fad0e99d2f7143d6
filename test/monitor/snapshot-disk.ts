// A disk in memory that keeps a diary of what was asked of it, so that it can be stopped at any byte afterwards.
import type { StoreFiles } from "../../src/monitor/snapshot-folder.ts";

type Step =
  | { readonly what: "write" | "add" | "cut"; readonly name: string; readonly bytes: Uint8Array; readonly to?: number }
  | { readonly what: "sync"; readonly name: string }
  | { readonly what: "rename" | "remove"; readonly name: string; readonly to?: string }
  | { readonly what: "names" }
  | { readonly what: "acknowledged"; readonly calls: number };

interface Stored {
  bytes: Uint8Array;
  synced: Uint8Array;
}

/**
 * What is left after a stop. `kill`: the process died, everything that it wrote is there. The others are power failures:
 * `forgotten`: nothing but what was synchronised; `unnamed`: content was written, names were not; `zeros`: names are there, and
 * zeros where content was not synchronised.
 */
export const STOPS = ["kill", "forgotten", "unnamed", "zeros"] as const;

export class Disk implements StoreFiles {
  readonly diary: Step[] = [];
  #files = new Map<string, Stored>();
  #named = new Map<string, Stored>();

  acknowledge(calls: number): void {
    this.diary.push({ what: "acknowledged", calls });
  }

  list(): Promise<readonly string[]> {
    return Promise.resolve([...this.#files.keys()]);
  }

  *read(name: string): Generator<Uint8Array> {
    const { bytes } = this.#files.get(name)!;
    for (let from = 0; from < bytes.length; from += 1000) yield bytes.subarray(from, from + 1000);
  }

  write(name: string, chunks: Iterable<Uint8Array>): Promise<void> {
    this.#do({ what: "write", name, bytes: Buffer.concat([...chunks]) });
    this.#do({ what: "sync", name });
    return Promise.resolve();
  }

  rename(name: string, to: string): Promise<void> {
    this.#do({ what: "rename", name, to });
    return Promise.resolve();
  }

  remove(name: string): Promise<void> {
    this.#do({ what: "remove", name });
    return Promise.resolve();
  }

  syncNames(): Promise<void> {
    this.#do({ what: "names" });
    return Promise.resolve();
  }

  cut(name: string, to: number): Promise<void> {
    this.#do({ what: "cut", name, bytes: new Uint8Array(), to });
    this.#do({ what: "sync", name });
    return Promise.resolve();
  }

  append(name: string): ReturnType<StoreFiles["append"]> {
    return Promise.resolve({
      add: (chunks) => {
        this.#do({ what: "add", name, bytes: Buffer.concat(chunks) });
        this.#do({ what: "sync", name });
        return Promise.resolve();
      },
      close: () => Promise.resolve(),
    });
  }

  bytes(name: string): Uint8Array {
    return this.#files.get(name)!.bytes;
  }

  put(name: string, bytes: Uint8Array): void {
    this.#files.set(name, { bytes, synced: bytes });
  }

  delete(name: string): void {
    this.#files.delete(name);
  }

  copy(): Disk {
    const disk = new Disk();
    for (const [name, { bytes }] of this.#files) disk.put(name, bytes);
    return disk;
  }

  /** The disk after the first steps of its diary, and so many bytes of the next one. */
  stopped(steps: number, bytes: number, stop: (typeof STOPS)[number]): { disk: Disk; acknowledged: number } {
    const disk = new Disk();
    let acknowledged = 0;
    for (const step of this.diary.slice(0, steps))
      if (step.what === "acknowledged") acknowledged = step.calls;
      else disk.#do(step);
    const next = this.diary[steps];
    if (next !== undefined && "bytes" in next && bytes > 0) disk.#do({ ...next, bytes: next.bytes.subarray(0, bytes) });
    const left = new Disk();
    for (const [name, { bytes: all, synced }] of stop === "kill" || stop === "zeros" ? disk.#files : disk.#named) {
      const zeros = new Uint8Array(all.length);
      zeros.set(synced.subarray(0, all.length));
      left.put(name, stop === "kill" || stop === "unnamed" ? all : stop === "forgotten" ? synced : zeros);
    }
    return { disk: left, acknowledged };
  }

  #do(step: Step): void {
    this.diary.push(step);
    if (step.what === "names") this.#named = new Map(this.#files);
    if (!("name" in step)) return;
    const file = this.#files.get(step.name);
    if (step.what === "write") this.#files.set(step.name, { bytes: step.bytes, synced: new Uint8Array() });
    else if (step.what === "add") file!.bytes = Buffer.concat([file!.bytes, step.bytes]);
    else if (step.what === "cut") file!.bytes = file!.bytes.slice(0, step.to);
    else if (step.what === "sync") file!.synced = file!.bytes;
    else {
      this.#files.delete(step.name);
      if (step.what === "rename") this.#files.set(step.to!, file!);
    }
  }
}
