import { canonicalJson, sha256 } from "../count/exchange-digest.ts";
import type { ReportTable } from "../count/table.ts";
import { echoOptions, type FunctionEcho, type Json, type VocabularyEcho } from "./manifest-options.ts";
import { inputDigest, type InputDigest } from "./manifest-reports.ts";
import { LIBRARY_VERSION } from "./manifest-version.ts";
import type { RunConfig } from "./run-config.ts";

/** What a run was made of, so that it can be made again and compared. Plain data, safe for JSON; it holds no report and no id. */
export interface RunManifest {
  readonly format: "pvsignal-run";
  readonly version: 1;
  readonly library: string;
  readonly asOf: string;
  /** The reports that had been received by the day. */
  readonly input: InputDigest;
  /** Options as plain data: rules by name with their criterion as text, terminologies and functions by name. */
  readonly options: Json;
  /** SHA-256 of `options`. */
  readonly optionsDigest: string;
  readonly functions: readonly FunctionEcho[];
  readonly vocabularies: readonly VocabularyEcho[];
  /** Seeds of the detectors that draw random numbers, as the options say them; 1 where a detector takes that unless told. */
  readonly seeds: Readonly<Record<string, number>>;
  /** The run whose alerts this one carried on; null for a first run. */
  readonly previous: { readonly asOf: string; readonly digest: string } | null;
  /** SHA-256 of the canonical JSON of the results. */
  readonly resultDigest: string;
  /** What this manifest cannot vouch for: paths of functions without a name. Equal results are then the only evidence. */
  readonly notVouched: readonly string[];
}

/** What a manifest is made from. */
export interface ManifestParts {
  /** As of the day. */
  readonly table: ReportTable;
  readonly config: RunConfig;
  readonly asOf: string;
  readonly previous: RunManifest["previous"];
  readonly results: unknown;
}

/** Digest of results: of their canonical JSON, so that it is the same after a way through a file. */
export const resultDigest = (results: unknown): string => sha256(canonicalJson(results));

/** The manifest of a run. */
export function manifestOf({ table, config, asOf, previous, results }: ManifestParts): RunManifest {
  const { options, functions, vocabularies } = echoOptions(config);
  return {
    format: "pvsignal-run",
    version: 1,
    library: LIBRARY_VERSION,
    asOf,
    input: inputDigest(table),
    options,
    optionsDigest: sha256(canonicalJson(options)),
    functions,
    vocabularies,
    seeds: seedsOf(config),
    previous,
    resultDigest: resultDigest(results),
    notVouched: functions.filter(({ version }) => version === null).map(({ path }) => path),
  };
}

function seedsOf({ detectors = {} }: RunConfig): Record<string, number> {
  const seeds: Record<string, number> = {};
  for (const [name, plan] of Object.entries(detectors)) {
    if (plan.kind === "series") seeds[name] = plan.options?.seed ?? 1;
    else if (plan.kind === "places" || plan.kind === "tree") seeds[name] = plan.options.seed;
  }
  return seeds;
}
