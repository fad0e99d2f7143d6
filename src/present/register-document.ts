import { decisionStateWording } from "../monitor/decision-wording.ts";
import type { Wording } from "../report/wording.ts";
import { same, type DocumentCell, type DocumentTable } from "./document.ts";
import type { RegisterRow } from "./register.ts";

const heads: readonly Wording[] = [
  { zh: "编号", en: "no." },
  { zh: "对象", en: "subject" },
  { zh: "开立", en: "opened" },
  { zh: "状态", en: "state" },
  { zh: "期限", en: "due" },
  { zh: "逾期", en: "overdue" },
  { zh: "销号", en: "settled on" },
  { zh: "责任人", en: "responsible" },
];

/** Rows of the register as a table of a document. */
export const registerDocumentTable = (caption: Wording, rows: readonly RegisterRow[]): DocumentTable => ({
  caption,
  columns: heads.map((head) => ({ head })),
  rows: rows.map((row): DocumentCell[] => [
    row.number,
    row.subject,
    row.opened,
    decisionStateWording[row.state],
    row.due ?? "–",
    overdueText(row),
    row.closedOn ?? "–",
    row.responsible,
  ]),
});

function overdueText({ overdueDays, overdueWorkingDays }: RegisterRow): Wording {
  if (overdueDays === 0) return same("–");
  const working: Wording =
    overdueWorkingDays === null
      ? same("")
      : { zh: `（${overdueWorkingDays} 个工作日）`, en: ` (${overdueWorkingDays} working days)` };
  return { zh: `${overdueDays} 天${working.zh}`, en: `${overdueDays} days${working.en}` };
}
