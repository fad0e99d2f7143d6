/** One level of a table in which every row is a path from a term up to the top. */
export interface PathLevel {
  readonly level: string;
  /** Column of the code; the name stands for it where a table has none. */
  readonly code?: string | undefined;
  readonly name: string;
}

/**
 * Rows are paths: a term, its preferred term, and what they belong to. A term with several parents has several rows; a level
 * without a value in a row is passed over. Tables can be put behind each other: rows that link LLT and PT, rows that link
 * PT, HLT, HLGT and SOC.
 */
export interface PathLayout {
  readonly shape: "paths";
  /** Lowest level first. */
  readonly levels: readonly PathLevel[];
  /** Level that reports are coded to by preference, such as `"PT"`. */
  readonly preferred: string;
  /** Column that says yes on the primary path of a preferred term. */
  readonly primary?: string | undefined;
  /** Column that says no where the lowest term of the row is no longer current. */
  readonly current?: string | undefined;
}

/**
 * Rows are nodes of a tree. The parent is in a column (a node with several parents has several rows), or is the code cut
 * to the length of the level above.
 */
export interface TreeLayout {
  readonly shape: "tree";
  readonly code: string;
  readonly name: string;
  /** Names of the levels, lowest first. */
  readonly levels: readonly string[];
  readonly parent?: string | undefined;
  /** Lengths of the codes of the levels, lowest level first: `[7, 5, 4, 3, 1]`. */
  readonly lengths?: readonly number[] | undefined;
  readonly current?: string | undefined;
}

/** How a dictionary table is laid out. */
export type DictionaryLayout = PathLayout | TreeLayout;

/**
 * Layouts of well-known terminologies, with the column names under which their tables are mostly kept; spread one to change
 * a name. The terminologies themselves are licensed and are not part of this package.
 *
 * @example
 * dictionaryLayouts.atc.levels; // ["ATC5", "ATC4", "ATC3", "ATC2", "ATC1"]
 */
export const dictionaryLayouts = {
  /** LLT → PT → HLT → HLGT → SOC with a primary SOC. */
  meddra: {
    shape: "paths",
    levels: [
      { level: "LLT", code: "llt_code", name: "llt_name" },
      { level: "PT", code: "pt_code", name: "pt_name" },
      { level: "HLT", code: "hlt_code", name: "hlt_name" },
      { level: "HLGT", code: "hlgt_code", name: "hlgt_name" },
      { level: "SOC", code: "soc_code", name: "soc_name" },
    ],
    preferred: "PT",
    primary: "primary_soc_fg",
    current: "llt_currency",
  },
  /** Included term → preferred term → high level term → system-organ class. */
  whoArt: {
    shape: "paths",
    levels: [
      { level: "IT", code: "it_code", name: "it_name" },
      { level: "PT", code: "pt_code", name: "pt_name" },
      { level: "HLT", code: "hlt_code", name: "hlt_name" },
      { level: "SOC", code: "soc_code", name: "soc_name" },
    ],
    preferred: "PT",
  },
  /** Five levels, each code beginning with that of the level above. */
  atc: {
    shape: "tree",
    code: "code",
    name: "name",
    levels: ["ATC5", "ATC4", "ATC3", "ATC2", "ATC1"],
    lengths: [7, 5, 4, 3, 1],
  },
} as const satisfies Readonly<Record<string, DictionaryLayout>>;
