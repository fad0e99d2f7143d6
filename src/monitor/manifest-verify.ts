import { canonicalJson } from "../count/exchange-digest.ts";
import type { ReportTable } from "../count/table.ts";
import { PvError } from "../error.ts";
import type { Report } from "../report/report.ts";
import type { RunManifest } from "./manifest.ts";
import type { Json } from "./manifest-options.ts";
import type { InputPart } from "./manifest-reports.ts";
import type { RunConfig } from "./run-config.ts";
import { runSurveillance, type Run, type RunOptions } from "./run.ts";

/** What a run can differ in from what its manifest says. */
export type ManifestPart = "library" | "options" | "functions" | "vocabularies" | "input" | "previous" | "result";

/** One thing that is not as the manifest says. */
export interface ManifestDifference {
  readonly part: ManifestPart;
  /** Which one: a path in the options, a source and month of the reports. */
  readonly at: string;
  readonly expected: Json;
  readonly found: Json;
}

/** How a run came out when it was made again. */
export interface Verification {
  /** Nothing differs. With `notVouched` paths in the manifest it rests on equal results alone that their code is the same. */
  readonly ok: boolean;
  readonly differences: readonly ManifestDifference[];
  readonly notVouched: readonly string[];
  /** The run made again. */
  readonly run: Run;
}

/** What a run is made again from. */
export interface VerifyInputs extends Pick<RunOptions, "previous" | "signal"> {
  readonly reports: ReportTable | Iterable<Report>;
  readonly config: RunConfig;
}

/**
 * Makes a run again from its inputs and says what is not as the manifest has it: version of the library, each option by its path,
 * each terminology, reports by source and month of receipt, the run before, and the results. That the results differ while nothing
 * else does means a function without a name that has changed, counts that were handed in wrong, or a manifest that was tampered with.
 *
 * @throws PvError `INVALID_ARGUMENT` for a manifest of another format; others as `runSurveillance`
 * @example
 * const { ok, differences } = await verifyRun(run.manifest, { reports: table, config });
 */
export async function verifyRun(manifest: RunManifest, inputs: VerifyInputs): Promise<Verification> {
  const { format, version } = manifest as Partial<Record<keyof RunManifest, unknown>>;
  if (format !== "pvsignal-run" || version !== 1) {
    throw new PvError(
      "INVALID_ARGUMENT",
      `manifest: expected pvsignal-run version 1, got ${JSON.stringify(format)} version ${JSON.stringify(version)}`,
    );
  }
  const { reports, config, previous, signal } = inputs;
  const run = await runSurveillance(reports, config, { asOf: manifest.asOf, previous, signal });
  const differences = compareManifests(manifest, run.manifest);
  return { ok: differences.length === 0, differences, notVouched: run.manifest.notVouched, run };
}

/** What differs between two manifests of one day. */
export function compareManifests(expected: RunManifest, found: RunManifest): ManifestDifference[] {
  const differences: ManifestDifference[] = [];
  const compare = (part: ManifestPart, at: string, x: Json, y: Json): void => {
    for (const one of jsonDifferences(x, y, at)) differences.push({ part, ...one });
  };
  compare("library", "library", expected.library, found.library);
  compare("options", "", expected.options, found.options);
  // The digest of options covers what was said of them; it differs alone only in a manifest that was changed by hand.
  if (differences.length === 0) compare("options", "optionsDigest", expected.optionsDigest, found.optionsDigest);
  compare("options", "seeds", expected.seeds, found.seeds);
  compare("functions", "", byPath(expected.functions), byPath(found.functions));
  compare("vocabularies", "", byPath(expected.vocabularies), byPath(found.vocabularies));
  const before = differences.length;
  compare("input", "", inputParts(expected.input.parts), inputParts(found.input.parts));
  if (differences.length === before) {
    compare("input", "digest", expected.input.digest, found.input.digest);
    compare("input", "reports", expected.input.reports, found.input.reports);
  }
  compare("previous", "previous", expected.previous, found.previous);
  compare("result", "result", expected.resultDigest, found.resultDigest);
  return differences;
}

const byPath = (list: readonly { readonly path: string }[]): Json =>
  Object.fromEntries(list.map(({ path, ...rest }) => [path, rest as Json]));

const inputParts = (parts: readonly InputPart[]): Json =>
  Object.fromEntries(
    parts.map(({ source, month, reports, digest }) => [
      `${source} ${month === "" ? "without receipt" : month}`.trim(),
      `${reports} reports, ${digest}`,
    ]),
  );

const isObject = (value: Json | undefined): value is Readonly<Record<string, Json>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The leaves in which two JSON values differ, by path; a field that is absent on one side is `null` there. */
export function jsonDifferences(
  x: Json,
  y: Json,
  at = "",
): { readonly at: string; readonly expected: Json; readonly found: Json }[] {
  if (isObject(x) && isObject(y)) {
    return [...new Set([...Object.keys(x), ...Object.keys(y)])]
      .sort()
      .flatMap((name) => jsonDifferences(x[name] ?? null, y[name] ?? null, at === "" ? name : `${at}.${name}`));
  }
  return canonicalJson(x) === canonicalJson(y) ? [] : [{ at, expected: x, found: y }];
}
