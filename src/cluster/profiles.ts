import { drugProfiles } from "./profiles-drug.ts";
import { otherProfiles } from "./profiles-other.ts";
import { toolProfiles } from "./profiles-tool.ts";
import { atLeast, ours, type RuleProfile } from "./rule-profile.ts";

/** Profiles named after the text they follow. Where a text gives no number, ours stands in and its status says `default`. */
export const profiles = {
  ...drugProfiles,
  ...otherProfiles,
  ...toolProfiles,
  productWatch: {
    name: "productWatch",
    title: { zh: "同一产品短期内报告集中", en: "reports of one product close together" },
    domains: "all",
    clock: "received",
    windowDays: 30,
    groupBy: [],
    lotReach: 0,
    predicate: { any: [{ all: [atLeast("reports", 3), atLeast("serious", 1)] }, atLeast("reports", 5)] },
    numbers: [
      { what: "windowDays", value: 30, status: "default", source: ours },
      { what: "reports with a serious one", value: 3, status: "default", source: ours },
      { what: "reports", value: 5, status: "default", source: ours },
    ],
    basis: "none: a screening aid for products without lots",
    legal: [],
  },
} as const satisfies Record<string, RuleProfile>;
