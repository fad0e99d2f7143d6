/**
 * A copy of the text that owns its characters.
 *
 * V8 represents a piece of 13 or more characters cut from a string as a view that keeps the whole parent alive: one stored
 * drug name would hold its block of a megabyte in memory. Joining makes a new string, and the cut below views only that one.
 */
export function ownString(text: string): string {
  return text.length < 13 ? text : ` ${text}`.slice(1);
}
