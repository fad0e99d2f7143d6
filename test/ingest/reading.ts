import { join } from "node:path";
import type { InputFile } from "../../src/ingest/input.ts";
import type { Issue, IssueCode } from "../../src/report/issue.ts";
import type { Report } from "../../src/report/report.ts";
import type { ReportSource } from "../../src/report/source.ts";

export interface Everything {
  readonly reports: readonly Report[];
  readonly issues: readonly Issue[];
  readonly retractions: readonly { readonly source: string; readonly id: string }[];
  readonly batches: number;
}

/** All that a reader gives. */
export async function readAll(source: ReportSource): Promise<Everything> {
  const reports: Report[] = [];
  const issues: Issue[] = [];
  const retractions: { readonly source: string; readonly id: string }[] = [];
  let batches = 0;
  for await (const batch of source) {
    for (const report of batch.reports) reports.push(report);
    for (const issue of batch.issues) issues.push(issue);
    for (const retraction of batch.retractions ?? []) retractions.push(retraction);
    batches++;
  }
  return { reports, issues, retractions, batches };
}

export const fixture = (...parts: string[]): string => join(import.meta.dirname, "../fixtures", ...parts);

/** A file in memory, given to the reader in chunks of a size. */
export function memoryFile(name: string, content: string | Uint8Array, chunk = 65_536): InputFile {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return {
    name,
    size: bytes.length,
    // eslint-disable-next-line @typescript-eslint/require-await -- what a reader takes is asynchronous
    async *open() {
      for (let at = 0; at < bytes.length; at += chunk) yield bytes.slice(at, at + chunk);
    },
  };
}

export const lines = (...rows: string[]): string => `${rows.join("\n")}\n`;

export const codes = (issues: readonly Issue[]): IssueCode[] => [...new Set(issues.map((issue) => issue.code))].sort();

export const ofCode = (issues: readonly Issue[], code: IssueCode): Issue[] =>
  issues.filter((issue) => issue.code === code);

export function reportOf(reports: readonly Report[], id: string): Report {
  const found = reports.find((report) => report.id === id);
  if (found === undefined) throw new Error(`no report ${id} among ${reports.map((report) => report.id).join(", ")}`);
  return found;
}

/** Rejected reports are those the loader adds to the ones it was given. */
export const recordsRead = ({ reports, issues }: Everything): number =>
  reports.length + issues.filter((issue) => issue.effect === "report-rejected").length;
