import { setImmediate } from "node:timers/promises";
import { parseReport, type Report } from "pvsignal";

/** What was wrong with a body of reports, by code, with the first few lines concerned; never with what stood there. */
export interface IntakeIssue {
  readonly code: "INVALID_REPORT" | "UNKNOWN_COLUMN";
  readonly count: number;
  readonly sample: readonly { readonly line: number; readonly message: string }[];
}

/** The reports of a body, and what was not as it should be. */
export interface Intake {
  readonly reports: readonly Report[];
  /** Lines that are not empty: reports and rejected ones. */
  readonly lines: number;
  readonly rejected: number;
  readonly issues: readonly IntakeIssue[];
}

const SAMPLE = 10;
/** Other requests get their turn after so many lines. */
const LINES_A_TURN = 500;

/** Reads reports of the library's model, one JSON object a line. A line that is none costs itself and is counted. */
export async function readIntake(body: Buffer, signal: AbortSignal): Promise<Intake> {
  const reports: Report[] = [];
  const found = new Map<IntakeIssue["code"], { count: number; sample: { line: number; message: string }[] }>();
  const issue = (code: IntakeIssue["code"], line: number, message: string): void => {
    let entry = found.get(code);
    if (entry === undefined) found.set(code, (entry = { count: 0, sample: [] }));
    entry.count++;
    if (entry.sample.length < SAMPLE) entry.sample.push({ line, message: message.slice(0, 200) });
  };
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let lines = 0;
  let number = 0;
  for (let start = 0; start < body.length;) {
    const newline = body.indexOf(0x0a, start);
    const end = newline < 0 ? body.length : newline;
    number++;
    if (number % LINES_A_TURN === 0) {
      await setImmediate();
      signal.throwIfAborted();
    }
    const bytes = body.subarray(start, end);
    start = end + 1;
    if (bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d)) continue;
    lines++;
    let value: unknown;
    try {
      value = JSON.parse(decoder.decode(bytes));
    } catch {
      issue("INVALID_REPORT", number, "not JSON in UTF-8");
      continue;
    }
    try {
      const report = parseReport(value);
      reports.push(report);
      const dropped = droppedFields(value, report);
      if (dropped.length > 0) issue("UNKNOWN_COLUMN", number, `left out: ${dropped.join(", ")}`);
    } catch (error) {
      issue("INVALID_REPORT", number, (error as Error).message);
    }
  }
  return {
    reports,
    lines,
    rejected: lines - reports.length,
    issues: [...found].map(([code, entry]) => ({ code, ...entry })),
  };
}

/** Names of fields that the model has no place for. */
function droppedFields(given: unknown, kept: unknown, path = ""): string[] {
  if (Array.isArray(given) && Array.isArray(kept))
    return given.flatMap((one: unknown, i) => droppedFields(one, kept[i], `${path}${i}.`));
  if (typeof given !== "object" || given === null || typeof kept !== "object" || kept === null) return [];
  return Object.entries(given).flatMap(([name, value]) =>
    Object.hasOwn(kept, name)
      ? droppedFields(value, (kept as Record<string, unknown>)[name], `${path}${name}.`)
      : [`${path}${name.slice(0, 40)}`],
  );
}
