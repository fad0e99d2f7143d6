import { NO_DAY, partialDay, type DatePrecision } from "../report/date.ts";
import type { BlockDate } from "../report/block.ts";
import { DOMAINS, OUTCOMES, ROLES, SERIOUSNESS, SEXES } from "../report/report.ts";
import { BatchBuilder } from "./batch.ts";
import type { CodedRows } from "./coded-rows.ts";
import type { ReadContext } from "./input.ts";
import { IntList } from "./int-list.ts";
import { LOTS } from "./mapped-make.ts";
import type { MappedValues } from "./mapped-values.ts";
import type { Column } from "./mapping.ts";
import { readPatient, type PatientCells } from "./patient.ts";
import { VALUE_LIMIT } from "./table.ts";

type Ints = Int32Array<ArrayBuffer>;
type Doubles = Float64Array<ArrayBuffer>;

const PRECISION: Readonly<Record<DatePrecision, number>> = { day: 1, month: 2, year: 3 };
const NOWHERE = { file: "", row: 0 };
const NO_CELLS: PatientCells = { age: "", ageUnit: "", sex: "", weight: "", weightUnit: "KG" };

/** Notices whether a value has an issue, which is then worded where it stands. */
class Probe extends BatchBuilder {
  raised = false;
  override issue(): void {
    this.raised = true;
  }
}

/** What the pieces of a list mean. */
interface ListMeaning {
  /** Whether a piece stands for itself wherever it stands. */
  readonly isPlain: (piece: string) => boolean;
  readonly isWanted: (piece: string) => boolean;
  /** The pieces of a whole cell, and whether it has an issue. */
  readonly pieces: (text: string) => { readonly kept: ReadonlySet<string>; readonly isFaulty: boolean };
  readonly repeatIsFault: boolean;
}

/** A list a cell: pieces of text k are `codes[offsets[k]]` to `codes[offsets[k + 1]]`. */
export interface CodedLists {
  readonly offsets: Ints;
  readonly codes: Ints;
  readonly values: string[];
}

/**
 * What each distinct text of a column means, found once and then looked up by number; and which of them have an issue, so that
 * rows in which they stand go to the maker of reports, who words it.
 */
export class ColumnMeanings {
  /** 1 for the texts of a column that have an issue, by the place of the column. */
  readonly faulty: (Uint8Array | undefined)[];
  readonly #rows: CodedRows;
  readonly #values: MappedValues;
  readonly #probe: Probe;
  readonly #ages = new Map<number, number>();
  readonly #agePlace: number;
  readonly #unitPlace: number;
  /** The last age asked for has an issue. */
  ageIsFaulty = false;

  constructor(rows: CodedRows, values: MappedValues, context: ReadContext) {
    this.#rows = rows;
    this.#values = values;
    this.#probe = new Probe(context);
    this.faulty = rows.codes.map(() => undefined);
    this.#agePlace = rows.place("age");
    this.#unitPlace = rows.place("ageUnit");
  }

  dates(column: Column): BlockDate | undefined {
    const c = this.#rows.place(column);
    if (c < 0) return undefined;
    const texts = this.#rows.texts(c);
    const day = new Int32Array(texts.length).fill(NO_DAY);
    const precision = new Int32Array(texts.length);
    for (let code = 1; code < texts.length; code++) {
      const date = this.#values.dates.read(texts[code]!);
      const found = date === undefined ? undefined : partialDay(date);
      if (found === undefined) this.#fault(c, code);
      else {
        day[code] = found.day;
        precision[code] = PRECISION[found.precision];
      }
    }
    return { day, precision };
  }

  version(): Ints | undefined {
    return this.#ints("version", (text) => {
      const version = this.#values.version(text);
      return { value: version ?? 1, isFaulty: version === undefined && text !== "" };
    });
  }

  role(): Ints | undefined {
    return this.#ints("role", (text) => {
      const role = this.#values.role(text);
      return { value: ROLES.indexOf(role ?? "suspect") + 1, isFaulty: role === undefined && text !== "" };
    });
  }

  domain(): Ints | undefined {
    return this.#ints("domain", (text) => {
      const domain = this.#values.domain(text);
      return { value: domain === undefined ? 0 : DOMAINS.indexOf(domain) + 1, isFaulty: domain === undefined };
    });
  }

  outcome(): Ints | undefined {
    return this.#ints("outcome", (text) => {
      const outcome = this.#values.outcome(text);
      return {
        value: outcome === undefined ? 0 : OUTCOMES.indexOf(outcome) + 1,
        isFaulty: outcome === undefined && text !== "",
      };
    });
  }

  sex(): Ints | undefined {
    return this.#ints("sex", (text) => {
      const sex = this.#patient({ ...NO_CELLS, sex: text })?.sex;
      return { value: sex === undefined ? 0 : SEXES.indexOf(sex) + 1, isFaulty: this.#probe.raised };
    });
  }

  weight(): Doubles | undefined {
    const c = this.#rows.place("weight");
    if (c < 0) return undefined;
    return Float64Array.from(this.#rows.texts(c), (weight, code) => {
      const found = this.#patient({ ...NO_CELLS, weight })?.weightKg;
      if (this.#probe.raised) this.#fault(c, code);
      return found ?? NaN;
    });
  }

  /** Age of a row, NaN where there is none; both of the pair of age and unit. An issue about it is told by {@link ageIsFaulty}. */
  age(row: number): number {
    const { codes, dictionaries } = this.#rows;
    const a = this.#agePlace;
    const u = this.#unitPlace;
    const code = codes[a]![row]!;
    const unit = u < 0 ? 0 : codes[u]![row]!;
    const pair = code * (u < 0 ? 1 : dictionaries[u]!.size) + unit;
    const known = this.#ages.get(pair);
    this.ageIsFaulty = false;
    if (known !== undefined) return known;
    const cells = { ...NO_CELLS, age: dictionaries[a]!.text(code), ageUnit: u < 0 ? "" : dictionaries[u]!.text(unit) };
    const years = this.#patient(cells)?.ageYears ?? NaN;
    this.ageIsFaulty = this.#probe.raised;
    if (!this.ageIsFaulty) this.#ages.set(pair, years);
    return years;
  }

  /** Seriousness of each text of a column of codes: bits after `SERIOUSNESS`, -1 where nothing is known. */
  serious(): Ints | undefined {
    return this.#ints("serious", (text) => {
      const found = this.#values.seriousList(text).map((code) => this.#values.serious(code));
      const known = found.filter((criterion) => criterion !== undefined);
      let bits = 0;
      for (const criterion of known) if (criterion !== "none") bits |= 1 << SERIOUSNESS.indexOf(criterion);
      return { value: known.length > 0 ? bits : -1, isFaulty: known.length < found.length };
    });
  }

  /** Bits of the flag columns, by place and text. */
  flags(): (readonly [place: number, bits: Ints])[] {
    return this.#values.flags.map(([column, criterion]) => {
      const bit = 1 << SERIOUSNESS.indexOf(criterion);
      const bits = this.#ints(column, (text) => ({ value: this.#values.yes.has(text) ? bit : 0, isFaulty: false }));
      return [this.#rows.place(column), bits!];
    });
  }

  /** Terms of each text, without repeats. */
  terms(): CodedLists {
    const { termSeparator, termStarts } = this.#values;
    return this.#lists("term", termSeparator, {
      isPlain: (piece) => piece.length <= VALUE_LIMIT && !termStarts.has(piece.toUpperCase()),
      isWanted: () => true,
      pieces: (text) => {
        const terms = this.#values.terms(text);
        const kept = new Set(terms.filter((term) => term.length <= VALUE_LIMIT));
        return { kept, isFaulty: kept.size < terms.length };
      },
      repeatIsFault: true,
    });
  }

  /** Lots of each text, without repeats. */
  lots(): CodedLists | undefined {
    if (this.#rows.place("lot") < 0) return undefined;
    return this.#lists("lot", this.#values.lotSeparator, {
      isPlain: () => true,
      isWanted: (piece) => this.#values.isLot(piece),
      pieces: (text) => {
        const lots = this.#values.lots(text);
        return { kept: new Set(lots.slice(0, LOTS)), isFaulty: lots.length > LOTS };
      },
      repeatIsFault: false,
    });
  }

  /** Lists of a column: cut in their bytes where the separator is a text, and piece by piece as texts where something is odd. */
  #lists(column: Column, separator: string | RegExp | undefined, how: ListMeaning): CodedLists {
    const c = this.#rows.place(column);
    const dictionary = this.#rows.dictionaries[c]!;
    const cut = typeof separator === "object" || separator === "" ? undefined : dictionary.split(separator);
    const texts = cut?.parts.texts() ?? [];
    // 0 not wanted, 1 plain, 2 to be looked at with all of its cell
    const kind = Uint8Array.from(texts, (piece) => (!how.isPlain(piece) ? 2 : how.isWanted(piece) ? 1 : 0));
    const values = texts.slice(1);
    const number = new Map<string, number>();
    const numberOf = (piece: string): number => {
      if (number.size === 0) for (const [i, text] of values.entries()) number.set(text, i);
      let known = number.get(piece);
      if (known === undefined) number.set(piece, (known = values.push(piece) - 1));
      return known;
    };
    const offsets = new Int32Array(dictionary.size + 1);
    const codes = new IntList(cut?.codes.length ?? dictionary.size);
    const stamp = new Int32Array(texts.length);
    for (let code = 1; code < dictionary.size; code++) {
      const from = cut === undefined ? 0 : cut.offsets[code]!;
      const to = cut === undefined ? 0 : cut.offsets[code + 1]!;
      let isOdd = cut === undefined || to - from > LOTS;
      for (let k = from; k < to; k++) isOdd ||= kind[cut!.codes[k]!] === 2;
      if (isOdd) {
        const { kept, isFaulty } = how.pieces(dictionary.text(code));
        if (isFaulty) this.#fault(c, code);
        for (const piece of kept) codes.push(numberOf(piece));
      } else {
        for (let k = from; k < to; k++) {
          const piece = cut!.codes[k]!;
          if (kind[piece] === 0) continue;
          if (stamp[piece] !== code) codes.push(piece - 1);
          else if (how.repeatIsFault) this.#fault(c, code);
          stamp[piece] = code;
        }
      }
      offsets[code + 1] = codes.length;
    }
    return { offsets, codes: codes.taken(), values };
  }

  #ints(column: Column, meaning: (text: string) => { value: number; isFaulty: boolean }): Ints | undefined {
    const c = this.#rows.place(column);
    if (c < 0) return undefined;
    return Int32Array.from(this.#rows.texts(c), (text, code) => {
      const { value, isFaulty } = meaning(text);
      if (isFaulty) this.#fault(c, code);
      return value;
    });
  }

  #fault(place: number, code: number): void {
    const faulty = (this.faulty[place] ??= new Uint8Array(this.#rows.dictionaries[place]!.size));
    faulty[code] = 1;
  }

  #patient(cells: PatientCells): ReturnType<typeof readPatient> {
    this.#probe.raised = false;
    return readPatient(cells, this.#values.patient, this.#probe, NOWHERE);
  }
}
