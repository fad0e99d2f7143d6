/** A value of a CSV cell. */
export type CsvValue = string | number | boolean | null | undefined;

/**
 * Text of one CSV cell, safe to open in a spreadsheet: text that a spreadsheet would run as a formula (it starts with `=`, `+`,
 * `-`, `@`, tab or carriage return, also after blanks or in full width) gets an apostrophe in front. Numbers stay numbers;
 * `null` and `undefined` are empty; NaN and infinities are written out.
 *
 * @example
 * csvCell("=HYPERLINK(1)"); // "'=HYPERLINK(1)"
 */
export function csvCell(value: CsvValue): string {
  if (value === null || value === undefined) return "";
  if (typeof value !== "string") return String(value);
  return /^[\s\u00a0\u3000]*[=+\-@＝＋－＠]|^[\t\r\n]/u.test(value) ? `'${value}` : value;
}
