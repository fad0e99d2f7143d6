import type { PartialDate } from "../report/date.ts";

/** Attributes of an element, in the order in which they are written. */
export type Attributes = Readonly<Record<string, string>>;

const ASSESSMENT = "2.16.840.1.113883.3.989.2.1.1.19";

/** Characters XML 1.0 has no place for, and halves of characters. */
const forbidden =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\r": "&#13;",
  "\n": "&#10;",
  "\t": "&#9;",
};

/** Text as it may stand in an element or an attribute; what XML cannot hold is left out. */
export function escapeXml(text: string): string {
  return text.replace(forbidden, "").replace(/[&<>"\r\n\t]/g, (character) => entities[character] ?? "");
}

/** One element with what stands in it: elements, or text that is still to be escaped. */
export function element(name: string, of: Attributes, inner = "", isText = false): string {
  const written = Object.entries(of)
    .map(([key, value]) => ` ${key}="${escapeXml(value)}"`)
    .join("");
  const content = isText ? escapeXml(inner) : inner;
  return content === "" ? `<${name}${written}/>` : `<${name}${written}>${content}</${name}>`;
}

/** Attributes of a value of an HL7 data type. */
export function attributes(of: Attributes, type: string): Attributes {
  return { "xsi:type": type, ...of };
}

/** An observation with a code of the ICH list and its value, which is in the attributes or is a text. */
export function observation(
  code: string,
  value: Attributes,
  text = "",
  name = "observation",
  codeSystem = ASSESSMENT,
): string {
  return element(
    name,
    { classCode: "OBS", moodCode: "EVN" },
    element("code", { code, codeSystem }) + element("value", value, text, true),
  );
}

/** A date as HL7 writes it, as precise as it is. */
export function timeOf(date: PartialDate): string {
  return date.replaceAll("-", "");
}

/** Name of a drug or a reaction within its message, by which other elements point to it; unique there and nowhere else. */
export function uid(kind: "drug" | "reaction", index: number): string {
  return `00000000-0000-4000-8000-${kind === "drug" ? "d" : "e"}${String(index + 1).padStart(11, "0")}`;
}
