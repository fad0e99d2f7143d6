import type { Answer } from "../report/report.ts";
import type { Fields } from "./e2b-fields.ts";
import { attributeOf, childrenOf, textOf, type XmlNode } from "./xml-node.ts";

/**
 * Regional elements of China that the model has a field for, by number, with the Chinese name. Ethnic group, race, nationality,
 * telephone, holder id and report source (D.CN.1, D.CN.2, D.CN.4, D.CN.5, C.1.CN.3, C.1.CN.1) are not read.
 *
 * What the elements are is published (E2B(R3) regional guide, 2019); the object identifiers and codes that carry them in XML
 * are not to be had, so an element is known by its number, or by its name, in `code` or `displayName` of an observation.
 */
const elements = {
  "C.1.CN.2": "报告分类",
  "D.CN.3": "医疗机构名称",
  "G.k.CN.1": "通用名称",
  "G.k.CN.4": "批准文号/受理号",
  "G.k.4.r.CN.1": "失效日期",
  "G.k.9.i.CN.1": "是否非预期",
  "G.k.9.i.CN.2": "停药或减量后反应是否消失或减轻",
  "G.k.9.i.2.r.CN.2": "评估结果",
} as const;
/** Number of a regional element. */
export type ChinaElement = keyof typeof elements;

const numbers: ReadonlyMap<string, ChinaElement> = new Map(
  (Object.entries(elements) as [ChinaElement, string][]).flatMap(([number, name]) => [
    [number, number],
    [name, number],
  ]),
);

/** The regional elements among the observations directly related to an element of the report, in their order. */
export function chinaValues(node: XmlNode | undefined): ReadonlyMap<ChinaElement, readonly string[]> {
  const found = new Map<ChinaElement, string[]>();
  for (const relation of node?.children ?? []) {
    for (const observation of relation.children) {
      const [code] = childrenOf(observation, "code");
      const number =
        numbers.get(attributeOf(code, "code") ?? "") ?? numbers.get(attributeOf(code, "displayName") ?? "");
      if (number === undefined) continue;
      const [value] = childrenOf(observation, "value");
      const text =
        textOf(value) ?? attributeOf(value, "value") ?? attributeOf(value, "displayName") ?? attributeOf(value, "code");
      if (text !== undefined) found.set(number, [...(found.get(number) ?? []), text]);
    }
  }
  return found;
}

const yes = new Set(["true", "是", "y", "yes"]);
const no = new Set(["false", "否", "n", "no"]);

/** Whether an element that is true or false is true anywhere; `undefined` where it is not given. */
export function chinaFlag(fields: Fields, field: ChinaElement, values: readonly string[] = []): boolean | undefined {
  let found: boolean | undefined;
  for (const value of values) {
    const word = value.toLowerCase();
    if (yes.has(word)) found = true;
    else if (no.has(word)) found ??= false;
    else fields.issue("UNKNOWN_CODE", "value-dropped", field, value);
  }
  return found;
}

const answers: ReadonlyMap<string, Answer> = new Map([
  ...[...yes].map((word) => [word, "yes"] as const),
  ...[...no].map((word) => [word, "no"] as const),
  ["不明", "unknown"],
  ["未停药或未减量", "not-done"],
]);

/** Answers to G.k.9.i.CN.2, one for each reaction. */
export function chinaAnswers(fields: Fields, values: readonly string[] = []): Answer[] {
  return values.flatMap((value) => fields.code("G.k.9.i.CN.2", value.toLowerCase(), answers) ?? []);
}
