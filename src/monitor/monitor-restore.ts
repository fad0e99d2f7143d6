import { MemoryKeeper, Monitor, monitorCounts, type MonitorConfig } from "./monitor.ts";
import type { ByteChunks } from "./snapshot-bytes.ts";
import { readSnapshot, type RestoreOptions } from "./snapshot.ts";

/** How a monitor is restored. */
export interface RestoreMonitorOptions extends Omit<RestoreOptions, "counts"> {
  /**
   * Configuration of the last run, when it was another one: the changes of the next run are then told apart by cause. Without it
   * an option that changed shows in the differences, but its effect counts as that of the background.
   */
  readonly configBefore?: MonitorConfig | undefined;
}

/**
 * The monitor that gave a snapshot. Functions are not in it: give the configuration again.
 *
 * @throws PvError `TRUNCATED_SNAPSHOT`, `CORRUPT_SNAPSHOT`, `NEWER_FORMAT`, `CORRUPT_STATE`, `CORRUPT_LOG`
 * @example
 * const monitor = await restoreMonitor(createReadStream("centre.snapshot"), config);
 */
export async function restoreMonitor(
  chunks: ByteChunks,
  config: MonitorConfig,
  { configBefore, ...options }: RestoreMonitorOptions = {},
): Promise<Monitor> {
  const { state, decisions, ledgers } = await readSnapshot(chunks, { ...options, counts: monitorCounts(config) });
  return new Monitor(config, new MemoryKeeper(state, decisions, ledgers), configBefore);
}
