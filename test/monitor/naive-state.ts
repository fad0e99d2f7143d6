// The state of a centre by the plainest means: everything known is kept in lists and built anew whenever it is asked for.
import { TableBuilder } from "../../src/count/build.ts";
import type { ReportTable } from "../../src/count/table.ts";
import type { ReportChanges } from "../../src/monitor/state-changes.ts";
import { buildTable, type Report } from "pvsignal";

interface Key {
  readonly source: string;
  readonly id: string;
}
interface Decided {
  readonly day: string;
  readonly what: "reinstate" | "withdraw" | "unmerge" | "merge";
  readonly name: string;
  readonly kept?: string;
}

export const nameOf = ({ source, id }: Key): string => `${source}\u0000${id}`;

/** The last day that a date can mean, by walking the calendar. */
function lastDay(date: string): string {
  if (date.length === 10) return date;
  const [year, month] = date.split("-").map(Number);
  const after = date.length === 7 ? new Date(Date.UTC(year!, month, 0)) : new Date(Date.UTC(year! + 1, 0, 0));
  return after.toISOString().slice(0, 10);
}

export class NaiveState {
  readonly days: string[] = [];
  readonly #records: { readonly knownOn: string; readonly report: Report }[] = [];
  readonly #decided: Decided[] = [];
  refused = 0;

  apply(changes: ReportChanges & { readonly reports?: readonly Report[] | undefined }): void {
    const day = changes.receivedOn;
    this.days.push(day);
    for (const report of changes.reports ?? []) {
      if (report.id === "") {
        this.refused++;
        continue;
      }
      const received = report.receivedDate === undefined ? day : lastDay(report.receivedDate);
      const knownOn = changes.knownOn === "receivedDate" && received < day ? received : day;
      // What is known already is not learnt again: the day on which it was first learnt stays.
      if (!this.#records.some((known) => same(known.report, report))) this.#records.push({ knownOn, report });
    }
    const { withdrawn, merged } = this.#standing(day);
    const decide = (what: Decided["what"], name: string, kept?: string): void => {
      this.#decided.push(kept === undefined ? { day, what, name } : { day, what, name, kept });
      fold({ withdrawn, merged }, this.#decided.at(-1)!);
    };
    const arrived = new Set(this.#records.map(({ report }) => nameOf(report)));
    for (const key of changes.reinstate ?? [])
      if (withdrawn.has(nameOf(key))) decide("reinstate", nameOf(key));
      else this.refused++;
    for (const key of changes.withdraw ?? []) decide("withdraw", nameOf(key));
    for (const key of changes.unmerge ?? [])
      if (merged.has(nameOf(key))) decide("unmerge", nameOf(key));
      else this.refused++;
    for (const { keep, drop } of changes.merge ?? []) {
      if (!arrived.has(nameOf(keep))) {
        this.refused++;
        continue;
      }
      for (const key of drop) {
        const name = nameOf(key);
        if (merged.get(name) === nameOf(keep)) continue;
        if (!arrived.has(name) || merged.has(name) || [nameOf(keep), ...chain(merged, nameOf(keep))].includes(name))
          this.refused++;
        else decide("merge", name, nameOf(keep));
      }
    }
  }

  /** What counts by what was known at the end of a day; now unless told. */
  table(day = "9999-12-31"): ReportTable {
    const builder = new TableBuilder();
    for (const { knownOn, report } of this.#records) if (knownOn <= day) builder.add(report);
    const { withdrawn, merged } = this.#standing(day);
    for (const name of withdrawn) builder.withdraw(...(name.split("\u0000") as [string, string]));
    const there = [...builder.finish().table.reports()];
    const names = new Set(there.map(nameOf));
    return buildTable(there.filter((report) => !chain(merged, nameOf(report)).some((kept) => names.has(kept))));
  }

  #standing(day: string): { readonly withdrawn: Set<string>; readonly merged: Map<string, string> } {
    const standing = { withdrawn: new Set<string>(), merged: new Map<string, string>() };
    for (const decided of this.#decided) if (decided.day <= day) fold(standing, decided);
    return standing;
  }
}

function fold(
  { withdrawn, merged }: { withdrawn: Set<string>; merged: Map<string, string> },
  { what, name, kept }: Decided,
): void {
  if (what === "withdraw") withdrawn.add(name);
  else if (what === "reinstate") withdrawn.delete(name);
  else if (what === "merge") merged.set(name, kept!);
  else merged.delete(name);
}

/** What a report is merged into, and what that is merged into, and so on. */
function chain(merged: ReadonlyMap<string, string>, name: string): string[] {
  const found: string[] = [];
  for (let kept = merged.get(name); kept !== undefined; kept = merged.get(kept)) found.push(kept);
  return found;
}

/** Two records are the same when nothing but the order of reading could tell which of them stands. */
function same(x: Report, y: Report): boolean {
  if (nameOf(x) !== nameOf(y) || x.version !== y.version || (x.retracted ?? false) !== (y.retracted ?? false))
    return false;
  const standing = (...reports: Report[]): string =>
    JSON.stringify(buildTable(reports.map((report) => ({ ...report, retracted: false }))).report(0));
  const [first, second] = [standing(x, y), standing(y, x)];
  return first === second ? standing(x) === standing(y) : true;
}
