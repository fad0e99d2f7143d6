import { PvError } from "../error.ts";
import { tryReport } from "../report/schema.ts";
import type { Report } from "../report/report.ts";
import type { ReportBatch } from "../report/source.ts";
import { BatchBuilder } from "./batch.ts";
import { LINE_LIMIT, readLines } from "./decode.ts";
import type { ReadContext } from "./input.ts";

/** Reports of this library's own model, one JSON object a line; see `readReports`. */
export async function* storedReports(context: ReadContext): AsyncGenerator<ReportBatch> {
  const out = new BatchBuilder(context);
  let lines = 0;
  for (const file of context.files) {
    // The text was written by a program: nothing in it is repaired.
    for await (const block of readLines(file, { repair: false })) {
      out.issues(block.issues);
      lines += block.lines.length + block.tooLong.length;
      for (const row of block.tooLong) {
        const place = { file: file.base, row };
        out.issue("FIELD_TOO_LONG", "report-rejected", place, "", "", `more than ${LINE_LIMIT} bytes`);
      }
      for (const [i, line] of block.lines.entries()) {
        if (line.trim() === "") continue;
        context.meter.rows++;
        const place = { file: file.base, row: block.numbers[i]! };
        const found = readReport(line);
        if ("fault" in found) out.issue("INVALID_REPORT", "report-rejected", place, "", "", found.fault.slice(0, 200));
        else out.report(withNarrative(found.report, context.narrative), place);
        yield* out.due();
      }
    }
    yield* out.rest();
  }
  if (lines === 0) throw new PvError("SOURCE_EMPTY", `nothing in ${context.files.map((file) => file.base).join(", ")}`);
}

function readReport(line: string): ReturnType<typeof tryReport> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { fault: "not JSON" };
  }
  return tryReport(value);
}

function withNarrative(report: Report, wanted: boolean): Report {
  if (wanted || report.narrative === undefined) return report;
  return Object.fromEntries(Object.entries(report).filter(([field]) => field !== "narrative")) as unknown as Report;
}
