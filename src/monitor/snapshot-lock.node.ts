import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { PvError } from "../error.ts";

const LOCK = "lock";

interface Owner {
  readonly host: string;
  readonly pid: number;
  /** When the process began, as its system tells it: numbers of processes are used again. */
  readonly began: string;
  readonly token: string;
}

/**
 * Takes a folder for this process. A lock whose process is gone is taken over; one of another machine cannot be told from a
 * living one and stays.
 *
 * @param takeOver - the caller knows that nobody else uses the folder
 * @returns releases the folder
 * @throws PvError `STORE_LOCKED` naming the process that has it
 */
export async function lockFolder(folder: string, takeOver: boolean): Promise<() => Promise<void>> {
  const path = join(folder, LOCK);
  const own: Owner = { host: hostname(), pid: process.pid, began: await beganAt(process.pid), token: randomUUID() };
  const written = `${path}.${own.token}`;
  try {
    for (let attempt = 0; attempt < 5; attempt++) {
      // With its content at once: a lock that says nothing could never be found dead.
      await writeFile(written, JSON.stringify(own));
      if (await linked(written, path)) {
        return async () => {
          if ((await ownerOf(path))?.token === own.token) await rm(path, { force: true });
        };
      }
      const owner = await ownerOf(path);
      if (owner === undefined) continue;
      if (!takeOver && (await isAlive(owner))) throw locked(path, owner);
      // Who else found the same dead owner may have its own lock there by now: look again at what was moved away.
      const moved = `${path}.${randomUUID()}`;
      if (!(await renamed(path, moved))) continue;
      const isThatOne = (await ownerOf(moved))?.token === owner.token;
      if (!isThatOne) await linked(moved, path);
      await rm(moved, { force: true });
    }
    throw locked(path, await ownerOf(path));
  } finally {
    await rm(written, { force: true });
  }
}

const locked = (path: string, owner: Owner | undefined): PvError =>
  new PvError(
    "STORE_LOCKED",
    `${path}: the folder is used by ${owner === undefined ? "others" : `process ${owner.pid} on ${owner.host}`}; when that is gone for certain, open it with takeOver`,
  );

async function isAlive({ host, pid, began }: Owner): Promise<boolean> {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as { code?: string }).code !== "ESRCH";
  }
  return began === "" || began === (await beganAt(pid));
}

/** Linux tells when a process began, in ticks since the machine did; others tell nothing. */
async function beganAt(pid: number): Promise<string> {
  try {
    const [boot, stat] = await Promise.all([
      readFile("/proc/sys/kernel/random/boot_id", "utf8"),
      readFile(`/proc/${pid}/stat`, "utf8"),
    ]);
    // The second field is a name in brackets that may hold anything; the start is the 22nd.
    return `${boot.trim()} ${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? ""}`;
  } catch {
    return "";
  }
}

async function ownerOf(path: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Owner;
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return undefined;
    throw error;
  }
}

const linked = (from: string, to: string): Promise<boolean> => unless("EEXIST", link(from, to));
const renamed = (from: string, to: string): Promise<boolean> => unless("ENOENT", rename(from, to));

async function unless(code: string, work: Promise<void>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === code) return false;
    throw error;
  }
}
