import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, rename, rm, writeFile, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { PvError } from "../error.ts";
import type { StoreFiles } from "./snapshot-folder.ts";
import { lockFolder } from "./snapshot-lock.node.ts";
import { openStoreFiles, type MonitorStore, type StoreOptions } from "./snapshot-store.ts";

const READ_CHUNK = 1 << 20;
const LOCK_LEFTOVER = /^lock\.[0-9a-f-]{36}$/;

/** How a folder is opened. */
export interface OpenStoreOptions extends StoreOptions {
  /** Take the folder even if another process seems to have it: only when that one is gone for certain. */
  readonly takeOver?: boolean | undefined;
}

/**
 * Opens the memory of a centre in a folder, which is made if it is not there. It has one user at a time: a lock names the
 * process, and that of a process which is gone is taken over.
 *
 * @throws PvError `STORE_LOCKED`; `CORRUPT_SNAPSHOT`, `TRUNCATED_SNAPSHOT`, `CORRUPT_STATE`, `CORRUPT_LOG`, `CORRUPT_JOURNAL` for
 *   damage that cannot be made good; `NEWER_FORMAT`; `OUTPUT_UNWRITABLE`
 * @example
 * const store = await openStore("memory", { counts: { drugs: { domain: "drug" } } });
 * await store.apply({ receivedOn: "2026-03-02", reports }); // on disk
 * await store.snapshot();
 * await store.close();
 */
export async function openStore(
  folder: string,
  { takeOver = false, ...options }: OpenStoreOptions = {},
): Promise<MonitorStore> {
  const release = await told(folder, async () => {
    await mkdir(folder, { recursive: true });
    return lockFolder(folder, takeOver);
  });
  for (const name of await readdir(folder)) if (LOCK_LEFTOVER.test(name)) await rm(join(folder, name), { force: true });
  return openStoreFiles(folderFiles(folder), { digest: () => createHash("sha256"), ...options }, release);
}

/** The files of a folder on disk. */
export function folderFiles(folder: string): StoreFiles {
  const at = (name: string): string => join(folder, name);
  const opened = async (name: string, flags: string, work: (file: FileHandle) => Promise<void>): Promise<void> => {
    await told(at(name), async () => {
      const file = await open(at(name), flags);
      try {
        await work(file);
        await file.sync();
      } finally {
        await file.close();
      }
    });
  };
  return {
    list: () => readdir(folder),
    read: (name) => createReadStream(at(name), { highWaterMark: READ_CHUNK }),
    write: (name, chunks) => opened(name, "w", (file) => writeFile(file, chunks)),
    rename: (from, to) => told(at(to), () => rename(at(from), at(to))),
    remove: (name) => told(at(name), () => rm(at(name), { force: true })),
    syncNames: () => told(folder, () => syncFolder(folder)),
    cut: (name, bytes) => opened(name, "r+", (file) => file.truncate(bytes)),
    append: (name) =>
      told(at(name), async () => {
        const file = await open(at(name), "a");
        return {
          add: (chunks) =>
            told(at(name), async () => {
              await writeFile(file, chunks);
              await file.sync();
            }),
          close: () => file.close(),
        };
      }),
  };
}

/** Windows opens no folders; there, renaming is as durable as the system makes it. */
async function syncFolder(folder: string): Promise<void> {
  let file: FileHandle;
  try {
    file = await open(folder, "r");
  } catch (error) {
    if (["EISDIR", "EPERM", "EACCES"].includes((error as { code?: string }).code ?? "")) return;
    throw error;
  }
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function told<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof PvError) throw cause;
    throw new PvError("OUTPUT_UNWRITABLE", `${path}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}
