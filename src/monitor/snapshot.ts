import { PvError } from "../error.ts";
import { logHead, verifyLog } from "./decision-log.ts";
import { parseDecisionLog } from "./decision-schema.ts";
import type { DecisionLog } from "./decision.ts";
import type { ByteChunks } from "./snapshot-bytes.ts";
import { packSections, unpackSections } from "./snapshot-container.ts";
import type { ByteDigest } from "./snapshot-digest.ts";
import { exactJson, parseExactJson } from "./snapshot-json.ts";
import { migrateSections, SNAPSHOT_VERSION, snapshotMigrations, type SnapshotMigrations } from "./snapshot-migrate.ts";
import type { StateSection } from "./state-sections.ts";
import { ReportState, type ReportStateOptions } from "./state.ts";

const HEAD = "memory.json";
const DECISIONS = "decisions.ndjson";
const LEDGER = "ledger/";
const STATE = "state/";

/** Everything that a centre has to remember from one day to the next. */
export interface MonitorMemory {
  readonly state: ReportState;
  readonly decisions: DecisionLog;
  /** By name: what else is carried on, such as the `AlertLedger` of each detector. Plain data; numbers come back bit for bit. */
  readonly ledgers: Readonly<Record<string, unknown>>;
  /** The configuration it was made with, as plain data; it is kept for reading, and not applied when restoring. */
  readonly config?: unknown;
  /** Changes made durable so far; counted by a store. */
  readonly sequence?: number | undefined;
}

/** How a snapshot is written. */
export interface SnapshotOptions {
  /** SHA-256, such as `createHash("sha256")`; one in plain JavaScript unless given. */
  readonly digest?: ByteDigest | undefined;
}

/** How a snapshot is read. */
export interface RestoreOptions extends ReportStateOptions, SnapshotOptions {
  /** Version to read as, and the steps that lead to it; for those who keep sections of their own. */
  readonly version?: number | undefined;
  readonly migrations?: SnapshotMigrations | undefined;
}

interface Head {
  readonly sequence: number;
  readonly config: unknown;
  readonly decisions: { readonly entries: number; readonly head: string };
}

/**
 * The memory of a centre as bytes with a check sum for every MiB and a SHA-256 over all. What is written lies in memory as it is:
 * take all chunks before the next change.
 *
 * @throws PvError `INVALID_ARGUMENT` for a ledger or configuration that is not plain data
 * @example
 * for (const chunk of writeSnapshot({ state, decisions, ledgers: { lots } })) await sink.write(chunk);
 */
export function writeSnapshot(memory: MonitorMemory, { digest }: SnapshotOptions = {}): Generator<Uint8Array> {
  return packSections(memorySections(memory), { version: SNAPSHOT_VERSION, digest });
}

/**
 * The memory that {@link writeSnapshot} wrote. Counts are built from its reports by the options, as they are functions in part.
 *
 * @param chunks - the bytes, cut anywhere
 * @throws PvError `TRUNCATED_SNAPSHOT`, `CORRUPT_SNAPSHOT` with what is damaged as the `cause` (section, offset, expected, found);
 *   `NEWER_FORMAT`; `CORRUPT_STATE` and `CORRUPT_LOG` for whole sections that do not fit together
 * @example
 * const { state, decisions } = await readSnapshot(createReadStream(path), { counts: { drugs: { domain: "drug" } } });
 */
export async function readSnapshot(chunks: ByteChunks, options: RestoreOptions = {}): Promise<Required<MonitorMemory>> {
  const { version = SNAPSHOT_VERSION, migrations = snapshotMigrations, digest, ...stateOptions } = options;
  const saved: StateSection[] = [];
  let from = version;
  for await (const section of unpackSections(chunks, { version, digest })) {
    saved.push(section);
    from = section.version;
  }
  return memoryFrom(migrateSections(saved, from, version, migrations), stateOptions);
}

function* memorySections({ state, decisions, ledgers, config, sequence }: MonitorMemory): Generator<StateSection> {
  const head: Head = {
    sequence: sequence ?? 0,
    config: config ?? null,
    decisions: { entries: decisions.length, head: logHead(decisions) },
  };
  yield { name: HEAD, bytes: textBytes(exactJson(head)) };
  yield { name: DECISIONS, bytes: textBytes(decisions.map((entry) => `${exactJson(entry)}\n`).join("")) };
  for (const name of Object.keys(ledgers).sort())
    yield { name: LEDGER + name, bytes: textBytes(exactJson(ledgers[name] ?? null, `ledgers.${name}`)) };
  for (const { name, bytes } of state.sections()) yield { name: STATE + name, bytes };
}

function memoryFrom(sections: readonly StateSection[], options: ReportStateOptions): Required<MonitorMemory> {
  const head = parsed(sections, HEAD, parseExactJson) as Head;
  const entries = parsed(sections, DECISIONS, (text) => text.split("\n").slice(0, -1).map(parseExactJson));
  const decisions = parseDecisionLog(entries);
  const { faults } = verifyLog(decisions, head.decisions.head);
  const [fault] = faults;
  if (fault !== undefined) {
    throw new PvError("CORRUPT_LOG", `entry ${fault.index} of the saved decisions: its ${fault.fault} does not agree`);
  }
  const ledgers = Object.fromEntries(
    sections
      .filter(({ name }) => name.startsWith(LEDGER))
      .map(({ name }) => [name.slice(LEDGER.length), parsed(sections, name, parseExactJson)]),
  );
  const stateSections = sections
    .filter(({ name }) => name.startsWith(STATE))
    .map(({ name, bytes }) => ({ name: name.slice(STATE.length), bytes }));
  const state = ReportState.fromSections(stateSections, options);
  return { state, decisions, ledgers, config: head.config, sequence: head.sequence };
}

function parsed(sections: readonly StateSection[], name: string, parse: (text: string) => unknown): unknown {
  const section = sections.find((one) => one.name === name);
  if (section === undefined) throw new PvError("CORRUPT_STATE", `section ${name} of the snapshot is missing`);
  try {
    return parse(new TextDecoder("utf-8", { fatal: true }).decode(section.bytes));
  } catch (cause) {
    throw new PvError("CORRUPT_STATE", `section ${name} of the snapshot is not JSON`, { cause });
  }
}

const textBytes = (text: string): Uint8Array => new TextEncoder().encode(text);
