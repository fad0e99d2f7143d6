import { cellReportIds, type Cell } from "../count/cell-reports.ts";
import type { PairCounts } from "../count/pairs.ts";
import type { ReportTable } from "../count/table.ts";
import { foldDecisions } from "../monitor/decision-fold.ts";
import { candidateKey, type DecisionLog } from "../monitor/decision.ts";
import type { RunWithInputs } from "../monitor/diff.ts";
import { tableAsOf } from "../monitor/run-as-of.ts";
import type { Run } from "../monitor/run.ts";
import type { Figure, Trace } from "./figure.ts";
import { readPeriod, type PeriodicOptions, type PeriodicReport } from "./periodic.ts";
import { qualityBlock, type QualityBlock } from "./periodic-quality.ts";
import { maskPersonal } from "./personal.ts";
import { PeriodicReader } from "./periodic-reader.ts";
import { countsByName, type ReviewOptions, type ReviewPacket } from "./review.ts";

/** What the figures of a document are counted again from. */
export interface FigureSource {
  readonly reader: PeriodicReader;
  /** Day up to which the members of alerts count. */
  readonly table: ReportTable;
  readonly run: Run | null;
  readonly earlier: Run | null;
  readonly counts: Readonly<Record<string, PairCounts>>;
  readonly log: DecisionLog;
  readonly quality: QualityBlock | null;
}

/** A figure that did not come out as the document has it. */
export interface WrongFigure {
  readonly trace: Trace;
  readonly told: number | null;
  readonly recounted: number | null;
}

/** Outcome of a recount. */
export interface FigureCheck {
  /** Figures of the document, and those of them that count reports, whose ids were found again. */
  readonly figures: number;
  readonly byReportIds: number;
  readonly wrong: readonly WrongFigure[];
}

/**
 * Counts every figure of a document again: from report ids where it counts reports, otherwise from the run, the decision log or the
 * quality figures that it names.
 *
 * @param options - those the document was made with
 */
export function recountFigures(
  document: ReviewPacket | PeriodicReport,
  options: ReviewOptions | PeriodicOptions,
): FigureCheck {
  const source = "current" in options ? reviewSource(options) : periodicSource(options);
  const figures = figuresOf(document);
  const wrong: WrongFigure[] = [];
  let byReportIds = 0;
  for (const { value, trace } of figures) {
    if (value !== null && tracedIds(trace, source) !== null) byReportIds++;
    const recounted = recount(trace, source);
    // A figure the document does not tell (a base that is not covered) need not be there again.
    if (value !== null && recounted !== value) wrong.push({ trace, told: value, recounted });
  }
  return { figures: figures.length, byReportIds, wrong };
}

/** What the figures of a packet come from. */
export function reviewSource({ current, previous, decisions = [] }: ReviewOptions): FigureSource {
  const { table } = tableAsOf(current.reports, current.run.asOf, current.config.undated);
  return {
    reader: new PeriodicReader(table, {}),
    table,
    run: current.run,
    earlier: previous?.run ?? null,
    counts: countsByName(current, table),
    log: decisions,
    quality: null,
  };
}

/** What the figures of a periodic report come from; `inputs` are those of its run, without which its SDRs cannot be counted again. */
export function periodicSource(options: PeriodicOptions, inputs?: RunWithInputs): FigureSource {
  const { reader, period, rows } = readPeriod(options);
  return {
    reader,
    table: reader.table,
    run: options.runs?.current ?? null,
    earlier: options.runs?.previous ?? null,
    counts: inputs === undefined ? {} : countsByName(inputs, reader.table),
    log: [],
    quality: qualityBlock(reader.table, rows, period, { ...options.quality, clock: reader.clock }),
  };
}

/** Every figure of a document, wherever it stands. */
export function figuresOf(document: unknown): Figure[] {
  if (typeof document !== "object" || document === null) return [];
  if ("trace" in document && "style" in document) return [document as Figure];
  return Object.values(document).flatMap(figuresOf);
}

/**
 * Ids of the reports that a figure counts, or null where it does not count reports.
 *
 * @throws PvError `UNKNOWN_TERM` when product or event of a cell do not occur
 */
export function tracedIds(trace: Trace, source: FigureSource): readonly string[] | null {
  switch (trace.kind) {
    case "reports":
      return trace.of.clock === source.reader.clock ? source.reader.ids(trace.of) : null;
    case "cell": {
      const counts = source.counts[trace.screening];
      if (counts === undefined) return null;
      return cellsOf[trace.cell].flatMap((cell) =>
        cellReportIds(source.table, counts, trace.product, trace.event, cell),
      );
    }
    case "alert": {
      const { from, to } = trace;
      const members = source.run?.alerts.alerts.find(({ id }) => id === trace.id)?.members ?? [];
      return members
        .filter(({ since }) => (from === undefined || since >= from) && (to === undefined || since <= to))
        .map(({ id }) => id);
    }
    case "shared": {
      const [one, other] = trace.of.map((part) => tracedIds(part, source));
      if (one === null || other === null || one === undefined || other === undefined) return null;
      const known = new Set(other);
      return one.filter((id) => known.has(id));
    }
    case "run":
    case "quality":
    case "change":
    case "candidates":
      return null;
  }
}

/** Cells of the fourfold table that a margin is the sum of. */
const cellsOf: Readonly<Record<"a" | "n1" | "m1" | "n", readonly Cell[]>> = {
  a: ["a"],
  n1: ["a", "b"],
  m1: ["a", "c"],
  n: ["a", "b", "c", "d"],
};

/** A figure counted again; null where it does not exist. */
export function recount(trace: Trace, source: FigureSource): number | null {
  const ids = tracedIds(trace, source);
  if (ids !== null) return ids.length;
  switch (trace.kind) {
    case "run":
      return numberAt(source.run, trace.at);
    case "quality":
      return numberAt(source.quality, trace.at);
    case "change": {
      const [now, before] = [recount(trace.now, source), recount(trace.before, source)];
      return now === null || before === null || before === 0 ? null : (now - before) / before;
    }
    case "candidates":
      return trace.keys.filter((key) => isKnown(key, source)).length;
    case "cell":
      // Reports that cannot be found again by id: the run still says how many there were.
      return cellOfRun(trace, source.run);
    case "reports":
    case "alert":
    case "shared":
      return null;
  }
}

function cellOfRun(trace: Extract<Trace, { kind: "cell" }>, run: Run | null): number | null {
  const row = run?.screenings[trace.screening]?.sdrs.find(
    ({ product, event }) => product === trace.product && event === trace.event,
  );
  return row?.[trace.cell] ?? null;
}

function isKnown(key: string, { run, earlier, log }: FigureSource): boolean {
  const pairs = [run, earlier].flatMap((one) => Object.values(one?.screenings ?? {}).flatMap(({ sdrs }) => sdrs));
  return (
    foldDecisions(log).items.some((item) => maskPersonal(item.key) === key) ||
    (run?.alerts.alerts ?? []).some(({ id }) => candidateKey({ kind: "alert", id }) === key) ||
    pairs.some(({ product, event }) => candidateKey({ kind: "pair", product, event }) === key)
  );
}

function numberAt(root: unknown, path: readonly (string | number)[]): number | null {
  const found = path.reduce<unknown>(
    (value, name) => (typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : null),
    root,
  );
  return typeof found === "number" ? found : null;
}
