import { PvError } from "../error.ts";
import { Ints } from "../count/growing.ts";
import { ReportTable, type TableColumns } from "../count/table.ts";
import type { ReportKey } from "../quality/duplicate-columns.ts";
import { ReportDecisions, type ReportDecisionColumns } from "./state-decisions.ts";
import { VersionStore, type Segment, type VersionColumns } from "./state-records.ts";

/** A named run of bytes. Numbers lie as they do in memory, low byte first on every machine there is a JavaScript engine for. */
export interface StateSection {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What the reports of a state are restored from. */
export interface RestoredState {
  readonly store: VersionStore;
  readonly log: ReportDecisions;
  /** -Infinity before the first change. */
  readonly lastDay: number;
}

const FORMAT = 1;
const HEAD = "state.json";
const VERSION_COLUMNS = ["report", "segment", "row", "knownOn", "retracted", "older", "newest", "hashes"] as const;
const DECISION_COLUMNS = ["day", "kind", "report", "kept"] as const;
const arrays = { Int32Array, Uint32Array, Uint16Array, Uint8Array, Float64Array } as const;
type Numbers = InstanceType<(typeof arrays)[keyof typeof arrays]>;
/** Groups of columns, with the kind and length of each: `"Int32Array 17"`; lists of texts are `"texts 5"`. */
type Shape = { readonly [name: string]: string | Shape };
type Tree = { readonly [name: string]: Numbers | readonly string[] | Tree };

interface Head {
  readonly format: number;
  readonly lastDay: number | null;
  readonly versions: number;
  readonly reports: number;
  readonly decisions: number;
  readonly awaited: readonly (readonly [report: number, key: ReportKey])[];
  /** By place; null where there is none. */
  readonly segments: readonly (Shape | null)[];
}

/** The sections of a state, the head first. The bytes are those in memory where they can be: use them before the next change. */
export function* writeSections({ store, log, lastDay }: RestoredState): IterableIterator<StateSection> {
  const trees = store.segments.map((segment) => (segment === undefined ? null : treeOf(segment)));
  const head: Head = {
    format: FORMAT,
    lastDay: lastDay === -Infinity ? null : lastDay,
    versions: store.versions,
    reports: store.reports,
    decisions: log.columns.day.length,
    awaited: [...store.awaited],
    segments: trees.map((tree) => (tree === null ? null : shapeOf(tree))),
  };
  yield { name: HEAD, bytes: textBytes(head) };
  for (const name of VERSION_COLUMNS) yield { name: `version/${name}`, bytes: intBytes(store.columns[name]) };
  for (const name of DECISION_COLUMNS) yield { name: `decision/${name}`, bytes: intBytes(log.columns[name]) };
  for (const [i, tree] of trees.entries()) if (tree !== null) yield* leaves(`segment/${i}`, tree);
}

/** @throws PvError `CORRUPT_STATE` naming the section */
export function readSections(sections: Iterable<StateSection>): RestoredState {
  const found = new Map<string, Uint8Array>();
  for (const { name, bytes } of sections) found.set(name, bytes);
  const head = parsed(found, HEAD) as Head;
  if (head.format !== FORMAT) throw corrupt(HEAD, `format ${String(head.format)} is not known, expected ${FORMAT}`);
  const ints = (name: string, length: number): Ints => {
    const column = new Ints();
    column.data = numbers(found, name, "Int32Array", length) as Int32Array<ArrayBuffer>;
    column.length = length;
    // A growing column doubles, which an empty one cannot.
    return length === 0 ? new Ints() : column;
  };
  const columns = Object.fromEntries(
    VERSION_COLUMNS.map((name) => {
      const length = name === "newest" || name === "hashes" ? head.reports : head.versions;
      return [name, ints(`version/${name}`, length)];
    }),
  ) as unknown as VersionColumns;
  const segments = head.segments.map((shape, i): Segment | undefined => {
    if (shape === null) return undefined;
    const { versions, ...table } = restored(found, `segment/${i}`, shape) as unknown as SegmentTree;
    return { table: new ReportTable(table), versions };
  });
  const decisions = Object.fromEntries(
    DECISION_COLUMNS.map((name) => [name, ints(`decision/${name}`, head.decisions)]),
  ) as unknown as ReportDecisionColumns;
  return {
    store: new VersionStore(columns, segments, new Map(head.awaited)),
    log: new ReportDecisions(decisions),
    lastDay: head.lastDay ?? -Infinity,
  };
}

type SegmentTree = TableColumns & { readonly versions: Int32Array };

const treeOf = ({ table, versions }: Segment): Tree => ({ ...table.columns, versions }) as unknown as Tree;

const isNumbers = (leaf: Tree[string]): leaf is Numbers => ArrayBuffer.isView(leaf);
const isTexts = (leaf: Tree[string]): leaf is readonly string[] => Array.isArray(leaf);

function shapeOf(tree: Tree): Shape {
  return Object.fromEntries(
    Object.entries(tree).map(([name, leaf]) => [
      name,
      isNumbers(leaf)
        ? `${leaf.constructor.name} ${leaf.length}`
        : isTexts(leaf)
          ? `texts ${leaf.length}`
          : shapeOf(leaf),
    ]),
  );
}

function* leaves(path: string, tree: Tree): IterableIterator<StateSection> {
  for (const [name, leaf] of Object.entries(tree)) {
    const at = `${path}/${name}`;
    if (isNumbers(leaf)) yield { name: at, bytes: new Uint8Array(leaf.buffer, leaf.byteOffset, leaf.byteLength) };
    else if (isTexts(leaf)) yield { name: at, bytes: textBytes(leaf) };
    else yield* leaves(at, leaf);
  }
}

function restored(found: ReadonlyMap<string, Uint8Array>, path: string, shape: Shape): Tree {
  return Object.fromEntries(
    Object.entries(shape).map(([name, of]): [string, Tree[string]] => {
      const at = `${path}/${name}`;
      if (typeof of !== "string") return [name, restored(found, at, of)];
      const [kind, length] = of.split(" ") as [keyof typeof arrays | "texts", string];
      if (kind !== "texts") return [name, numbers(found, at, kind, Number(length))];
      const texts = parsed(found, at);
      if (!Array.isArray(texts) || texts.length !== Number(length)) throw corrupt(at, `expected ${length} texts`);
      return [name, texts as string[]];
    }),
  );
}

function numbers(
  found: ReadonlyMap<string, Uint8Array>,
  name: string,
  kind: keyof typeof arrays,
  length: number,
): Numbers {
  const bytes = section(found, name);
  const ArrayOf = arrays[kind];
  if (bytes.length !== length * ArrayOf.BYTES_PER_ELEMENT) {
    throw corrupt(name, `expected ${length * ArrayOf.BYTES_PER_ELEMENT} bytes, got ${bytes.length}`);
  }
  // A copy: the bytes may lie anywhere in a buffer, and columns grow in place.
  return new ArrayOf(new Uint8Array(bytes).buffer);
}

function parsed(found: ReadonlyMap<string, Uint8Array>, name: string): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(section(found, name))) as unknown;
  } catch (cause) {
    if (cause instanceof PvError) throw cause;
    throw corrupt(name, "it is not JSON", cause);
  }
}

function section(found: ReadonlyMap<string, Uint8Array>, name: string): Uint8Array {
  const bytes = found.get(name);
  if (bytes === undefined) throw corrupt(name, "it is missing");
  return bytes;
}

const corrupt = (name: string, what: string, cause?: unknown): PvError =>
  new PvError(
    "CORRUPT_STATE",
    `section ${name} of the saved state: ${what}`,
    cause === undefined ? undefined : { cause },
  );

const textBytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

const intBytes = ({ data, length }: Ints): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, 4 * length);
