import { LINE_LIMIT, type LineBlock } from "./decode.ts";
import { FIELD_LIMIT, type Row, type RowBlock, type RowFault } from "./rows.ts";

/**
 * Splits unquoted delimited text (FAERS `$`, MAUDE `|`) into records, one a line. Quotes are ordinary characters.
 * Blank lines are no records. A field of more than 1 MiB makes its record a `FIELD_TOO_LONG` fault.
 */
export async function* splitLines(blocks: AsyncIterable<LineBlock>, delimiter: string): AsyncGenerator<RowBlock> {
  for await (const block of blocks) {
    const rows: Row[] = [];
    const faults = block.tooLong.map(tooLongLine);
    for (const [i, text] of block.lines.entries()) {
      if (text.trim() === "") continue;
      const line = block.numbers[i]!;
      const cells = text.split(delimiter);
      if (text.length > FIELD_LIMIT && cells.some((cell) => cell.length > FIELD_LIMIT)) faults.push(tooLongField(line));
      else if (block.unterminated && i === block.lines.length - 1) rows.push({ cells, line, cut: true });
      else rows.push({ cells, line });
    }
    yield { rows, faults, issues: block.issues };
  }
}

/** The fault of a line that was left out unread. */
export function tooLongLine(line: number): RowFault {
  return { code: "FIELD_TOO_LONG", line, detail: `more than ${LINE_LIMIT} bytes` };
}

/** The fault of a record with a field over the limit. */
export function tooLongField(line: number): RowFault {
  return { code: "FIELD_TOO_LONG", line, detail: `more than ${FIELD_LIMIT} characters` };
}
