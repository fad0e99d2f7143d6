import { PvError } from "../error.ts";
import { seededRandom } from "../math/random.ts";
import { isoDay, partialDay, requireDay } from "../report/date.ts";
import type { Report, ReportEvent, ReportProduct } from "../report/report.ts";

/** An outbreak to be planted in real reports. */
export interface PlantPlan {
  /** Product name as in the reports, and its lot; the lot must occur. */
  readonly product: string;
  readonly lot: string;
  /** Term that most of the cases have. */
  readonly term: string;
  /** First day of its events, and on how many days they fall (default 14). */
  readonly from: string;
  readonly days?: number | undefined;
  /** Mean of the Poisson number of cases. */
  readonly cases: number;
  /** Share of the cases with the term (default 0.7); the others take the events of a report of the product. */
  readonly termShare?: number | undefined;
  /** Share of the cases that give the lot (default 0.8). */
  readonly lotKnown?: number | undefined;
}

/** Real reports with planted ones among them. */
export interface PlantedReports {
  readonly reports: readonly Report[];
  /** Ids of the planted reports, plan by plan. */
  readonly planted: readonly (readonly string[])[];
}

/**
 * Plants outbreaks in real reports: the background stays as it is, and each case takes its unit, place, patient, seriousness and
 * reporting delay from a report of the same product drawn at random (the delay from all reports with exact days). For trying a
 * detector on a centre's own data, where the truth about everything else is unknown.
 *
 * @throws PvError `UNKNOWN_TERM` when no report names the product with the lot; `EMPTY_SCOPE` when no report has an exact event and
 *   receipt day to take a delay from; `INVALID_DATE`, `INVALID_OPTION`
 * @example
 * plantOutbreaks([{ id: "1", source: "", version: 1, domain: "drug", receivedDate: "2024-01-03", eventDate: "2024-01-01", products: [{ name: "A", role: "suspect", lots: ["L1"] }], events: [{ term: "rash" }] }], { seed: 1, outbreaks: [{ product: "A", lot: "L1", term: "shock", from: "2024-02-01", cases: 4 }] }).reports[0]?.id; // "1"
 */
export function plantOutbreaks(
  background: Iterable<Report>,
  options: { readonly seed: number; readonly outbreaks: readonly PlantPlan[] },
): PlantedReports {
  const reports = [...background];
  const delays = reports.map(delayOf).filter((delay) => delay !== undefined);
  if (delays.length === 0)
    throw new PvError("EMPTY_SCOPE", "no report has an exact event day and a later day of receipt");
  const random = seededRandom(options.seed);
  const added: Report[] = [];
  const planted = options.outbreaks.map((plan, index) => {
    const own = random.fork(index);
    const { cases, days = 14, termShare = 0.7, lotKnown = 0.8 } = plan;
    if (!(cases > 0 && cases < 1e6) || !Number.isInteger(days) || days < 1) {
      throw new PvError(
        "INVALID_OPTION",
        `outbreaks[${index}]: expected cases above 0 and whole days, got ${cases} and ${days}`,
      );
    }
    const from = requireDay(`outbreaks[${index}].from`, plan.from);
    const models = reports.filter(({ products }) => products.some(({ name }) => name === plan.product));
    if (
      !models.some(({ products }) =>
        products.some((one) => one.name === plan.product && one.lots?.includes(plan.lot) === true),
      )
    ) {
      throw new PvError(
        "UNKNOWN_TERM",
        `outbreaks[${index}]: no report of ${JSON.stringify(plan.product)} with lot ${JSON.stringify(plan.lot)}`,
      );
    }
    const count = own.poisson(cases);
    return Array.from({ length: count }, (_, i) => {
      const model = models[own.integer(models.length)]!;
      const event = from + own.integer(days);
      const received = event + delays[own.integer(delays.length)]!;
      const withTerm = own.next() < termShare;
      const events: readonly ReportEvent[] = withTerm
        ? [{ term: plan.term }]
        : model.events.map(({ term }) => ({ term }));
      const id = `planted-${index + 1}-${i + 1}`;
      added.push(
        caseLike(model, { id, event, received, events, product: productOf(model, plan, own.next() < lotKnown) }),
      );
      return id;
    });
  });
  return { reports: [...reports, ...added], planted };
}

function delayOf({ eventDate, receivedDate }: Report): number | undefined {
  const event = eventDate === undefined ? undefined : partialDay(eventDate);
  const received = receivedDate === undefined ? undefined : partialDay(receivedDate);
  if (event?.precision !== "day" || received?.precision !== "day" || received.day < event.day) return undefined;
  return received.day - event.day;
}

function productOf(model: Report, plan: PlantPlan, lotKnown: boolean): ReportProduct {
  const like = model.products.find(({ name }) => name === plan.product)!;
  return { ...like, role: "suspect", lots: lotKnown ? [plan.lot] : undefined };
}

function caseLike(
  { source, domain, unit, unitKind, region, division, country, patient, serious }: Report,
  one: {
    readonly id: string;
    readonly event: number;
    readonly received: number;
    readonly events: readonly ReportEvent[];
    readonly product: ReportProduct;
  },
): Report {
  return {
    id: one.id,
    source,
    version: 1,
    domain,
    receivedDate: isoDay(one.received),
    eventDate: isoDay(one.event),
    products: [one.product],
    events: one.events,
    unit,
    unitKind,
    region,
    division,
    country,
    patient,
    serious,
  };
}
