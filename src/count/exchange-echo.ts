import { PvError } from "../error.ts";
import { terminologyKey } from "../report/terminology.ts";
import { compareText } from "./build.ts";
import type { CountEcho } from "./pairs.ts";
import type { TerminologyEcho } from "./terminology-scope.ts";

type Declared = TerminologyEcho["declared"][number];
type Mapping = NonNullable<TerminologyEcho["mapping"]>;

/** What must agree between shards; of lists that are sets, the order does not matter. */
const agreeing: readonly (readonly [name: string, of: (echo: CountEcho) => unknown])[] = [
  ["unit", (e) => e.unit],
  ["product", (e) => e.product],
  ["event", (e) => e.event],
  ["roles", (e) => asSet(e.roles)],
  ["domains", (e) => asSet(e.domains)],
  ["where", (e) => e.where],
  ["background", (e) => (e.background === "scope" ? e.background : { products: asSet(e.background.products) })],
  ["strata", (e) => e.strata],
  ["universe", (e) => e.universe],
  ["terminology rule", (e) => e.terminology?.rule ?? "one"],
];
const agreeingMapping = ["dictionary", "level", "paths", "scope", "unmapped"] as const;

const asSet = <T extends string>(value: readonly T[] | "all"): readonly T[] | "all" =>
  value === "all" ? value : [...value].sort(compareText);

/**
 * The echo of merged shards.
 *
 * @throws PvError `INVALID_ARGUMENT` naming the option that differs, or a source that came twice; `MIXED_TERMINOLOGIES` when
 *   each shard was of one terminology but not all of the same
 */
export function mergeEchoes(echoes: readonly CountEcho[]): CountEcho {
  const [first, ...rest] = echoes as readonly [CountEcho, ...CountEcho[]];
  for (const other of rest) {
    for (const [name, of] of agreeing) mustAgree(name, of(first), of(other));
  }
  const sources = echoes.flatMap((echo) => echo.sources ?? []).sort(compareText);
  const twice = sources.find((name, i) => name === sources[i - 1]);
  if (twice !== undefined) {
    throw new PvError(
      "INVALID_ARGUMENT",
      `source ${JSON.stringify(twice)} was given twice: shards must be disjoint, and have a name each`,
    );
  }
  const terminology = mergeTerminologies(echoes);
  const limits = echoes.flatMap(({ suppression }) => suppression?.minimumCell ?? []);
  return {
    product: first.product,
    event: first.event,
    roles: inOneOrder(echoes.map(({ roles }) => roles)),
    domains: inOneOrder(echoes.map(({ domains }) => domains)),
    where: first.where,
    background: first.background,
    strata: first.strata,
    unit: first.unit,
    universe: first.universe,
    ...(terminology === undefined ? {} : { terminology }),
    ...(sources.length === 0 ? {} : { sources }),
    ...(limits.length === 0
      ? {}
      : { suppression: { minimumCell: Math.max(...limits), pairs: 0, products: 0, events: 0 } }),
  };
}

/** Sets that were listed in different orders take one that does not depend on the order of the shards. */
function inOneOrder<T extends string>(lists: readonly (readonly T[] | "all")[]): readonly T[] | "all" {
  return lists.reduce((x, y) => (compareText(JSON.stringify(x), JSON.stringify(y)) <= 0 ? x : y));
}

function mergeTerminologies(echoes: readonly CountEcho[]): TerminologyEcho | undefined {
  const told = echoes.flatMap(({ terminology }) => terminology ?? []);
  const [first] = told;
  if (first === undefined) return undefined;
  const isMapped = first.mapping !== undefined || echoes[0]!.event === "groups";
  const isSilent = told.length < echoes.length;
  // Lists of report ids do not use the terms: what one shard does not tell about them, all together cannot.
  if (isSilent && isMapped) return undefined;
  const declared = mergeDeclared(told);
  const undeclared = total(told, (one) => one.undeclared);
  if (!isMapped && first.rule === "one") {
    const kinds = [...declared.map(({ name }) => name), ...(isSilent || undeclared > 0 ? ["none declared"] : [])];
    if (kinds.length > 1) {
      throw new PvError(
        "MIXED_TERMINOLOGIES",
        `terms of one terminology cannot be counted against those of another: the shards have ${kinds.join(", ")}`,
      );
    }
  }
  if (!isMapped && typeof first.rule === "object" && "undeclared" in first.rule) {
    const kinds = new Set(declared.map(({ name }) => terminologyKey(name)));
    if (undeclared > 0 && kinds.size > 0) kinds.add(terminologyKey(first.rule.undeclared));
    if (kinds.size > 1) {
      throw new PvError(
        "MIXED_TERMINOLOGIES",
        `the shards have terms of ${declared.map(({ name }) => name).join(", ")}`,
      );
    }
  }
  const mapping = mergeMappings(told);
  return {
    rule: first.rule,
    declared,
    undeclared,
    leftOut: total(told, (one) => one.leftOut),
    ...(mapping === undefined ? {} : { mapping }),
  };
}

function mergeDeclared(told: readonly TerminologyEcho[]): readonly Declared[] {
  const byKey = new Map<string, Declared>();
  for (const one of told.flatMap(({ declared }) => declared)) {
    const key = terminologyKey(one.name);
    const before = byKey.get(key);
    byKey.set(key, {
      name: before === undefined || compareText(one.name, before.name) < 0 ? one.name : before.name,
      versions: [...new Set([...(before?.versions ?? []), ...one.versions])].sort(),
      events: (before?.events ?? 0) + one.events,
    });
  }
  return [...byKey.keys()].sort().map((key) => byKey.get(key)!);
}

function mergeMappings(told: readonly TerminologyEcho[]): Mapping | undefined {
  const [first, ...rest] = told.map(({ mapping }) => mapping);
  for (const name of agreeingMapping) {
    for (const other of rest) mustAgree(`terminology ${name}`, first?.[name], other?.[name]);
  }
  if (first === undefined) return undefined;
  const mappings = told.flatMap(({ mapping }) => mapping ?? []);
  const without = Object.fromEntries(
    Object.keys(first.without).map((name) => [
      name,
      total(mappings, (one) => one.without[name as keyof Mapping["without"]]),
    ]),
  ) as Mapping["without"];
  return {
    ...first,
    mapped: total(mappings, ({ mapped }) => mapped),
    notCurrent: total(mappings, ({ notCurrent }) => notCurrent),
    without,
  };
}

const total = <T>(list: readonly T[], of: (one: T) => number): number => list.reduce((sum, one) => sum + of(one), 0);

function mustAgree(name: string, mine: unknown, other: unknown): void {
  const [x, y] = [JSON.stringify(mine), JSON.stringify(other)];
  if (x !== y) throw new PvError("INVALID_ARGUMENT", `${name} differs between the counts: ${x} and ${y}`);
}
