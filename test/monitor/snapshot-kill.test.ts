import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { seededRandom } from "../../src/math/random.ts";
import { openStore } from "../../src/monitor/snapshot-store.node.ts";
import { callOf, counts, Reference, told } from "./snapshot-batches.ts";

// The long form: PV_KILLS=1000 npx vitest run --config test/vitest.config.ts test/monitor/snapshot-kill.test.ts
const KILLS = Number(process.env["PV_KILLS"] ?? 15);
const KILLS_A_FOLDER = 20;

/** Runs the writer until it is killed, some time after its first answer; the last call that it acknowledged. */
function killed(script: string, folder: string, afterMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, folder], { stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    let failed = "";
    let isTimed = false;
    child.stderr.on("data", (data) => (failed += String(data)));
    child.stdout.on("data", (data) => {
      said += String(data);
      if (isTimed) return;
      isTimed = true;
      setTimeout(() => child.kill("SIGKILL"), afterMs);
    });
    child.on("close", (_, signal) => {
      if (signal !== "SIGKILL") reject(new Error(`the writer stopped by itself: ${failed}`));
      // A line that was cut short by the kill was not acknowledged.
      else resolve(Number(said.split("\n").at(-2)));
    });
  });
}

test(`a writer that is killed ${KILLS} times loses nothing that it acknowledged`, { timeout: 3_600_000 }, async () => {
  const work = await mkdtemp(join(tmpdir(), "pvsignal-kill-"));
  try {
    const script = join(work, "child.mjs");
    await build({
      entryPoints: [join(import.meta.dirname, "snapshot-child.ts")],
      outfile: script,
      bundle: true,
      format: "esm",
      platform: "node",
      logLevel: "error",
    });
    const random = seededRandom(7).next;
    const seen = { cut: 0, inFlight: 0, leftovers: 0, replayed: 0, acknowledged: 0, fromSnapshot: 0 };
    let folder = "";
    let reference = new Reference();
    let at = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      if (kill % KILLS_A_FOLDER === 0) {
        folder = join(work, String(kill));
        reference = new Reference();
        at = 0;
      }
      const acknowledged = await killed(script, folder, random() * 40);
      const store = await openStore(folder, { counts });
      expect(store.sequence).toBeGreaterThanOrEqual(acknowledged);
      expect(store.sequence).toBeLessThanOrEqual(acknowledged + 1);
      expect(store.recovery.damaged).toEqual([]);
      seen.acknowledged += acknowledged - at;
      seen.inFlight += store.sequence - acknowledged;
      seen.cut += store.recovery.cut === null ? 0 : 1;
      seen.leftovers += store.recovery.leftovers.length;
      seen.replayed += store.recovery.replayed;
      seen.fromSnapshot += store.recovery.snapshot === null ? 0 : 1;
      for (; at < store.sequence; at++) reference.call(callOf(at));
      expect(told(store) === told(reference), `state after kill ${kill}`).toBe(true);
      await store.close();
      expect((await readdir(folder)).filter((name) => !/^(snapshot-\d+\.pvs|journal-\d+\.pvj)$/.test(name))).toEqual(
        [],
      );
    }
    expect(seen.acknowledged).toBeGreaterThan(KILLS);
    console.log(`${KILLS} kills: ${JSON.stringify(seen)}`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
});
