import { compareText } from "../count/build.ts";
import { PvError } from "../error.ts";

/** One line of a tree: a node and one of its parents. */
export interface TreeRow {
  readonly node: string;
  /** Left out or `""` for a root. A node with several parents has several rows. */
  readonly parent?: string | undefined;
}

/** A checked tree. Nodes are numbered in the order of their names, so that the order of rows changes nothing. */
export interface Hierarchy {
  readonly names: readonly string[];
  /** Parents of each node, ascending. */
  readonly parents: readonly (readonly number[])[];
  /** 1 for a root, otherwise one more than the deepest parent's. */
  readonly levels: Int32Array;
}

/**
 * Checks the rows of a tree. Several roots and several parents are allowed; a row given twice is one row.
 *
 * @throws PvError `EMPTY_SCOPE` without rows; `UNKNOWN_TERM` for a parent that has no row of its own; `INVALID_ARGUMENT` for a
 *   node without a name and for a cycle
 */
export function readTree(rows: readonly TreeRow[]): Hierarchy {
  if (rows.length === 0) throw new PvError("EMPTY_SCOPE", "tree: expected at least one node, got none");
  for (const { node } of rows) {
    if (typeof node !== "string" || node === "") {
      throw new PvError("INVALID_ARGUMENT", `tree: expected a name for every node, got ${JSON.stringify(node)}`);
    }
  }
  const names = [...new Set(rows.map((row) => row.node))].sort(compareText);
  const number = new Map(names.map((name, i) => [name, i]));
  const parentSets = names.map(() => new Set<number>());
  for (const { node, parent } of rows) {
    if (parent === undefined || parent === "") continue;
    const above = number.get(parent);
    if (above === undefined) {
      throw new PvError(
        "UNKNOWN_TERM",
        `tree: parent ${JSON.stringify(parent)} of ${JSON.stringify(node)} has no row of its own; a root's row has no parent`,
      );
    }
    parentSets[number.get(node)!]!.add(above);
  }
  const parents = parentSets.map((set) => [...set].sort((x, y) => x - y));
  return { names, parents, levels: levelsOf(names, parents) };
}

/** Levels by peeling: a node is numbered once all its parents are. What is never reached hangs on a cycle. */
function levelsOf(names: readonly string[], parents: readonly (readonly number[])[]): Int32Array {
  const children: number[][] = names.map(() => []);
  const waiting = Int32Array.from(parents, (list) => list.length);
  for (const [node, list] of parents.entries()) for (const parent of list) children[parent]!.push(node);
  const levels = new Int32Array(names.length);
  const ready: number[] = [];
  for (let node = 0; node < names.length; node++) {
    if (waiting[node] !== 0) continue;
    levels[node] = 1;
    ready.push(node);
  }
  for (let node = ready.pop(); node !== undefined; node = ready.pop()) {
    for (const child of children[node]!) {
      levels[child] = Math.max(levels[child]!, levels[node]! + 1);
      waiting[child]! -= 1;
      if (waiting[child] === 0) ready.push(child);
    }
  }
  const stuck = waiting.findIndex((open) => open > 0);
  if (stuck >= 0) {
    throw new PvError("INVALID_ARGUMENT", `tree: ${JSON.stringify(names[stuck])} is in or below a cycle`);
  }
  return levels;
}

/** Lists one after the other: list i is `items[starts[i]]` to `items[starts[i + 1] - 1]`. */
export interface Lists {
  readonly starts: Int32Array;
  readonly items: Int32Array;
}

/** Packs lists of small numbers. */
export function packLists(lists: readonly (readonly number[])[]): Lists {
  const starts = new Int32Array(lists.length + 1);
  for (const [i, list] of lists.entries()) starts[i + 1] = starts[i]! + list.length;
  const items = new Int32Array(starts[lists.length]!);
  for (const [i, list] of lists.entries()) items.set(list, starts[i]);
  return { starts, items };
}

/**
 * The distinct branches that hold counted nodes. A node whose counted descendants are those of another node is on the same
 * branch: its numbers are the same in every replication.
 */
export interface Branches {
  /** Branch of each node of the tree; -1 when nothing is counted below it. */
  readonly ofNode: Int32Array;
  /** Cells of each branch, ascending. A cell is a position in the list of counted nodes. */
  readonly cells: Lists;
  /** Branches of each cell. */
  readonly ofCell: Lists;
}

/** Gathers the counted nodes below every node; each once, however many ways lead up to it. */
export function branchesOf({ names, parents }: Hierarchy, counted: readonly number[]): Branches {
  const below: (number[] | undefined)[] = names.map(() => undefined);
  const seen = new Int32Array(names.length).fill(-1);
  for (const [cell, start] of counted.entries()) {
    const open = [start];
    seen[start] = cell;
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      (below[node] ??= []).push(cell);
      for (const parent of parents[node]!) {
        if (seen[parent] === cell) continue;
        seen[parent] = cell;
        open.push(parent);
      }
    }
  }
  const ofNode = new Int32Array(names.length).fill(-1);
  const byContent = new Map<string, number>();
  const lists: number[][] = [];
  for (const [node, cells] of below.entries()) {
    if (cells === undefined) continue;
    const content = cells.join();
    let branch = byContent.get(content);
    if (branch === undefined) {
      branch = lists.length;
      byContent.set(content, branch);
      lists.push(cells);
    }
    ofNode[node] = branch;
  }
  const ofCell: number[][] = counted.map(() => []);
  for (const [branch, cells] of lists.entries()) for (const cell of cells) ofCell[cell]!.push(branch);
  return { ofNode, cells: packLists(lists), ofCell: packLists(ofCell) };
}
