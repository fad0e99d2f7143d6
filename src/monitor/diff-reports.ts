import type { ReportTable } from "../count/table.ts";
import { reportDigests, WORDS } from "./manifest-reports.ts";
import { reportKeys } from "./run-as-of.ts";

/** How the reports of two tables differ, by rows. */
export interface TableChanges {
  /** Rows of the current table whose report the previous one does not have. */
  readonly added: Int32Array;
  /** Rows of the previous table whose report the current one does not have: withdrawn, or merged into another. */
  readonly gone: Int32Array;
  /** Rows of the previous and of the current table of reports whose content changed. */
  readonly amended: { readonly previous: Int32Array; readonly current: Int32Array };
  readonly same: number;
}

/** Compares two tables report by report: by source and id, and by the digest of everything a report says. */
export function tableChanges(previous: ReportTable, current: ReportTable): TableChanges {
  const [before, after] = [reportKeys(previous), reportKeys(current)];
  const [x, y] = [reportDigests(previous), reportDigests(current)];
  const added: number[] = [];
  const gone: number[] = [];
  const old: number[] = [];
  const fresh: number[] = [];
  let same = 0;
  // Both tables are in the order of the keys.
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (j === after.length || (i < before.length && before[i]! < after[j]!)) gone.push(i++);
    else if (i === before.length || after[j]! < before[i]!) added.push(j++);
    else {
      let isSame = true;
      for (let w = 0; w < WORDS; w++) if (x[WORDS * i + w] !== y[WORDS * j + w]) isSame = false;
      if (isSame) same++;
      else {
        old.push(i);
        fresh.push(j);
      }
      i++;
      j++;
    }
  }
  return {
    added: Int32Array.from(added),
    gone: Int32Array.from(gone),
    amended: { previous: Int32Array.from(old), current: Int32Array.from(fresh) },
    same,
  };
}
