import { PvError } from "../error.ts";
import type { ByteChunks } from "./snapshot-bytes.ts";
import type { ByteDigest } from "./snapshot-digest.ts";
import type { JournalEntry } from "./snapshot-changes.ts";
import { entryFrom } from "./snapshot-changes.ts";
import { readJournal } from "./snapshot-journal.ts";
import { readSnapshot, type MonitorMemory } from "./snapshot.ts";
import { ReportState, type ReportStateOptions } from "./state.ts";

/** What a store asks of the place where its files lie. */
export interface StoreFiles {
  list(): Promise<readonly string[]>;
  read(name: string): ByteChunks;
  /** Makes a file, or makes it anew; when it resolves the content is on disk, but perhaps not yet its name. */
  write(name: string, chunks: Iterable<Uint8Array>): Promise<void>;
  /** As one step, in place of a file that has the new name. */
  rename(from: string, to: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** When it resolves, names made, changed and removed before are so on disk. */
  syncNames(): Promise<void>;
  /** Cuts a file to a length, for good. */
  cut(name: string, bytes: number): Promise<void>;
  /** Opens a file to add to its end. */
  append(name: string): Promise<AppendFile>;
}

/** A file that is added to. */
export interface AppendFile {
  /** When it resolves, the bytes are on disk. */
  add(chunks: readonly Uint8Array[]): Promise<void>;
  close(): Promise<void>;
}

/** What was found when a store was opened. */
export interface Recovery {
  /** File that was restored; null when there was none and everything came from the journal. */
  readonly snapshot: string | null;
  /** Entries of the journal taken in after it. */
  readonly replayed: number;
  /** The last call of a writer that was stopped in the middle of it: never acknowledged, now cut off. */
  readonly cut: { readonly file: string; readonly bytes: number } | null;
  /** Snapshots passed over because they are damaged; an older one and the journals since then gave everything. */
  readonly damaged: readonly { readonly file: string; readonly error: PvError }[];
  /** Files of an unfinished snapshot, now removed. */
  readonly leftovers: readonly string[];
}

/** A folder as it was recovered. */
export interface RecoveredFolder {
  readonly memory: Required<MonitorMemory>;
  readonly recovery: Recovery;
  /** Generation of the snapshot that was restored, 0 for none. */
  readonly base: number;
  /** Generation of the journal to add to; `undefined` when there is none yet. */
  readonly journal: number | undefined;
}

export const snapshotFile = (generation: number): string => `snapshot-${numbered(generation)}.pvs`;
export const journalFile = (generation: number): string => `journal-${numbered(generation)}.pvj`;
export const TEMPORARY = ".tmp";
const numbered = (generation: number): string => String(generation).padStart(8, "0");

/** Generations of the files of one kind, ascending. */
export function generations(names: readonly string[], kind: "snapshot" | "journal"): number[] {
  const form = kind === "snapshot" ? /^snapshot-(\d{8,})\.pvs$/ : /^journal-(\d{8,})\.pvj$/;
  return names.flatMap((name) => form.exec(name)?.slice(1).map(Number) ?? []).sort((x, y) => x - y);
}

/** The memory with one more entry in it, and what the entry gave. */
export function take(memory: Memory, entry: JournalEntry): void {
  if (entry.kind === "changes") memory.state.apply(entry.changes);
  else if (entry.kind === "decisions") memory.decisions = [...memory.decisions, ...entry.entries];
  else memory.ledgers = { ...memory.ledgers, [entry.name]: entry.value };
}

/** Memory while it changes. */
export type Memory = { -readonly [K in keyof Required<MonitorMemory>]: Required<MonitorMemory>[K] };

/**
 * The newest whole snapshot of a folder and everything its journals hold since then. A damaged snapshot is passed over when
 * nothing is lost by it, for its predecessor and the journals since are kept.
 *
 * @throws PvError those of `readSnapshot` and `readJournal`, when files are damaged that cannot be done without; `CORRUPT_JOURNAL`
 *   when a journal is missing
 */
export async function recover(
  files: StoreFiles,
  options: ReportStateOptions,
  digest: () => ByteDigest | undefined,
): Promise<RecoveredFolder> {
  const names = await files.list();
  const leftovers = names.filter((name) => name.endsWith(TEMPORARY));
  for (const name of leftovers) await files.remove(name);
  const snapshots = generations(names, "snapshot");
  const journals = generations(names, "journal");
  const damaged: { file: string; error: PvError }[] = [];
  let memory: Memory = {
    state: new ReportState(options),
    decisions: [],
    ledgers: {},
    config: null,
    sequence: 0,
  };
  let base = 0;
  for (const generation of snapshots.toReversed()) {
    const file = snapshotFile(generation);
    try {
      memory = { ...(await readSnapshot(files.read(file), { ...options, digest: digest() })) };
      base = generation;
      break;
    } catch (error) {
      if (!(error instanceof PvError && PASSED_OVER.has(error.code))) throw error;
      damaged.push({ file, error });
    }
  }
  const newest = Math.max(0, ...snapshots);
  const [since] = [journals.filter((generation) => generation >= base)];
  // A snapshot is finished only after its journal was begun: without that one, changes may be missing.
  const isComplete = since[0] === base && since.includes(newest);
  if (!isComplete && (snapshots.length > 0 || journals.length > 0)) {
    throw damaged[0]?.error ?? missing(journalFile(since[0] === base ? newest : base));
  }
  let replayed = 0;
  let cut: Recovery["cut"] = null;
  for (const generation of since) {
    const file = journalFile(generation);
    const records = readJournal(files.read(file), (memory.sequence ?? 0) + 1, file);
    try {
      for (let next = await records.next(); ; next = await records.next()) {
        if (next.done === true) {
          const { bytes, torn } = next.value;
          if (torn === 0) break;
          if (generation !== since.at(-1)) throw missing(`the end of ${file}`);
          await files.cut(file, bytes);
          cut = { file, bytes: torn };
          break;
        }
        take(memory, entryFrom(next.value.payload));
        memory.sequence = next.value.sequence;
        replayed++;
      }
    } catch (error) {
      // What could not be made good by the journals is the fault of the snapshot that would have done without them.
      if (error instanceof PvError && error.code === "CORRUPT_JOURNAL") throw damaged[0]?.error ?? error;
      throw error;
    } finally {
      await records.return({ bytes: 0, torn: 0 });
    }
  }
  const snapshot = base === 0 ? null : snapshotFile(base);
  return { memory, recovery: { snapshot, replayed, cut, damaged, leftovers }, base, journal: since.at(-1) };
}

const PASSED_OVER: ReadonlySet<string> = new Set([
  "CORRUPT_SNAPSHOT",
  "TRUNCATED_SNAPSHOT",
  "CORRUPT_STATE",
  "CORRUPT_LOG",
]);

const missing = (what: string): PvError =>
  new PvError("CORRUPT_JOURNAL", `${what} is missing: changes that were acknowledged may be lost`);
