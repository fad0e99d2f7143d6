import { isoDay, requireDay } from "../report/date.ts";
import type { Report, ReportEvent } from "../report/report.ts";
import { seededRandom, type SeededRandom } from "../math/random.ts";
import {
  cumulate,
  draw,
  lotUse,
  makeProducts,
  makeUnits,
  type SimulatedLot,
  type SimulatedProduct,
  type SimulatedUnit,
} from "./market.ts";
import {
  provinceOf,
  type OutbreakPlan,
  type ProductClass,
  type Province,
  type ProvinceOptions,
} from "./province-options.ts";
import { WorkingDays } from "./working-days.ts";

/** A planted outbreak as it came out. */
export interface PlantedOutbreak {
  readonly plan: OutbreakPlan;
  readonly class: ProductClass;
  readonly product: string;
  /** The lot, and its neighbour where part of the cases belong to that. */
  readonly lots: readonly string[];
  readonly group: string;
  /** First and last day on which its cases could fall. */
  readonly from: string;
  readonly to: string;
  /** Event day of its first case; null when the draw gave it none. */
  readonly firstCase: string | null;
  /** Ids of its reports, duplicates included. */
  readonly reportIds: readonly string[];
}

/** What really happened in a simulated province. */
export interface ProvinceTruth {
  readonly outbreaks: readonly PlantedOutbreak[];
  readonly products: readonly {
    readonly name: string;
    readonly class: ProductClass;
    readonly perDay: number;
    readonly lots: number;
  }[];
  /** The product that came to market, and its day. */
  readonly launch: { readonly product: string; readonly from: string } | null;
  /** The product in the news, and the days of it. */
  readonly campaign: { readonly product: string; readonly from: string; readonly to: string } | null;
}

/** Reports of a simulated province, in the order of receipt, and the truth behind them. */
export interface SimulatedProvince {
  readonly reports: readonly Report[];
  readonly truth: ProvinceTruth;
  readonly options: Province;
}

const TERMS = 8;
const WEEKDAY = [1.12, 1.08, 1.05, 1.05, 1, 0.85, 0.85];
const CAMPAIGN_DAYS = 21;
const TERM_WEIGHTS = cumulate(Array.from({ length: TERMS }, (_, i) => 1 / (i + 1)));

/**
 * A province's reporting of a year or more with outbreaks planted in it: products of very different frequency, lots that come
 * and go, neighbouring lots, reaction profiles, units of all sizes that report late, by the month, or without the lot,
 * weekdays and moving holidays, duplicates and corrections. Made-up data for testing detectors, seeded and repeatable.
 *
 * Reports carry `source: "simulated"`, the unit, its division, event, awareness and receipt dates, lots, one to three terms
 * `"group-03 term-2"` ({@link simulatedGroup} gives the group), seriousness and age and sex.
 *
 * @throws PvError `INVALID_OPTION`, `INVALID_DATE`
 * @example
 * simulateProvince({ seed: 1, days: 30, reportsPerDay: 10 }).reports[0]?.source; // "simulated"
 */
export function simulateProvince(options: ProvinceOptions): SimulatedProvince {
  const province = provinceOf(options);
  return new Simulation(province).run();
}

/** The reaction group of a simulated term. */
export function simulatedGroup(term: string): string {
  return term.slice(0, term.indexOf(" "));
}

interface Case {
  readonly product: SimulatedProduct;
  readonly lot: SimulatedLot | undefined;
  readonly unit: SimulatedUnit;
  readonly day: number;
  readonly groups: readonly number[];
  /** −1 where it belongs to none. */
  readonly outbreak: number;
  readonly lotKnown: number | undefined;
}

class Simulation {
  readonly #province: Province;
  readonly #start: number;
  readonly #working: WorkingDays;
  readonly #products: SimulatedProduct[];
  readonly #units: SimulatedUnit[];
  readonly #unitSize: Float64Array;
  readonly #random: SeededRandom;
  readonly #records: { readonly report: Report; readonly received: number; readonly outbreak: number }[] = [];
  #cases = 0;

  constructor(province: Province) {
    this.#province = province;
    this.#start = requireDay("start", province.start);
    this.#working = new WorkingDays(province.daysOff);
    const random = seededRandom(province.seed);
    this.#products = makeProducts(province, random.fork(1));
    const { units, size } = makeUnits(province, random.fork(2));
    this.#units = units;
    this.#unitSize = size;
    this.#random = random.fork(3);
  }

  run(): SimulatedProvince {
    const { days, launchDay, campaignDay, outbreaks } = this.#province;
    const campaign = campaignDay === undefined ? undefined : this.#products[Math.min(4, this.#products.length - 1)];
    for (let day = 0; day < days; day++) this.#background(day, campaign, campaignDay);
    const taken = new Set<string>(campaign === undefined ? [] : [campaign.name]);
    const planted = outbreaks.map((plan, i) => this.#plant(plan, i, taken));
    this.#records.sort(
      (x, y) =>
        x.received - y.received ||
        (x.report.id < y.report.id ? -1 : x.report.id > y.report.id ? 1 : x.report.version - y.report.version),
    );
    const ids = planted.map(() => new Set<string>());
    for (const { report, outbreak } of this.#records) if (outbreak >= 0) ids[outbreak]!.add(report.id);
    const launched = launchDay === undefined ? undefined : this.#products.find(({ from }) => from === launchDay);
    return {
      reports: this.#records.map(({ report }) => report),
      truth: {
        outbreaks: planted.map((outbreak, i) => ({ ...outbreak, reportIds: [...ids[i]!] })),
        products: this.#products.map(({ name, class: kind, perDay, lots }) => ({
          name,
          class: kind,
          perDay,
          lots: lots.length,
        })),
        launch: launched === undefined ? null : { product: launched.name, from: this.#iso(launched.from) },
        campaign:
          campaign === undefined || campaignDay === undefined
            ? null
            : { product: campaign.name, from: this.#iso(campaignDay), to: this.#iso(campaignDay + CAMPAIGN_DAYS - 1) },
      },
      options: this.#province,
    };
  }

  #background(day: number, campaign: SimulatedProduct | undefined, campaignDay = Infinity): void {
    const random = this.#random.fork(day);
    const factor = WEEKDAY[(((this.#start + day + 3) % 7) + 7) % 7]!;
    for (const product of this.#products) {
      if (day < product.from) continue;
      // A new product takes off over two months.
      const ramp = product.from === -Infinity ? 1 : Math.min(1, (day - product.from) / 60);
      const news = product === campaign && day >= campaignDay && day < campaignDay + CAMPAIGN_DAYS ? 3 : 1;
      const count = random.poisson(product.perDay * factor * ramp * news);
      if (count === 0) continue;
      const use = cumulate(product.lots.map((lot) => lotUse(lot, day)));
      for (let i = 0; i < count; i++) {
        const inUse = use.length > 0 && use[use.length - 1]! > 0;
        const lot = inUse ? product.lots[draw(use, random)] : undefined;
        const groups = [draw(product.groups, random)];
        if (random.next() < 0.35) groups.push(draw(product.groups, random));
        this.#report(
          {
            product,
            lot,
            unit: this.#units[draw(this.#unitSize, random)]!,
            day,
            groups,
            outbreak: -1,
            lotKnown: undefined,
          },
          random,
        );
      }
    }
  }

  /** One outbreak a product, in a lot that is in use on its first day and among the more used ones. */
  #plant(plan: OutbreakPlan, index: number, taken: Set<string>): Omit<PlantedOutbreak, "reportIds"> {
    const random = seededRandom(this.#province.seed).fork(1000 + index);
    const { days = 14, groupShare = 0.7, lotKnown = 0.8, neighbourShare = 0 } = plan;
    const candidates = this.#products.filter(
      ({ name, class: kind, from, lots }) =>
        kind === plan.class && from <= plan.day && !taken.has(name) && lots.some((lot) => lotUse(lot, plan.day) > 0),
    );
    const product = candidates[random.integer(Math.max(1, candidates.length))];
    if (product === undefined)
      throw new RangeError(`outbreaks[${index}]: no ${plan.class} product left to plant it in`);
    taken.add(product.name);
    const use = cumulate(product.lots.map((lot) => lotUse(lot, plan.day)));
    const at = draw(use, random);
    const lot = product.lots[at]!;
    const neighbour = product.lots[at + 1];
    const group = draw(product.groups, random);
    // At least eight units see it.
    const units = Array.from({ length: 8 + random.integer(5) }, () => this.#units[draw(this.#unitSize, random)]!);
    const cases = random.poisson(plan.cases);
    let firstCase = Infinity;
    for (let i = 0; i < cases; i++) {
      const next = neighbour !== undefined && random.next() < neighbourShare;
      const first = random.next() < groupShare ? group : draw(product.groups, random);
      const groups = random.next() < 0.35 ? [first, draw(product.groups, random)] : [first];
      const day = plan.day + random.integer(days);
      firstCase = Math.min(firstCase, day);
      this.#report(
        {
          product,
          lot: next ? neighbour : lot,
          unit: units[random.integer(units.length)]!,
          day,
          groups,
          outbreak: index,
          lotKnown,
        },
        random,
      );
    }
    return {
      plan,
      class: plan.class,
      product: product.name,
      lots: neighbourShare > 0 && neighbour !== undefined ? [lot.name, neighbour.name] : [lot.name],
      group: groupName(product, group),
      firstCase: cases === 0 ? null : this.#iso(firstCase),
      from: this.#iso(plan.day),
      to: this.#iso(plan.day + days - 1),
    };
  }

  #report(one: Case, random: SeededRandom): void {
    const { duplicates, corrections } = this.#province;
    const id = `case-${String(this.#cases++).padStart(7, "0")}`;
    const report = this.#record(one, id, random);
    // The holder, or a second hospital, reports the same patient under its own number.
    if (random.next() < duplicates) {
      const unit = random.next() < 0.5 ? this.#units[draw(this.#unitSize, random)]! : one.unit;
      this.#record({ ...one, unit }, `${id}-b`, random, report);
    }
    if (random.next() < corrections) {
      const later = requireDay("receivedDate", report.receivedDate!) + 5 + random.integer(40);
      const corrected: Report = {
        ...report,
        version: 2,
        receivedDate: isoDay(later),
        patient: { ...report.patient, ageYears: 1 + random.integer(90) },
      };
      this.#records.push({ report: corrected, received: later, outbreak: one.outbreak });
    }
  }

  #record(one: Case, id: string, random: SeededRandom, twin?: Report): Report {
    const { medianDelay, delaySpread } = this.#province;
    const { product, lot, unit, day, groups, outbreak } = one;
    const delay = Math.min(180, Math.round(medianDelay * Math.exp(delaySpread * random.normal())));
    const occurred = this.#start + day;
    const received = this.#working.next(
      unit.batch ? this.#working.monthEnd(occurred + delay) : occurred + delay,
      random.next(),
    );
    const known = random.next() < (one.lotKnown ?? unit.lotsKnown);
    const serious = random.next() < (outbreak >= 0 ? 0.3 : 0.12);
    const report: Report = {
      id,
      source: "simulated",
      version: 1,
      domain: product.domain,
      receivedDate: isoDay(received),
      eventDate: isoDay(occurred),
      awareDate: isoDay(Math.min(received, occurred + Math.min(delay, 2))),
      products: [
        {
          name: product.name,
          role: "suspect",
          manufacturer: product.maker,
          ...(known && lot !== undefined ? { lots: [lot.name] } : {}),
        },
      ],
      events: twin?.events ?? events(product, groups, random),
      serious: twin?.serious ?? (serious ? [random.next() < 0.05 ? "death" : "hospitalisation"] : []),
      unit: unit.name,
      unitKind: "medical",
      division: unit.division,
      region: unit.division.slice(0, 4),
      patient: twin?.patient ?? { ageYears: 1 + random.integer(90), sex: random.next() < 0.54 ? "female" : "male" },
    };
    this.#records.push({ report, received, outbreak });
    return report;
  }

  #iso(day: number): string {
    return isoDay(this.#start + day);
  }
}

const groupName = ({ domain }: SimulatedProduct, group: number): string =>
  `${domain}-${String(group + 1).padStart(2, "0")}`;

function events(product: SimulatedProduct, groups: readonly number[], random: SeededRandom): ReportEvent[] {
  const terms = groups.map((group) => `${groupName(product, group)} term-${draw(TERM_WEIGHTS, random) + 1}`);
  return [...new Set(terms)].map((term) => ({ term }));
}
