import { FIELD_LIMIT } from "./rows.ts";

/** A quoted field may hold line breaks, but a record of more than this is a quote that never closes. */
export const RECORD_LINES = 1000;
export const RECORD_LENGTH = FIELD_LIMIT;

/** Where the quotes of a line leave a record: complete, still open, or with text between a closing quote and a delimiter. */
export function quoteState(text: string, delimiter: string, open: boolean): "closed" | "open" | "bad" {
  let at = 0;
  let quoted = open;
  for (;;) {
    if (!quoted) {
      // A quote opens a field only as its first character that is not blank; elsewhere it is data.
      while (text[at] === " ") at++;
      if (text[at] !== '"') {
        at = text.indexOf(delimiter, at);
        if (at < 0) return "closed";
        at++;
        continue;
      }
      at++;
    }
    quoted = false;
    at = closingQuote(text, at);
    if (at < 0) return "open";
    at++;
    while (text[at] === " ") at++;
    if (at >= text.length) return "closed";
    if (!text.startsWith(delimiter, at)) return "bad";
    at += delimiter.length;
  }
}

function closingQuote(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 2)) {
    if (text[at + 1] !== '"') return at;
  }
  return -1;
}
