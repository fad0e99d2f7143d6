import { PvError } from "../error.ts";
import type { StateSection } from "./state-sections.ts";

/** Version of what the sections of a snapshot hold. */
export const SNAPSHOT_VERSION = 1;

/** By version: the sections of that version as those of the next. Pure; a section that did not change is passed on as it is. */
export type SnapshotMigrations = Readonly<
  Record<number, (sections: readonly StateSection[]) => readonly StateSection[]>
>;

/** No version came before the first. */
export const snapshotMigrations: SnapshotMigrations = {};

/**
 * Sections of an earlier version as those of a later one, step by step.
 *
 * @throws PvError `CORRUPT_SNAPSHOT` when a step is missing
 */
export function migrateSections(
  sections: readonly StateSection[],
  from: number,
  to: number,
  migrations: SnapshotMigrations,
): readonly StateSection[] {
  let migrated = sections;
  for (let version = from; version < to; version++) {
    const step = migrations[version];
    if (step === undefined) {
      throw new PvError("CORRUPT_SNAPSHOT", `nothing leads from content version ${version} to ${version + 1}`);
    }
    migrated = step(migrated);
  }
  return migrated;
}
