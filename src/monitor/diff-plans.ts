import { canonicalJson } from "../count/exchange-digest.ts";
import { eventLevel, isEventLevel, type EventLevel } from "../count/terminology-level.ts";
import type { EventView } from "../count/view.ts";
import { PvError } from "../error.ts";
import { dictionaryDigest, echoOptions, functionLabel } from "./manifest-options.ts";
import type { PlanVariants } from "./diff-score.ts";
import type { ScreeningPlan } from "./run-config.ts";

/**
 * Tells a change of the options from a change of the dictionary between two plans of one screening. The dictionary is what gives
 * products and events their names: the terminology of an event level; or a named function of the same name, with another version or
 * other dictionaries. Where the two cannot be taken apart (the new level is not in the old dictionary) all counts as options. A
 * function without a name is a change of the options whenever it is another function object, since nobody can say more.
 */
export function planVariants(previous: ScreeningPlan, current: ScreeningPlan): PlanVariants {
  const newOptions = withKeysOf(current, previous);
  const newDictionary = withKeysOf(previous, current);
  return {
    previous: lenient(previous),
    newOptions: lenient(newOptions),
    newDictionary: lenient(newDictionary),
    current: lenient(current),
    optionsChanged: !isSamePlan(previous, newOptions),
    dictionaryChanged: !isSamePlan(newOptions, current),
  };
}

type Key = NonNullable<ScreeningPlan["count"]>["event" | "product"];

/** A plan whose products and events are named by the dictionaries of another. */
function withKeysOf(plan: ScreeningPlan, dictionaries: ScreeningPlan): ScreeningPlan {
  if (plan.count === undefined) return plan;
  return {
    ...plan,
    count: {
      ...plan.count,
      product: keyWith(plan.count.product, dictionaries.count?.product),
      event: keyWith(plan.count.event, dictionaries.count?.event),
    },
  };
}

/** A key as it would be with the dictionary of the other one; itself where they have nothing in common. */
function keyWith<K extends Key>(own: K, other: K): K {
  if (isEventLevel(own) && isEventLevel(other)) {
    if (dictionaryDigest(own.dictionary) === dictionaryDigest(other.dictionary)) return own;
    const { level, unmapped, paths, scope } = own;
    if (level === other.level && unmapped === other.unmapped && paths === other.paths && scope === other.scope)
      return other;
    if (scope !== undefined || other.scope !== undefined) return own;
    try {
      return eventLevel(other.dictionary, level, { unmapped, paths }) as unknown as K;
    } catch (cause) {
      if (cause instanceof PvError) return own;
      throw cause;
    }
  }
  const [mine, theirs] = [functionLabel(own), functionLabel(other)];
  return mine !== undefined && mine.name === theirs?.name ? other : own;
}

/**
 * Each plan also counts the other run's reports, whose terms its dictionary may not have yet, or no more: there they stand as they
 * are, where on its own reports they would have stopped the run.
 */
function lenient(plan: ScreeningPlan): ScreeningPlan {
  const level = plan.count?.event;
  if (!isEventLevel(level) || level.unmapped !== "error") return plan;
  const { dictionary, level: name, paths, scope, resolve } = level;
  const key = (event: EventView): ReturnType<EventLevel> => {
    const found = resolve(event.term, event.code, event.dictionary);
    return "labels" in found ? found.labels : event.term;
  };
  const event = Object.assign(key, { dictionary, level: name, unmapped: "keep" as const, paths, scope, resolve });
  return { ...plan, count: { ...plan.count, event } };
}

const isSamePlan = (x: ScreeningPlan, y: ScreeningPlan): boolean => {
  const [a, b] = [echoOptions(x), echoOptions(y)];
  if (canonicalJson(a) !== canonicalJson(b)) return false;
  return a.functions.every(({ path, version }) => version !== null || at(x, path) === at(y, path));
};

/** The value at a path of names. */
const at = (value: unknown, path: string): unknown =>
  path.split(".").reduce<unknown>((one, name) => (one as Readonly<Record<string, unknown>> | undefined)?.[name], value);
