import { spawn, type ChildProcess } from "node:child_process";
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** A server process of this test alone, in a folder of its own. */
export interface Server {
  readonly folder: string;
  stop(): Promise<void>;
}

export interface User {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Waits until its input ends, which it also does when the test process dies in any way, then ends the server and removes the
 * folder. `$1` is the folder, `$2` the signal that ends the server, the rest is the command.
 */
const GUARD = `folder=$1; signal=$2; shift 2
( "$@" > "$folder/out" 2>&1 < /dev/null & echo $! > "$folder/pid"; wait; : > "$folder/ended" ) & watcher=$!
cat > /dev/null
kill -s $signal $(cat "$folder/pid") 2> /dev/null; wait $watcher; rm -rf "$folder"`;

/** A new folder that `user` owns. */
export function newFolder(name: string, user?: User): string {
  const folder = mkdtempSync(join(tmpdir(), `pvsignal-${name}-`));
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  return folder;
}

/** Starts a server and waits until it answers; an installed server that does not start is a failure, never a skip. */
export async function start(
  folder: string,
  command: readonly [string, ...string[]],
  ready: () => Promise<boolean>,
  { user, signal = "TERM" }: { readonly user?: User | undefined; readonly signal?: string } = {},
): Promise<Server> {
  const guard = spawn("sh", ["-c", GUARD, "guard", folder, signal, ...command], {
    ...user,
    cwd: folder,
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  const server = { folder, stop: () => stopped(guard) };
  const deadline = performance.now() + 60_000;
  while (!(await ready().catch(() => false))) {
    if (existsSync(join(folder, "ended")) || guard.exitCode !== null || performance.now() > deadline) {
      const said = logs(folder);
      await server.stop();
      throw new Error(`${command.join(" ")} did not start:\n${said}`);
    }
    await pause(50);
  }
  return server;
}

function logs(folder: string): string {
  const files = readdirSync(folder).filter((name) => name === "out" || name.endsWith(".log"));
  return files.map((name) => readFileSync(join(folder, name), "utf8").slice(-2000)).join("\n");
}

async function stopped(guard: ChildProcess): Promise<void> {
  if (guard.exitCode !== null) return;
  const ended = new Promise((resolve) => guard.once("exit", resolve));
  guard.stdin!.end();
  await ended;
}

/** A port of the loopback interface that is free now. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** Where a program is: in the folders of PATH, or in one of `others`. */
export function program(name: string, others: readonly string[] = []): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), ...others];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** The first of some users that exists, when this process may act as it: servers that refuse root need one. */
export function otherUser(...names: readonly string[]): User | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const lines = readFileSync("/etc/passwd", "utf8").split("\n");
  const fields = names.flatMap((name) => lines.filter((line) => line.startsWith(`${name}:`)))[0]?.split(":");
  return fields === undefined ? undefined : { uid: Number(fields[2]), gid: Number(fields[3]) };
}

/** A folder inside another, of the same owner. */
export function subfolder(folder: string, name: string, user?: User): string {
  const path = join(folder, name);
  mkdirSync(path);
  if (user !== undefined) chownSync(path, user.uid, user.gid);
  return path;
}
