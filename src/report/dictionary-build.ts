import { PvError, type PvErrorCode } from "../error.ts";
import type { DictionaryLayout, PathLayout, TreeLayout } from "./dictionary-layouts.ts";
import { rowText, type DictionaryRow } from "./dictionary-rows.ts";
import { termKey } from "./terminology.ts";

/** What can be wrong with a dictionary. */
export interface DictionaryIssue {
  readonly code:
    | "DUPLICATE_KEY"
    | "MISSING_PARENT"
    | "CYCLE"
    | "MISSING_NAME"
    | "UNKNOWN_LEVEL"
    | "UNKNOWN_FLAG"
    | "UNKNOWN_SYNONYM"
    | "SHADOWED_TERM";
  /** The code, name or alias it is about. */
  readonly subject: string;
  readonly detail: string;
}

/** These contradict themselves: nothing is counted on them unless the caller asks for a list instead. */
const SEVERE: Readonly<Partial<Record<DictionaryIssue["code"], PvErrorCode>>> = {
  DUPLICATE_KEY: "DUPLICATE_KEY",
  MISSING_PARENT: "MISSING_PARENT",
  CYCLE: "CYCLE",
};

/** Throws for the first severe kind among the issues, naming up to five of it. */
export function refuseSevere(dictionary: string, issues: readonly DictionaryIssue[]): void {
  const first = issues.find(({ code }) => SEVERE[code] !== undefined);
  if (first === undefined) return;
  const same = issues.filter(({ code }) => code === first.code);
  const shown = same.slice(0, 5).map(({ subject, detail }) => `${JSON.stringify(subject)} (${detail})`);
  throw new PvError(
    SEVERE[first.code]!,
    `${dictionary}: ${same.length} × ${first.code}: ${shown.join(", ")}; problems: "list" keeps what can be kept`,
  );
}

/** Terms as they were collected; numbers are by order of level and code, whatever the order of rows. */
export interface DictionaryParts {
  readonly levels: readonly string[];
  /** Number of the level whose terms reports are coded to by preference. */
  readonly preferred: number;
  readonly level: Uint8Array;
  readonly codes: readonly string[];
  readonly names: readonly string[];
  readonly current: Uint8Array;
  /** Parents of term i, ascending. */
  readonly parents: readonly (readonly number[])[];
  /** The terms above a term on its primary path, one a level. */
  readonly primary: ReadonlyMap<number, readonly number[]>;
  readonly issues: readonly DictionaryIssue[];
}

interface Draft {
  readonly level: number;
  readonly code: string;
  name: string;
  current: boolean;
  readonly parents: Set<Draft>;
  primary: readonly Draft[] | undefined;
}

const YES = new Set(["y", "yes", "true", "1", "是", "a", "active", "current"]);
const NO = new Set(["n", "no", "false", "0", "否", "i", "inactive", "non-current", ""]);

/** Reads the rows by their layout. */
export function collectTerms(rows: readonly DictionaryRow[], layout: DictionaryLayout): DictionaryParts {
  const terms = new Terms(layout.shape === "paths" ? layout.levels.map(({ level }) => level) : layout.levels);
  if (layout.shape === "paths") readPaths(rows, layout, terms);
  else readTree(rows, layout, terms);
  const preferred = layout.shape === "paths" ? layout.levels.findIndex(({ level }) => level === layout.preferred) : 0;
  if (preferred < 0)
    throw new PvError("INVALID_OPTION", `preferred: no level ${layout.shape === "paths" ? layout.preferred : ""}`);
  return terms.finish(preferred);
}

class Terms {
  readonly issues: DictionaryIssue[] = [];
  readonly #levels: readonly string[];
  readonly #drafts: Map<string, Draft>[];

  constructor(levels: readonly string[]) {
    if (levels.length === 0 || levels.length > 200 || new Set(levels).size !== levels.length)
      throw new PvError("INVALID_OPTION", "layout: expected 1 to 200 levels of different names");
    this.#levels = levels;
    this.#drafts = levels.map(() => new Map<string, Draft>());
  }

  /** The term of a code at a level, made if need be; a name that comes later is taken, another one is an issue. */
  term(level: number, code: string, name: string): Draft {
    const key = code === "" ? termKey(name) : code;
    let draft = this.#drafts[level]!.get(key);
    if (draft === undefined) {
      draft = { level, code: key, name, current: true, parents: new Set(), primary: undefined };
      this.#drafts[level]!.set(key, draft);
    } else if (draft.name === "") draft.name = name;
    else if (name !== "" && termKey(name) !== termKey(draft.name)) {
      // Which of two names is the right one nobody can tell; the smaller one makes the choice independent of the order.
      const [kept, other] = draft.name < name ? [draft.name, name] : [name, draft.name];
      draft.name = kept;
      this.issue("DUPLICATE_KEY", `${this.#levels[level]!} ${key}`, `${kept} and ${other}`);
    }
    return draft;
  }

  flag(row: DictionaryRow, column: string | undefined): boolean | undefined {
    if (column === undefined || !Object.hasOwn(row, column)) return undefined;
    const value = termKey(rowText(row, column));
    if (YES.has(value)) return true;
    if (!NO.has(value)) this.issue("UNKNOWN_FLAG", value, `${column}: neither yes nor no`);
    return false;
  }

  /** Says no in the column; an empty value says nothing. */
  isOld(row: DictionaryRow, column: string | undefined): boolean {
    return rowText(row, column) !== "" && this.flag(row, column) === false;
  }

  issue(code: DictionaryIssue["code"], subject: string, detail: string): void {
    this.issues.push({ code, subject, detail });
  }

  finish(preferred: number): DictionaryParts {
    const order = this.#drafts.flatMap((level) =>
      [...level.values()].sort((x, y) => (x.code < y.code ? -1 : x.code > y.code ? 1 : 0)),
    );
    for (const { level, code, name } of order)
      if (name === "") this.issue("MISSING_PARENT", `${this.#levels[level]!} ${code}`, "referred to, but never named");
    const named = order.filter(({ name }) => name !== "");
    const number = new Map(named.map((draft, i) => [draft, i]));
    const numbers = (drafts: Iterable<Draft>): number[] =>
      [...drafts].flatMap((draft) => number.get(draft) ?? []).sort((x, y) => x - y);
    const primary = new Map<number, readonly number[]>();
    for (const [i, draft] of named.entries()) if (draft.primary !== undefined) primary.set(i, numbers(draft.primary));
    return {
      levels: this.#levels,
      preferred,
      level: Uint8Array.from(named, ({ level }) => level),
      codes: named.map(({ code }) => code),
      names: named.map(({ name }) => name),
      current: Uint8Array.from(named, ({ current }) => Number(current)),
      parents: named.map(({ parents }) => numbers(parents)),
      primary,
      issues: sorted(this.issues),
    };
  }
}

/** Each issue once, in an order that does not depend on that of the rows. */
function sorted(issues: readonly DictionaryIssue[]): DictionaryIssue[] {
  const keyed = new Map(issues.map((issue) => [JSON.stringify([issue.code, issue.subject, issue.detail]), issue]));
  return [...keyed.keys()].sort().map((key) => keyed.get(key)!);
}

function readPaths(rows: readonly DictionaryRow[], layout: PathLayout, terms: Terms): void {
  const notCurrent = new Set<Draft>();
  for (const [i, row] of rows.entries()) {
    const path: Draft[] = [];
    for (const [level, { code, name }] of layout.levels.entries()) {
      const [c, n] = [rowText(row, code), rowText(row, name)];
      if (c !== "" || n !== "") path.push(terms.term(level, c, n));
    }
    if (path.length === 0) {
      terms.issue("MISSING_NAME", `row ${i + 1}`, "neither code nor name at any level");
      continue;
    }
    for (let k = 1; k < path.length; k++) path[k - 1]!.parents.add(path[k]!);
    if (terms.isOld(row, layout.current)) notCurrent.add(path[0]!);
    const preferred = path.findIndex(({ level }) => layout.levels[level]!.level === layout.preferred);
    if (preferred < 0 || terms.flag(row, layout.primary) !== true) continue;
    const above = path.slice(preferred + 1);
    const draft = path[preferred]!;
    const before = draft.primary?.map(({ level, code }) => `${level} ${code}`).join();
    const now = above.map(({ level, code }) => `${level} ${code}`).join();
    if (before !== undefined && before !== now) terms.issue("DUPLICATE_KEY", draft.code, "two primary paths");
    if (before === undefined || now < before) draft.primary = above;
  }
  for (const draft of notCurrent) draft.current = false;
}

function readTree(rows: readonly DictionaryRow[], layout: TreeLayout, terms: Terms): void {
  if ((layout.parent === undefined) === (layout.lengths === undefined))
    throw new PvError("INVALID_OPTION", "layout: expected either parent or lengths");
  if (layout.lengths !== undefined) readPrefixes(rows, layout, layout.lengths, terms);
  else readParents(rows, layout, terms);
}

function readPrefixes(
  rows: readonly DictionaryRow[],
  layout: TreeLayout,
  lengths: readonly number[],
  terms: Terms,
): void {
  if (lengths.length !== layout.levels.length || lengths.some((length, i) => i > 0 && length >= lengths[i - 1]!))
    throw new PvError(
      "INVALID_OPTION",
      "layout: expected one length a level, falling from the lowest level to the highest",
    );
  const drafts: Draft[] = [];
  for (const [i, row] of rows.entries()) {
    const code = rowText(row, layout.code).toUpperCase();
    const name = rowText(row, layout.name);
    const level = lengths.indexOf(code.length);
    if (code === "" || name === "") terms.issue("MISSING_NAME", code || `row ${i + 1}`, "expected a code and a name");
    else if (level < 0) terms.issue("UNKNOWN_LEVEL", code, `no level has codes of ${code.length} characters`);
    else {
      const draft = terms.term(level, code, name);
      if (terms.isOld(row, layout.current)) draft.current = false;
      drafts.push(draft);
    }
  }
  for (const draft of drafts) {
    const above = draft.level + 1;
    if (above === lengths.length) continue;
    const parent = draft.code.slice(0, lengths[above]);
    // A missing level is found again when its term is asked for its name.
    draft.parents.add(terms.term(above, parent, ""));
  }
}

function readParents(rows: readonly DictionaryRow[], layout: TreeLayout, terms: Terms): void {
  interface Node {
    readonly code: string;
    readonly name: string;
    readonly parents: Set<string>;
    current: boolean;
  }
  const nodes = new Map<string, Node>();
  for (const [i, row] of rows.entries()) {
    const code = rowText(row, layout.code);
    const name = rowText(row, layout.name);
    if (code === "") {
      terms.issue("MISSING_NAME", `row ${i + 1}`, "expected a code");
      continue;
    }
    let node = nodes.get(code);
    if (node === undefined) nodes.set(code, (node = { code, name, parents: new Set(), current: true }));
    else if (name !== "" && termKey(name) !== termKey(node.name))
      terms.issue("DUPLICATE_KEY", code, [name, node.name].sort().join(" and "));
    const parent = rowText(row, layout.parent);
    if (parent !== "") node.parents.add(parent);
    if (terms.isOld(row, layout.current)) node.current = false;
  }
  for (const node of nodes.values()) {
    for (const parent of node.parents) {
      if (nodes.has(parent)) continue;
      terms.issue("MISSING_PARENT", node.code, `its parent ${parent} has no row`);
      node.parents.delete(parent);
    }
  }
  const depth = depths(nodes, terms);
  const draftOf = new Map<string, Draft>();
  for (const { code, name, current } of nodes.values()) {
    const level = layout.levels.length - depth.get(code)!;
    if (level < 0)
      terms.issue("UNKNOWN_LEVEL", code, `${depth.get(code)!} levels deep, the layout has ${layout.levels.length}`);
    else {
      const draft = terms.term(level, code, name === "" ? code : name);
      draft.current = current;
      draftOf.set(code, draft);
    }
  }
  for (const { code, parents } of nodes.values()) {
    for (const parent of parents) {
      const above = draftOf.get(parent);
      if (above !== undefined) draftOf.get(code)?.parents.add(above);
    }
  }
}

/** 1 for a root, else one more than the deepest parent's. Terms on or below a cycle become roots once it is listed. */
function depths(
  nodes: ReadonlyMap<string, { readonly code: string; readonly parents: Set<string> }>,
  terms: Terms,
): Map<string, number> {
  const depth = new Map<string, number>();
  const children = new Map<string, string[]>();
  const waiting = new Map<string, number>();
  for (const { code, parents } of nodes.values()) {
    waiting.set(code, parents.size);
    for (const parent of parents) {
      const list = children.get(parent);
      if (list === undefined) children.set(parent, [code]);
      else list.push(code);
    }
  }
  const peel = (ready: string[]): void => {
    for (let code = ready.pop(); code !== undefined; code = ready.pop()) {
      for (const child of children.get(code) ?? []) {
        const left = waiting.get(child)! - 1;
        waiting.set(child, left);
        if (left === 0) {
          depth.set(child, 1 + Math.max(...[...nodes.get(child)!.parents].map((parent) => depth.get(parent)!)));
          ready.push(child);
        }
      }
    }
  };
  const roots = [...nodes.values()].filter(({ parents }) => parents.size === 0).map(({ code }) => code);
  for (const code of roots) depth.set(code, 1);
  peel(roots);
  if (depth.size === nodes.size) return depth;
  // Neither what hangs below a cycle nor, peeled from the other side, what nothing left hangs on: on a cycle or between two.
  const cyclic = new Set([...nodes.keys()].filter((code) => !depth.has(code)));
  const below = new Map<string, number>();
  for (const code of cyclic) below.set(code, (children.get(code) ?? []).filter((child) => cyclic.has(child)).length);
  const leaves = [...cyclic].filter((code) => below.get(code) === 0);
  for (let code = leaves.pop(); code !== undefined; code = leaves.pop()) {
    cyclic.delete(code);
    for (const parent of nodes.get(code)!.parents) {
      if (!cyclic.has(parent)) continue;
      below.set(parent, below.get(parent)! - 1);
      if (below.get(parent) === 0) leaves.push(parent);
    }
  }
  const named = [...cyclic].sort();
  terms.issue("CYCLE", named[0]!, `among ${named.slice(0, 10).join(", ")}`);
  for (const code of named) {
    const node = nodes.get(code)!;
    for (const parent of node.parents) if (cyclic.has(parent)) node.parents.delete(parent);
  }
  return depths(nodes, terms);
}
