/** A cell as a spreadsheet reader gives it: text, a number (also a date serial), a truth value, a date, or nothing. */
export type SheetCell = string | number | boolean | Date | null | undefined;

/** Rows of one sheet, header and title rows included, from any spreadsheet reader or from memory. */
export interface SheetRows {
  /** File name as issues show it, such as `"2024.xlsx"`. */
  readonly name: string;
  readonly rows: Iterable<readonly SheetCell[]> | AsyncIterable<readonly SheetCell[]>;
}

/**
 * A cell as it would stand in a CSV file: dates as `YYYY-MM-DD` with the time behind where it is not midnight (both in UTC),
 * truth as 是 and 否. A whole number whose last digits are lost, because a spreadsheet keeps 15 of them and a JavaScript
 * number all below 2^53, comes out with an exponent, so that it cannot be taken for an identifier.
 *
 * @returns `undefined` for what is no cell
 */
export function cellText(cell: SheetCell): string | undefined {
  if (typeof cell === "string") return cell;
  if (cell === undefined || cell === null) return "";
  if (typeof cell === "number") return numberText(cell);
  if (typeof cell === "boolean") return cell ? "是" : "否";
  // What a reader without types hands over can be anything.
  return (cell as unknown) instanceof Date ? dateText(cell) : undefined;
}

function numberText(value: number): string {
  const lost = Number.isInteger(value) && Math.abs(value) >= 1e15 && (!Number.isSafeInteger(value) || value % 10 === 0);
  return lost ? value.toExponential() : String(value);
}

function dateText(date: Date): string {
  if (Number.isNaN(date.getTime())) return "Invalid Date";
  const iso = date.toISOString();
  const time = iso.slice(iso.indexOf("T") + 1, -5);
  const day = iso.slice(0, iso.indexOf("T"));
  return time === "00:00:00" ? day : `${day} ${time}`;
}
