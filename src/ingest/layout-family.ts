/**
 * Columns of the national exports: the name under which this library knows a column, and the other names it goes by, the
 * preferred one first. `"伤害#2"` is the second column named 伤害.
 */
export type ColumnTable = Readonly<Record<string, readonly string[]>>;

/** How a column is kept until its report is made: everything else about its values stays behind on reading. */
export type Keeping =
  /** Its value. */
  | "text"
  /** A date: the day, and whether there was a time of day. */
  | "date"
  /** Free text: its length, and the text itself only when asked for. */
  | "narrative"
  /** Whether it was filled. */
  | "presence"
  /** Personal: whether it was filled, and a keyed hash of it when the caller gives a secret. */
  | "name"
  | "record"
  | "phone"
  /** Personal: the date of birth, to find the age where that is missing. */
  | "birth"
  /** Personal, and of nobody the report is about: whether it was filled. */
  | "contact";

/** What a family of layouts (the drug exports, say) knows about its columns. */
export interface ColumnFamily {
  readonly columns: ColumnTable;
  /** Columns not kept as text. */
  readonly keeping: Readonly<Record<string, Exclude<Keeping, "text">>>;
  /** Columns in which 无 ("none") is an answer; elsewhere it is a blank. */
  readonly noneAnswers: ReadonlySet<string>;
  /** Columns in which 不详 and 不明 are answers that the form offers; elsewhere they are blanks. */
  readonly unknownAnswers: ReadonlySet<string>;
  /** Columns that list several values; a line break in one separates, like a semicolon. */
  readonly lists: ReadonlySet<string>;
  /** Columns the system adds: no item of the form, so never among the items filled. */
  readonly system: ReadonlySet<string>;
}
