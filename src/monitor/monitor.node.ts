import { echoOptions } from "./manifest-options.ts";
import { Monitor, monitorCounts, type MonitorConfig } from "./monitor.ts";
import { openStore, type OpenStoreOptions } from "./snapshot-store.node.ts";
import type { MonitorStore } from "./snapshot-store.ts";

/** A monitor and the folder that it lives in. */
export interface OpenMonitor {
  readonly monitor: Monitor;
  /** For snapshots, and to close the folder. */
  readonly store: MonitorStore;
}

/**
 * Opens a monitor in a folder, as it was after the last call that was acknowledged; whatever a call resolved with is on disk.
 *
 * @param configBefore - of the last run, when it was another one, see `restoreMonitor`
 * @throws PvError as `openStore`
 * @example
 * const { monitor, store } = await openMonitor("memory", { screenings: { drug: { count: { domain: "drug" } } } });
 */
export async function openMonitor(
  folder: string,
  config: MonitorConfig,
  { configBefore, ...options }: Omit<OpenStoreOptions, "counts" | "config"> & { configBefore?: MonitorConfig } = {},
): Promise<OpenMonitor> {
  const store = await openStore(folder, {
    ...options,
    counts: monitorCounts(config),
    config: echoOptions(config).options,
  });
  return { monitor: new Monitor(config, store, configBefore), store };
}
