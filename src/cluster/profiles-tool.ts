import type { ProductPart } from "./rule-product.ts";
import { atLeast, type RuleProfile, type SourcedNumber } from "./rule-profile.ts";

const source = "open tool used by monitoring staff";
const holderProductLicence = ["manufacturer", "name", "code"] as const satisfies readonly ProductPart[];

const numbers = (windowDays: number): readonly SourcedNumber[] => [
  { what: "windowDays", value: windowDays, status: "local", source },
  { what: "reports with a serious one", value: 3, status: "local", source },
  { what: "reports", value: 5, status: "local", source },
];

/** What the profiles share; the points that the tool gives afterwards are not part of its condition and not taken over. */
const common = {
  clock: "received",
  sameProduct: holderProductLicence,
  lotReach: 0,
  predicate: { any: [{ all: [atLeast("reports", 3), atLeast("serious", 1)] }, atLeast("reports", 5)] },
  basis: "none: a condition in use, not a legal text",
  legal: [],
} as const satisfies Partial<RuleProfile>;
const byLot = {
  ...common,
  // Of drugs the class says something else, so that the exception leaves them all in.
  domains: ["drug", "device"],
  category: { except: ["有源"] },
  groupBy: ["lot"],
} as const satisfies Partial<RuleProfile>;
const active = {
  ...common,
  domains: ["device"],
  category: { only: ["有源"] },
  groupBy: [],
} as const satisfies Partial<RuleProfile>;

/** Profiles of an open tool: drugs and passive devices by holder, product, licence and lot; active devices without the lot. */
export const toolProfiles = {
  toolLot30: {
    ...byLot,
    name: "toolLot30",
    title: { zh: "同批号 30 日聚集（药品、无源器械）", en: "same lot within 30 days (drugs, passive devices)" },
    windowDays: 30,
    numbers: numbers(30),
  },
  toolLot90: {
    ...byLot,
    name: "toolLot90",
    title: { zh: "同批号 90 日聚集（药品、无源器械）", en: "same lot within 90 days (drugs, passive devices)" },
    windowDays: 90,
    numbers: numbers(90),
  },
  toolActive30: {
    ...active,
    name: "toolActive30",
    title: { zh: "同产品 30 日聚集（有源器械）", en: "same product within 30 days (active devices)" },
    windowDays: 30,
    numbers: numbers(30),
  },
  toolActive90: {
    ...active,
    name: "toolActive90",
    title: { zh: "同产品 90 日聚集（有源器械）", en: "same product within 90 days (active devices)" },
    windowDays: 90,
    numbers: numbers(90),
  },
} as const satisfies Record<string, RuleProfile>;
