import type { BudgetOptions } from "../cluster/budget.ts";
import type { MergeOptions } from "../cluster/lifecycle.ts";
import type { LotOptions } from "../cluster/lots.ts";
import type { RuleProfile } from "../cluster/rule-profile.ts";
import type { RuleClusterOptions } from "../cluster/rules.ts";
import type { PlaceClusterOptions } from "../cluster/scan-alert-products.ts";
import type { SeriesAlertOptions } from "../cluster/series-alert-frame.ts";
import type { TreeAlertOptions } from "../cluster/tree-alerts.ts";
import type { CountOptions } from "../count/count.ts";
import type { ScreenOptions } from "../signal/screen.ts";
import type { UndatedRule } from "./run-as-of.ts";

/** One screening: what is counted, and what is scored and decided. */
export interface ScreeningPlan {
  readonly count?: CountOptions | undefined;
  readonly screen?: ScreenOptions | undefined;
}

/** What is said of every detector. */
export interface DetectorLimit {
  /** Leave out alerts that come up by chance more often than so many times a year; none unless told. */
  readonly perYear?: number | undefined;
}

/** One detector of clusters with its options; the day is that of the run. */
export type DetectorPlan = DetectorLimit &
  (
    | {
        readonly kind: "rules";
        readonly profile: RuleProfile;
        readonly options?: Omit<RuleClusterOptions, "asOf"> | undefined;
      }
    | { readonly kind: "lots"; readonly options?: LotOptions | undefined }
    | { readonly kind: "series"; readonly options?: Omit<SeriesAlertOptions, "asOf"> | undefined }
    | { readonly kind: "places"; readonly options: Omit<PlaceClusterOptions, "asOf"> }
    | { readonly kind: "tree"; readonly options: Omit<TreeAlertOptions, "asOf"> }
  );

/** What a run does, day after day. Screenings and detectors have names: by them a run is compared with the one before. */
export interface RunConfig {
  readonly screenings?: Readonly<Record<string, ScreeningPlan>> | undefined;
  readonly detectors?: Readonly<Record<string, DetectorPlan>> | undefined;
  /** How alerts of several days are told to be one. */
  readonly lifecycle?: Omit<MergeOptions, "asOf"> | undefined;
  /** Chance alerts a year that are bearable; without it every statistical alert is kept. */
  readonly budget?: BudgetOptions | undefined;
  /** Reports without a date of receipt; `"leave-out"` unless told, because nobody can say whether they were there. */
  readonly undated?: UndatedRule | undefined;
}
