import { PvError } from "../error.ts";
import { ReportTable } from "../count/table.ts";
import type { Report } from "../report/report.ts";
import type { DecisionEntry } from "./decision.ts";
import { joined } from "./snapshot-bytes.ts";
import { exactJson, parseExactJson } from "./snapshot-json.ts";
import type { ReportChanges } from "./state-changes.ts";

/** Characters of lines encoded at a time: a text of everything might be longer than texts can be. */
const PART = 1 << 20;
const LINE_END = 10;

/** What a journal keeps of one call. */
export type JournalEntry =
  | { readonly kind: "changes"; readonly changes: ReportChanges }
  | { readonly kind: "decisions"; readonly entries: readonly DecisionEntry[] }
  | { readonly kind: "ledger"; readonly name: string; readonly value: unknown };

/**
 * An entry as lines of JSON with keys in order: what it is, and then one line for each report. A table is written as its reports.
 *
 * @throws PvError `INVALID_ARGUMENT` for what JSON cannot hold
 */
export function entryBytes(entry: JournalEntry): Uint8Array {
  const parts: Uint8Array[] = [];
  const encoder = new TextEncoder();
  let lines = "";
  const add = (line: string): void => {
    lines += `${line}\n`;
    if (lines.length < PART) return;
    parts.push(encoder.encode(lines));
    lines = "";
  };
  if (entry.kind === "changes") {
    const { receivedOn, reports, reinstate, withdraw, unmerge, merge, knownOn } = entry.changes;
    const rest = { reinstate, withdraw, unmerge, merge };
    const lists = Object.entries(rest).map(([name, list]) => [name, list === undefined ? undefined : [...list]]);
    add(exactJson({ kind: entry.kind, receivedOn, knownOn, ...Object.fromEntries(lists) }, "changes"));
    let i = 0;
    for (const report of reports instanceof ReportTable ? reports.reports() : (reports ?? []))
      add(exactJson(report, `reports[${i++}]`));
  } else add(exactJson(entry, entry.kind));
  parts.push(encoder.encode(lines));
  return joined(parts);
}

/**
 * The entry that {@link entryBytes} wrote.
 *
 * @throws PvError `CORRUPT_JOURNAL` for bytes that are none
 */
export function entryFrom(bytes: Uint8Array): JournalEntry {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const values: unknown[] = [];
  try {
    for (let from = 0, end: number; from < bytes.length; from = end + 1) {
      end = bytes.indexOf(LINE_END, from);
      values.push(parseExactJson(decoder.decode(bytes.subarray(from, end < 0 ? bytes.length : end))));
      if (end < 0) break;
    }
  } catch (cause) {
    throw new PvError("CORRUPT_JOURNAL", `line ${values.length + 1} of a journal entry is not JSON`, { cause });
  }
  const [head, ...reports] = values as [(JournalEntry & { kind?: unknown }) | undefined, ...Report[]];
  switch (head?.kind) {
    case "changes": {
      const changes = { ...(head as unknown as ReportChanges & { kind?: string }), reports };
      delete changes.kind;
      return { kind: "changes", changes };
    }
    case "decisions":
    case "ledger":
      return head;
    case undefined:
    default:
      throw new PvError("CORRUPT_JOURNAL", "a journal entry does not say what it is");
  }
}
