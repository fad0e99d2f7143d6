// Synthetic reports with the skew of a real database. Report i depends on (seed, i) alone, so a smaller set is the head of a
// larger one. Products and events follow a Zipf-Mandelbrot law; every product has events of its own that it reports more often.
import { buildTable, ReportTable } from "../dist/index.js";

const PRODUCTS = 5_000;
const EVENTS = 20_000;
const REGIONS = 117;
const LOTS = 20_000;
const OWN_EVENTS = 24;
const OWN_SHARE = 0.35;
/** Bit of the `serious` column that says that seriousness is known. */
const SERIOUS_KNOWN = 0x8000;

/** 32-bit mix of a counter (xxHash's avalanche): a random number that depends on where it is used and on nothing before it. */
export function mix(seed, i, draw) {
  let h = Math.imul(seed ^ 0x9e3779b1, 0x85ebca77) ^ Math.imul(i + 1, 0xc2b2ae3d) ^ Math.imul(draw + 1, 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca77);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae3d);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Draws for item i of a set: `next(n)` is a whole number below n, `chance(p)` is true with probability p. */
export function draws(seed, i) {
  let k = 0;
  const next = (n) => mix(seed, i, k++) % n;
  return { next, chance: (p) => mix(seed, i, k++) < p * 2 ** 32, pick: (list) => list[next(list.length)] };
}

/** Alias-free sampling by a table of quantiles: ids are scrambled so that frequency order is not id order. */
export function zipf(n, exponent, shift, seed) {
  const cumulative = new Float64Array(n);
  let total = 0;
  for (let k = 0; k < n; k++) cumulative[k] = total += 1 / (k + 1 + shift) ** exponent;
  const order = Uint32Array.from({ length: n }, (_, k) => k);
  for (let k = n - 1; k > 0; k--) {
    const j = mix(seed, k, 99) % (k + 1);
    [order[k], order[j]] = [order[j], order[k]];
  }
  const table = new Uint32Array(1 << 20);
  for (let t = 0, k = 0; t < table.length; t++) {
    while (cumulative[k] < ((t + 0.5) / table.length) * total) k++;
    table[t] = order[k];
  }
  return table;
}

const labels = (prefix, n) => Array.from({ length: n }, (_, i) => prefix + String(i).padStart(6, "0"));
const coded = (codes, values) => ({ codes, values });

const SIZES = [1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6, 5, 4, 3, 3, 2];

const offsetsOf = (n, seed, draw) => {
  const offsets = new Uint32Array(n + 1);
  for (let i = 0; i < n; i++) offsets[i + 1] = offsets[i] + SIZES[mix(seed, i, draw) & 15];
  return offsets;
};

/**
 * Products and events of `n` synthetic reports as numbered columns for `pairStoreOf`, all of them suspect: 2.9 products and 2.9
 * events a report, repeats included. `products` and `events` are the sizes of the vocabularies.
 */
export function generateColumns(n, { seed = 1, products = PRODUCTS, events = EVENTS } = {}) {
  const productOf = zipf(products, 1.05, 3, seed);
  const eventOf = zipf(events, 1.1, 5, seed + 1);
  const productOffsets = offsetsOf(n, seed, 0);
  const eventOffsets = offsetsOf(n, seed, 1);
  const product = new (products > 65_536 ? Int32Array : Uint16Array)(productOffsets[n]);
  const event = new (events > 65_536 ? Int32Array : Uint16Array)(eventOffsets[n]);
  for (let i = 0; i < n; i++) {
    let draw = 2;
    for (let j = productOffsets[i]; j < productOffsets[i + 1]; j++) {
      product[j] = productOf[mix(seed, i, draw) >>> 12];
      draw += 3;
    }
    for (let j = eventOffsets[i]; j < eventOffsets[i + 1]; j++) {
      const own = mix(seed, i, draw++) < OWN_SHARE * 2 ** 32;
      const pick = mix(seed, i, draw++);
      event[j] = own ? mix(seed, product[productOffsets[i]], pick % OWN_EVENTS) % events : eventOf[pick >>> 12];
    }
  }
  return {
    products: { labels: labels("P", products), offsets: productOffsets, ids: product },
    events: { labels: labels("E", events), offsets: eventOffsets, ids: event },
  };
}

/** A report table of `n` synthetic reports; `allSuspect` gives no product another role. */
export function generateTable(n, seed = 1, allSuspect = false) {
  const productOf = zipf(PRODUCTS, 1.05, 3, seed);
  const eventOf = zipf(EVENTS, 1.1, 5, seed + 1);
  const productOffsets = offsetsOf(n, seed, 0);
  const eventOffsets = offsetsOf(n, seed, 1);
  const nProducts = productOffsets[n];
  const nEvents = eventOffsets[n];
  const product = new Int32Array(nProducts);
  const role = new Uint8Array(nProducts);
  const event = new Int32Array(nEvents);
  const lot = new Int32Array(nProducts);
  for (let i = 0; i < n; i++) {
    let draw = 2;
    for (let j = productOffsets[i]; j < productOffsets[i + 1]; j++) {
      product[j] = productOf[mix(seed, i, draw++) >>> 12];
      role[j] = j === productOffsets[i] || mix(seed, i, draw++) < 2 ** 31 || allSuspect ? 1 : 3;
      lot[j] = mix(seed, i, draw++) % LOTS;
    }
    for (let j = eventOffsets[i]; j < eventOffsets[i + 1]; j++) {
      const own = mix(seed, i, draw++) < OWN_SHARE * 2 ** 32;
      const pick = mix(seed, i, draw++);
      event[j] = own ? mix(seed, product[productOffsets[i]], pick % OWN_EVENTS) % EVENTS : eventOf[pick >>> 12];
    }
  }
  const byReport = (fill) => Uint8Array.from({ length: n }, (_, i) => fill(i));
  const none = (length) => coded(new Int32Array(length).fill(-1), []);
  const noDate = (length) => ({ day: new Int32Array(length).fill(-0x80000000), precision: new Uint8Array(length) });
  const shared = { report: none(n), product: none(nProducts), event: none(nEvents) };
  const dates = { report: noDate(n), product: noDate(nProducts), event: noDate(nEvents) };
  // Columns of rarely filled fields, all of them empty.
  const { details } = buildTable([
    { id: "1", source: "none", version: 1, domain: "drug", products: [], events: [] },
  ]).columns;
  return new ReportTable({
    details,
    reports: {
      id: shared.report,
      source: shared.report,
      recordId: shared.report,
      version: new Int32Array(n).fill(1),
      domain: byReport(() => 1),
      received: {
        day: Int32Array.from({ length: n }, (_, i) => 14_000 + (mix(seed, i, 900) % 8_000)),
        precision: byReport(() => 1),
      },
      event: dates.report,
      eventKey: shared.report,
      unit: shared.report,
      region: coded(
        Int32Array.from({ length: n }, (_, i) => mix(seed, i, 901) % REGIONS),
        labels("R", REGIONS),
      ),
      country: shared.report,
      reporter: shared.report,
      sex: byReport((i) => mix(seed, i, 902) % 3),
      ageYears: Float64Array.from({ length: n }, (_, i) => mix(seed, i, 903) % 90),
      weightKg: new Float64Array(n).fill(NaN),
      serious: Uint16Array.from({ length: n }, (_, i) => SERIOUS_KNOWN | (mix(seed, i, 904) % 5 === 0 ? 4 : 0)),
      narrative: shared.report,
    },
    productOffsets,
    products: {
      name: coded(product, labels("P", PRODUCTS)),
      role,
      ingredient: shared.product,
      manufacturer: shared.product,
      code: shared.product,
      route: shared.product,
      dose: shared.product,
      indication: shared.product,
      start: dates.product,
      end: dates.product,
      domain: new Uint8Array(nProducts),
    },
    lotOffsets: Uint32Array.from({ length: nProducts + 1 }, (_, j) => j),
    lots: { lot: coded(lot, labels("L", LOTS)) },
    eventOffsets,
    events: {
      term: coded(event, labels("E", EVENTS)),
      code: shared.event,
      onset: dates.event,
      outcome: new Uint8Array(nEvents),
    },
  });
}

/** Synthetic reports as the rows of a CSV file, one report a row, with quoted text and several terms in a cell. */
export function* generateCsv(n, seed = 1) {
  const table = generateTable(n, seed);
  const { products, productOffsets, events, eventOffsets, reports } = table.columns;
  yield "id,received,sex,age,region,product,role,events,comment\r\n";
  for (let i = 0; i < n; i++) {
    const terms = [];
    for (let j = eventOffsets[i]; j < eventOffsets[i + 1]; j++) terms.push(events.term.values[events.term.codes[j]]);
    const head = `${1_000_000 + i},${new Date(reports.received.day[i] * 864e5).toISOString().slice(0, 10)},${["", "female", "male"][reports.sex[i]]},${reports.ageYears[i]},${reports.region.values[reports.region.codes[i]]}`;
    for (let j = productOffsets[i]; j < productOffsets[i + 1]; j++) {
      yield `${head},${products.name.values[products.name.codes[j]]},${products.role[j] === 1 ? "suspect" : "concomitant"},${terms.join(";")},"said ""it hurts"", 皮疹"\r\n`;
    }
  }
}
