import { PvError } from "../error.ts";
import { refuseSevere, type DictionaryIssue } from "./dictionary-build.ts";
import type { Dictionary } from "./dictionary.ts";
import { dictionaryRows, rowText, type DictionaryRow, type DictionaryTextOptions } from "./dictionary-rows.ts";
import { termKey } from "./terminology.ts";

/** How strictly a term of a list speaks for its topic. */
export type ListScope = "narrow" | "broad";

/** Names of the columns of a table of term lists: one row a list and member. */
export interface TermListColumns {
  /** Code of the list. */
  readonly list: string;
  /** Name of the list; its code stands for it where the table gives none. */
  readonly listName?: string | undefined;
  /** Code of the member (or its name, where `termName` is not given and no code fits). */
  readonly term?: string | undefined;
  readonly termName?: string | undefined;
  /** Level of the member in the dictionary, or one of `listKinds` when the member is itself a list. */
  readonly kind?: string | undefined;
  /** Narrow or broad; a member without a scope is narrow. */
  readonly scope?: string | undefined;
  /** Says no where the member is no longer in the list. */
  readonly current?: string | undefined;
}

/** What {@link createTermLists} must know besides the rows. */
export interface TermListOptions extends DictionaryTextOptions {
  readonly name: string;
  readonly version: string;
  readonly columns: TermListColumns;
  /** Values of `kind` and the levels they stand for; unless told 4 is PT and 5 is LLT. */
  readonly kinds?: Readonly<Record<string, string>> | undefined;
  /** Values of `kind` that say the member is a list; unless told 0 and SMQ. */
  readonly listKinds?: readonly string[] | undefined;
  /** Values of `scope`; unless told 1, B and broad are broad, everything else is narrow. */
  readonly broad?: readonly string[] | undefined;
  readonly problems?: "throw" | "list" | undefined;
}

/** One list with its members, those of the lists below it included. */
export interface TermList {
  readonly code: string;
  readonly name: string;
  /** Terms by their numbers in the dictionary; the narrower scope where a term is in twice. */
  readonly members: ReadonlyMap<number, ListScope>;
}

/** Lists of terms of one dictionary, such as the SMQs of MedDRA. */
export interface TermLists {
  readonly name: string;
  readonly version: string;
  /** The dictionary that the members are terms of. */
  readonly dictionary: Dictionary;
  /** By code. */
  readonly lists: readonly TermList[];
  /** Members the dictionary does not know are here too. */
  readonly issues: readonly (
    DictionaryIssue | { readonly code: "UNKNOWN_MEMBER"; readonly subject: string; readonly detail: string }
  )[];
}

const NO = new Set(["n", "no", "false", "i", "inactive", "否"]);

interface Draft {
  readonly code: string;
  name: string;
  readonly own: Map<number, ListScope>;
  readonly children: Set<string>;
}

/**
 * Reads lists of terms (standardised queries, own groups): members with a scope, and lists that contain lists. A member is a
 * term at one level; an event belongs to a list when its own term or one above it, up to the preferred level, is a member.
 * Weights and categories of algorithmic queries are not read.
 *
 * @throws PvError `DUPLICATE_KEY` when a list has two names, `MISSING_PARENT` when a list contains one that is not there,
 *   `CYCLE` when it contains itself, each unless `problems` is `"list"`; `EMPTY_SCOPE` without a list; `INVALID_OPTION`
 */
export function createTermLists(
  source: string | readonly DictionaryRow[],
  dictionary: Dictionary,
  options: TermListOptions,
): TermLists {
  const {
    columns,
    kinds = { 4: "PT", 5: "LLT" },
    listKinds = ["0", "smq"],
    broad = ["1", "b", "broad", "广义"],
  } = options;
  if (columns.term === undefined && columns.termName === undefined)
    throw new PvError("INVALID_OPTION", "columns: expected term or termName");
  const rows = typeof source === "string" ? dictionaryRows(source, options) : source;
  const isList = new Set(listKinds.map(termKey));
  const isBroad = new Set(broad.map(termKey));
  const issues: TermLists["issues"][number][] = [];
  const drafts = new Map<string, Draft>();
  const draftOf = (code: string, name: string): Draft => {
    let draft = drafts.get(code);
    if (draft === undefined) drafts.set(code, (draft = { code, name, own: new Map(), children: new Set() }));
    else if (draft.name === "") draft.name = name;
    else if (name !== "" && termKey(name) !== termKey(draft.name))
      issues.push({ code: "DUPLICATE_KEY", subject: code, detail: [name, draft.name].sort().join(" and ") });
    return draft;
  };
  for (const [i, row] of rows.entries()) {
    const code = rowText(row, columns.list);
    if (code === "") {
      issues.push({ code: "MISSING_NAME", subject: `row ${i + 1}`, detail: "expected the code of a list" });
      continue;
    }
    const draft = draftOf(code, rowText(row, columns.listName));
    if (NO.has(termKey(rowText(row, columns.current)))) continue;
    const member = { code: rowText(row, columns.term), name: rowText(row, columns.termName) };
    if (member.code === "" && member.name === "") continue; // the list itself
    const kind = rowText(row, columns.kind);
    if (kind !== "" && isList.has(termKey(kind))) {
      draft.children.add(member.code === "" ? member.name : member.code);
      continue;
    }
    const scope: ListScope = isBroad.has(termKey(rowText(row, columns.scope))) ? "broad" : "narrow";
    const numbers = membersOf(dictionary, member.code, member.name, Object.hasOwn(kinds, kind) ? kinds[kind]! : kind);
    if (numbers.length === 0)
      issues.push({
        code: "UNKNOWN_MEMBER",
        subject: code,
        detail: `${member.code} ${member.name} is not in ${dictionary.label}`.trim(),
      });
    for (const number of numbers) narrower(draft.own, number, scope);
  }
  if (drafts.size === 0) throw new PvError("EMPTY_SCOPE", `${options.name}: no list in ${rows.length} rows`);
  for (const { code, children } of drafts.values()) {
    for (const child of children) {
      if (drafts.has(child)) continue;
      issues.push({ code: "MISSING_PARENT", subject: code, detail: `it contains ${child}, which is not there` });
      children.delete(child);
    }
  }
  const closed = closure(drafts, issues);
  issues.sort((x, y) => (JSON.stringify(x) < JSON.stringify(y) ? -1 : 1));
  if (options.problems !== "list")
    refuseSevere(
      options.name,
      issues.filter((issue): issue is DictionaryIssue => issue.code !== "UNKNOWN_MEMBER"),
    );
  const lists = [...drafts.keys()].sort().map((code) => ({
    code,
    name: drafts.get(code)!.name || code,
    members: closed.get(code)!,
  }));
  return { name: options.name, version: options.version, dictionary, lists, issues };
}

/** Without a level the preferred one is meant where it has the term, else the lowest that has. */
function membersOf(dictionary: Dictionary, code: string, name: string, level: string): readonly number[] {
  const byCode = code === "" ? [] : dictionary.numbersOfCode(code);
  const found = byCode.length > 0 ? byCode : dictionary.numbersOf(name === "" ? code : name);
  const wanted = dictionary.levels.indexOf(level === "" ? dictionary.preferredLevel : level);
  const there = found.filter((number) => dictionary.levelOf(number) === wanted);
  return there.length > 0 || level !== "" ? there : found.slice(0, 1);
}

function narrower(members: Map<number, ListScope>, number: number, scope: ListScope): void {
  if (members.get(number) !== "narrow") members.set(number, scope);
}

/** Own members and those of the lists within, without recursion: lists of lists may be nested as deep as a file says. */
function closure(
  drafts: ReadonlyMap<string, Draft>,
  issues: TermLists["issues"][number][],
): Map<string, Map<number, ListScope>> {
  const closed = new Map<string, Map<number, ListScope>>();
  const state = new Map<string, "open" | "done">();
  for (const start of [...drafts.keys()].sort()) {
    const stack = [start];
    while (stack.length > 0) {
      const code = stack.at(-1)!;
      const draft = drafts.get(code)!;
      if (state.get(code) === "done") {
        stack.pop();
      } else if (state.get(code) === "open") {
        const members = new Map(draft.own);
        for (const child of draft.children)
          for (const [number, scope] of closed.get(child) ?? []) narrower(members, number, scope);
        closed.set(code, members);
        state.set(code, "done");
        stack.pop();
      } else {
        state.set(code, "open");
        for (const child of [...draft.children].sort()) {
          if (state.get(child) === "open") {
            issues.push({ code: "CYCLE", subject: child, detail: `contains itself by way of ${code}` });
            draft.children.delete(child);
          } else if (state.get(child) === undefined) stack.push(child);
        }
      }
    }
  }
  return closed;
}
