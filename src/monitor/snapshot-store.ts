import { PvError } from "../error.ts";
import { decideAll, verifyLog } from "./decision-log.ts";
import type { Decision, DecisionLog } from "./decision.ts";
import { entryBytes, entryFrom, type JournalEntry } from "./snapshot-changes.ts";
import type { ByteDigest } from "./snapshot-digest.ts";
import {
  generations,
  journalFile,
  recover,
  snapshotFile,
  take,
  TEMPORARY,
  type AppendFile,
  type Memory,
  type Recovery,
  type StoreFiles,
} from "./snapshot-folder.ts";
import { journalHead, journalRecord } from "./snapshot-journal.ts";
import { writeSnapshot } from "./snapshot.ts";
import type { AppliedChanges, ReportChanges } from "./state-changes.ts";
import type { ReportState, ReportStateOptions } from "./state.ts";

/** How a store is opened. */
export interface StoreOptions extends ReportStateOptions {
  /** Configuration to be kept in each snapshot, as plain data. */
  readonly config?: unknown;
  /** Makes a SHA-256; one in plain JavaScript unless given. */
  readonly digest?: (() => ByteDigest) | undefined;
}

/**
 * The memory of a centre in a folder: the newest snapshot, the one before it, and a journal of everything since. A call that has
 * resolved is on disk; one that was cut short by a kill is there as a whole or not at all. Calls are done one after another.
 *
 * A new generation is begun in an order in which every moment can be restored: the new journal (empty), the new snapshot under
 * another name, its renaming, and only then the removal of generations before the previous one.
 */
export class MonitorStore {
  readonly recovery: Recovery;
  /** Configuration that the restored snapshot was written with; null when there was none. */
  readonly savedConfig: unknown;
  readonly #files: StoreFiles;
  readonly #options: StoreOptions;
  readonly #release: () => Promise<void>;
  readonly #memory: Memory;
  #base: number;
  #generation: number;
  #journal: AppendFile;
  #queue: Promise<unknown> = Promise.resolve();
  #failure: unknown;
  #isClosed = false;

  /** Use `openStore`. */
  constructor(
    files: StoreFiles,
    options: StoreOptions,
    release: () => Promise<void>,
    opened: {
      readonly memory: Memory;
      readonly recovery: Recovery;
      readonly base: number;
      readonly generation: number;
      readonly journal: AppendFile;
    },
  ) {
    this.#files = files;
    this.#options = options;
    this.#release = release;
    this.#memory = opened.memory;
    this.#base = opened.base;
    this.#generation = opened.generation;
    this.#journal = opened.journal;
    this.recovery = opened.recovery;
    this.savedConfig = opened.memory.config;
    this.#memory.config = options.config ?? opened.memory.config;
  }

  /** The reports; to be changed through {@link apply} only, or the change is lost. */
  get state(): ReportState {
    return this.#memory.state;
  }

  get decisions(): DecisionLog {
    return this.#memory.decisions;
  }

  get ledgers(): Readonly<Record<string, unknown>> {
    return this.#memory.ledgers;
  }

  /** Calls made durable since the folder was made. */
  get sequence(): number {
    return this.#memory.sequence ?? 0;
  }

  /**
   * Takes in what the centre learnt. What is applied is what was written to the journal, read back, so that a replay cannot
   * differ. A call that throws has changed nothing, but for `STORE_CLOSED`.
   *
   * @throws PvError those of `ReportState.apply`; `INVALID_ARGUMENT` for what JSON cannot hold; `STORE_CLOSED` after a failed
   *   write: what is on disk is then told by opening it anew
   */
  apply(changes: ReportChanges): Promise<AppliedChanges> {
    return this.#inTurn(async () => {
      const bytes = entryBytes({ kind: "changes", changes });
      const applied = this.#memory.state.apply({ ...changesFrom(bytes), signal: changes.signal });
      await this.#write(bytes);
      return applied;
    });
  }

  /**
   * Takes in many reports, and a snapshot in place of a journal entry: quicker for a first load.
   *
   * @throws PvError those of `ReportState.apply`; `STORE_CLOSED`
   */
  load(changes: ReportChanges): Promise<AppliedChanges> {
    return this.#inTurn(async () => {
      const applied = this.#memory.state.apply(changes);
      this.#memory.sequence = this.sequence + 1;
      await this.#orFail(() => this.#snapshot());
      return applied;
    });
  }

  /**
   * Appends decisions to the log, all of them or none.
   *
   * @throws PvError those of `decideAll`; `STORE_CLOSED`
   */
  decide(decisions: readonly Decision[]): Promise<DecisionLog> {
    return this.#inTurn(async () => {
      const log = decideAll(this.#memory.decisions, decisions);
      const entries = log.slice(this.#memory.decisions.length);
      await this.#take({ kind: "decisions", entries });
      return this.#memory.decisions;
    });
  }

  /**
   * Keeps plain data under a name, such as the alerts of a detector, in place of what had the name before.
   *
   * @throws PvError `INVALID_ARGUMENT` for what JSON cannot hold; `STORE_CLOSED`
   */
  keep(name: string, value: unknown): Promise<void> {
    return this.#inTurn(() => this.#take({ kind: "ledger", name, value }));
  }

  /**
   * Writes a snapshot and begins a new journal. If it fails the store goes on with the snapshot before.
   *
   * @returns name of the file
   * @throws PvError `OUTPUT_UNWRITABLE`, `STORE_CLOSED`
   */
  snapshot(): Promise<string> {
    return this.#inTurn(() => this.#snapshot());
  }

  /** Waits for the calls before, and lets the folder go. */
  async close(): Promise<void> {
    await this.#queue;
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#journal.close();
    await this.#release();
  }

  async #take(entry: JournalEntry): Promise<void> {
    const bytes = entryBytes(entry);
    await this.#write(bytes);
    take(this.#memory, entryFrom(bytes));
  }

  async #write(payload: Uint8Array): Promise<void> {
    const sequence = this.sequence + 1;
    await this.#orFail(() => this.#journal.add(journalRecord(sequence, payload)));
    this.#memory.sequence = sequence;
  }

  async #snapshot(): Promise<string> {
    const files = this.#files;
    const generation = this.#generation + 1;
    const journal = await beginJournal(files, generation, this.sequence + 1);
    const before = this.#journal;
    this.#journal = journal;
    this.#generation = generation;
    await before.close();
    const file = snapshotFile(generation);
    await files.write(file + TEMPORARY, writeSnapshot(this.#memory, { digest: this.#options.digest?.() }));
    await files.rename(file + TEMPORARY, file);
    await files.syncNames();
    const previous = this.#base;
    this.#base = generation;
    const names = await files.list();
    for (const old of generations(names, "snapshot"))
      if (old !== generation && old !== previous) await files.remove(snapshotFile(old));
    for (const old of generations(names, "journal")) if (old < previous) await files.remove(journalFile(old));
    return file;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(() => {
      if (this.#isClosed || this.#failure !== undefined) {
        const why = this.#isClosed ? "it was closed" : "a write failed, and what is on disk is not known: open it anew";
        throw new PvError("STORE_CLOSED", `the store takes no more: ${why}`, { cause: this.#failure });
      }
      return work();
    });
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  async #orFail<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#failure = error;
      throw new PvError("STORE_CLOSED", "a write failed, and what is on disk is not known: open the store anew", {
        cause: error,
      });
    }
  }
}

/**
 * Opens the memory of a centre, as it was after the last call that was acknowledged.
 *
 * @param release - called when the store is closed, or could not be opened
 * @throws PvError `CORRUPT_SNAPSHOT`, `TRUNCATED_SNAPSHOT`, `CORRUPT_STATE`, `CORRUPT_LOG`, `CORRUPT_JOURNAL` for damage that
 *   cannot be made good; `NEWER_FORMAT`
 */
export async function openStoreFiles(
  files: StoreFiles,
  options: StoreOptions = {},
  release: () => Promise<void> = () => Promise.resolve(),
): Promise<MonitorStore> {
  try {
    const { memory, recovery, base, journal } = await recover(files, { counts: options.counts }, () =>
      options.digest?.(),
    );
    if (!verifyLog(memory.decisions).isIntact) {
      throw new PvError("CORRUPT_LOG", "the decisions of the journal do not follow those of the snapshot");
    }
    const generation = journal ?? 0;
    const file = journal === undefined ? await beginJournal(files, 0, 1) : await files.append(journalFile(generation));
    const opened = { memory: { ...memory }, recovery, base, generation, journal: file };
    return new MonitorStore(files, options, release, opened);
  } catch (error) {
    await release();
    throw error;
  }
}

async function beginJournal(files: StoreFiles, generation: number, first: number): Promise<AppendFile> {
  const file = journalFile(generation);
  await files.write(file + TEMPORARY, [journalHead(first)]);
  await files.rename(file + TEMPORARY, file);
  await files.syncNames();
  return files.append(file);
}

function changesFrom(bytes: Uint8Array): ReportChanges {
  const entry = entryFrom(bytes);
  if (entry.kind === "changes") return entry.changes;
  throw new PvError("CORRUPT_JOURNAL", "expected changes");
}
