import type { Report, ReportEvent, ReportProduct, Seriousness } from "../report/report.ts";
import { VACCINE_COLUMNS } from "./layout-aefi.ts";
import { codeOf, OUTCOME_CODES, type CodeTable } from "./national-codes.ts";
import { COMMON_FLAGS, type NationalForm } from "./national-form.ts";
import { given, placeOf, type MakeOptions } from "./national-make.ts";

/** What the number of an AEFI case (14 digits) or of a group of cases (12 digits) says. */
export interface AefiCode {
  readonly kind: "case" | "group";
  /** Six digits of the county (GB/T 2260). */
  readonly division: string;
  readonly year: number;
  readonly serial: string;
}

/**
 * Takes the number of an AEFI case or group apart: county 6 digits, year 4, serial 4 (case) or 2 (group).
 *
 * @returns `undefined` for a number of another form, also one whose year is not from 1990 to 2099
 * @example
 * readAefiCode("11010520210012"); // { kind: "case", division: "110105", year: 2021, serial: "0012" }
 */
export function readAefiCode(code: string): AefiCode | undefined {
  const parts = /^(\d{6})((?:199|20\d)\d)(\d{4}|\d{2})$/.exec(code);
  if (parts === null) return undefined;
  const [, division = "", year = "", serial = ""] = parts;
  return { kind: serial.length === 4 ? "case" : "group", division, year: Number(year), serial };
}

/** Classes of a measured sign: by the number of the form, or by the words or the measure that stand in its place. */
interface SignClasses {
  readonly field: string;
  readonly sign: string;
  /** Upper bounds of the first two classes, and the lower bound of the first. */
  readonly bounds: readonly [from: number, first: number, second: number];
  readonly terms: readonly [string, string, string];
}

const SIGNS: readonly SignClasses[] = [
  {
    field: "发热(腋温℃)",
    sign: "fever",
    bounds: [37.1, 37.5, 38.5],
    terms: ["发热37.1–37.5℃", "发热37.6–38.5℃", "发热≥38.6℃"],
  },
  {
    field: "局部红肿(直径cm)",
    sign: "redness",
    bounds: [0, 2.5, 5],
    terms: ["局部红肿≤2.5cm", "局部红肿2.6–5.0cm", "局部红肿>5.0cm"],
  },
  {
    field: "局部硬结(直径cm)",
    sign: "induration",
    bounds: [0, 2.5, 5],
    terms: ["局部硬结≤2.5cm", "局部硬结2.6–5.0cm", "局部硬结>5.0cm"],
  },
];

/** Answers of the card by number or word; a number stands for the word beside it. */
type Numbered = readonly string[];
const OUTCOMES: Numbered = ["痊愈", "好转", "后遗症", "死亡", "不详"];
const FIRST_CLASSES: Numbered = ["一般反应", "待定"];
const CLASSES: Numbered = [
  "一般反应",
  "异常反应",
  "疫苗质量事故",
  "实施差错事故",
  "偶合症",
  "心因性反应",
  "不明原因",
  "待定",
];
const WAYS: CodeTable<"spontaneous" | "study"> = [
  [/^1|被动/, "spontaneous"],
  [/^2|主动/, "study"],
];
const PREGNANT: CodeTable<boolean> = [
  [/^1|^孕妇/, true],
  [/^[23]|哺乳|均否|^否/, false],
];
const HOSPITAL: CodeTable<boolean> = [
  [/^1|^是/, true],
  [/^2|^否/, false],
];

/** The word of a cell that has a number or a word, or both (`1 痊愈`, `1.痊愈`). */
function word(words: Numbered, cell: string): string {
  const number = /^([1-9])(?!\d)/.exec(cell)?.[1];
  return (number === undefined ? undefined : words[Number(number) - 1]) ?? cell;
}

/** The report of one case card, or of one line of a group register. */
export function aefiReport(form: NationalForm, all: readonly number[], options: MakeOptions): Report {
  const first = all[0]!;
  const { rows: group, retracted } = form.standing(all, COMMON_FLAGS);
  const one = (field: string): string => form.one(group, field);
  const { id } = form.rows.idOf(first);
  const groupCode = one("群体编码").replaceAll(" ", "");
  const code = readAefiCode(id.replace(/-\d+$/, "")) ?? readAefiCode(groupCode);
  if (code === undefined) form.issue("UNKNOWN_CODE", "noted", first, "编码", id, "6 + 4 + 4 digits expected");
  const onset = form.date(first, "反应发生日期", one("反应发生日期"));
  const reportedDate = form.date(first, "报告日期", one("报告日期"));
  const classCell = word(CLASSES, one("反应分类"));
  const outcomeCell = word(OUTCOMES, one("病人转归"));
  const outcome = form.code(OUTCOME_CODES, first, "病人转归", outcomeCell);
  const patient = form.patient(group, { age: "年龄", unit: "年龄单位", birth: "出生日期" }, onset);
  const pregnant = form.code(PREGNANT, first, "是否孕妇或哺乳期妇女", one("是否孕妇或哺乳期妇女"));
  return {
    id,
    source: "cn-aefi",
    version: 1,
    domain: "vaccine",
    ...(retracted ? { retracted } : {}),
    products: vaccines(form, group),
    events: events(form, group, given({ onset, outcome }), options.diagnoses),
    ...given({
      receivedDate: options.received(reportedDate),
      eventDate: onset,
      awareDate: form.date(first, "发现/就诊日期", one("发现/就诊日期")),
      reportedDate,
      deathDate: form.date(first, "死亡日期", one("死亡日期")),
      eventKey: groupCode || undefined,
      kind: form.code(WAYS, first, "反应获得方式", one("反应获得方式")),
      serious: seriousness(form, group, outcomeCell),
      classification: classCell || word(FIRST_CLASSES, one("初步分类")) || undefined,
      unit: form.maybe(group, "报告单位"),
      ...placeOf(one("发生地区")),
      patient: pregnant === undefined ? patient : { ...patient, pregnant },
      links: form.links(group),
    }),
    ...(code === undefined ? {} : { division: code.division }),
    ...form.narrative(group, "临床经过"),
    filled: form.filled(group),
  };
}

/** The card asks for hospital stay and outcome alone; with neither nothing is known. */
function seriousness(
  form: NationalForm,
  group: readonly number[],
  outcomeCell: string,
): readonly Seriousness[] | undefined {
  const stay = form.code(HOSPITAL, group[0]!, "是否住院", form.one(group, "是否住院"));
  const outcome = codeOf(OUTCOME_CODES, outcomeCell);
  if (stay === undefined && (outcome === undefined || outcome === "unknown")) return undefined;
  const met: Seriousness[] = outcome === "fatal" ? ["death"] : [];
  return stay === true ? [...met, "hospitalisation"] : met;
}

const columnOf = (name: string, n: number): string => (n === 1 ? name : `${name}#${n}`);

function vaccines(form: NationalForm, group: readonly number[]): ReportProduct[] {
  return [1, 2, 3].flatMap((n) => {
    const own = Object.keys(VACCINE_COLUMNS).map((name) => columnOf(name, n));
    const given = group.filter((row) => form.rows.value(row, columnOf("疫苗名称", n)) !== "");
    return form.distinct(given, own, columnOf("疫苗名称", n)).map((row) => vaccine(form, row, n));
  });
}

function vaccine(form: NationalForm, row: number, n: number): ReportProduct {
  const value = (name: string): string => form.rows.value(row, columnOf(name, n));
  const amount = value("接种剂量(ml或粒)");
  const dose = value("接种剂次");
  const doses = [/^\d+$/.test(dose) ? `第${dose}剂` : dose, amount].filter((part) => part !== "");
  return {
    name: value("疫苗名称"),
    role: "suspect",
    ...given({
      manufacturer: value("生产企业") || undefined,
      lots: form.lots(row, columnOf("疫苗批号", n)),
      strength: value("规格(剂/支或粒)") || undefined,
      category: value("疫苗属性") || undefined,
      route: value("接种途径") || undefined,
      dose: doses.length === 0 ? undefined : doses.join(" "),
      start: form.date(row, columnOf("接种日期", n), value("接种日期")),
    }),
  };
}

function events(
  form: NationalForm,
  group: readonly number[],
  more: Omit<ReportEvent, "term">,
  names: ReadonlyMap<string, string>,
): ReportEvent[] {
  const diagnoses = form.events(group, "初步临床诊断", more).map((event) => {
    const code = /^\d{1,2}$/.exec(event.term)?.[0].padStart(2, "0");
    return code === undefined ? event : { ...event, term: names.get(code) ?? `临床诊断${code}`, code };
  });
  const signs = SIGNS.flatMap((sign) => {
    const cell = form.one(group, sign.field);
    const found = signClass(sign, cell);
    if (found === undefined) form.issue("UNKNOWN_CODE", "value-dropped", group[0]!, sign.field, cell);
    if (found === undefined || found === 0) return [];
    return [{ term: sign.terms[found - 1]!, code: `${sign.sign}-${found}`, ...more }];
  });
  return [...diagnoses, ...signs];
}

/** Class 1 to 3, 0 for none, `undefined` for what is neither class nor measure. */
function signClass({ bounds: [from, first, second] }: SignClasses, cell: string): number | undefined {
  if (cell === "" || /^4(?!\d|\.)|无/.test(cell)) return 0;
  const code = /^([1-3])(?:[^\d.]|$)/.exec(cell)?.[1];
  if (code !== undefined && !/^[1-3] ?(cm|厘米)/i.test(cell)) return Number(code);
  const numbers = [...cell.matchAll(/\d+(?:\.\d+)?/g)].map(([text]) => Number(text));
  const most = numbers.at(-1);
  if (most === undefined || most > 50) return undefined;
  // `>5.0` and `≥38.6` are the class above their number, a range ends with its upper bound.
  if (/^[>≥大]/.test(cell)) return most >= second ? 3 : 2;
  if (most < from) return 0;
  return most <= first ? 1 : most <= second ? 2 : 3;
}
