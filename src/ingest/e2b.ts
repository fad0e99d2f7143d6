import { SaxesParser, type SaxesTagPlain } from "saxes";
import type { XmlNode } from "./xml-node.ts";

/** Elements within elements; an ICSR has about 30. */
const DEPTH = 200;
/** Elements of one message; the largest real ICSRs have some ten thousand. */
const ELEMENTS = 500_000;
/** Characters of one text; the longest element of ICH E2B, the narrative, has 100,000. */
const TEXT = 2 ** 20;
/** Characters kept of one message. */
const KEPT = 2 ** 24;

interface OpenNode {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: XmlNode[];
  text: string;
}

/** A message that could be parsed, or what was wrong with it. */
export type ParsedMessage =
  { readonly root: XmlNode; readonly longTexts: number; readonly fault?: undefined } | { readonly fault: string };

/**
 * Parses one message of a file, piece by piece, into its elements. Nothing is fetched and nothing is expanded but the five
 * entities of XML and character references. Encoded attachments are not kept. What is too deep, too much, or not well-formed
 * stops the parser, not the reader.
 */
export class MessageParser {
  readonly #saxes = new SaxesParser({ position: false, xmlns: false });
  readonly #open: OpenNode[] = [];
  #root: XmlNode | undefined;
  #fault: string | undefined;
  #elements = 0;
  #kept = 0;
  #longTexts = 0;
  #skipNext = false;

  constructor() {
    this.#saxes.on("opentag", (tag) => {
      this.#enter(tag);
    });
    this.#saxes.on("closetag", () => {
      this.#leave();
    });
    this.#saxes.on("text", (text) => {
      this.#text(text);
    });
    this.#saxes.on("cdata", (text) => {
      this.#text(text);
    });
    this.#saxes.on("error", (error) => {
      this.#stop(error.message.replace(/^(undefined|\d+):(\d+:\d+: )?/, "").trim());
    });
  }

  /** Once it has a fault, nothing more needs to be written. */
  get fault(): string | undefined {
    return this.#fault;
  }

  write(text: string): void {
    if (this.#fault === undefined) this.#saxes.write(text);
  }

  /** The text that is being written was cut: it is left out and counted when it ends. */
  skipText(): void {
    this.#skipNext = true;
  }

  end(): ParsedMessage {
    if (this.#fault === undefined) this.#saxes.close();
    if (this.#fault !== undefined) return { fault: this.#fault };
    return this.#root === undefined ? { fault: "no element" } : { root: this.#root, longTexts: this.#longTexts };
  }

  #stop(fault: string): void {
    this.#fault ??= fault;
  }

  #enter(tag: SaxesTagPlain): void {
    if (this.#fault !== undefined) return;
    this.#elements++;
    if (this.#open.length >= DEPTH) this.#stop(`more than ${DEPTH} elements within one another`);
    else if (this.#elements > ELEMENTS) this.#stop(`more than ${ELEMENTS} elements`);
    else this.#open.push({ name: local(tag.name), attributes: this.#attributes(tag), children: [], text: "" });
  }

  #attributes(tag: SaxesTagPlain): Record<string, string> {
    const attributes: Record<string, string> = Object.create(null) as Record<string, string>;
    for (const name in tag.attributes) {
      if (name.startsWith("xmlns")) continue;
      const value = tag.attributes[name]!;
      attributes[local(name)] = value;
      this.#keep(value.length);
    }
    return attributes;
  }

  #leave(): void {
    const node = this.#open.pop();
    if (node === undefined) return;
    const parent = this.#open.at(-1);
    if (parent === undefined) this.#root = node;
    else parent.children.push(node);
  }

  #text(text: string): void {
    const node = this.#open.at(-1);
    const skip = this.#skipNext;
    this.#skipNext = false;
    if (node === undefined || this.#fault !== undefined) return;
    // Representation B64 (or deflated, which only comes in B64) is a document, not a statement of the report.
    if (node.attributes["representation"] === "B64" || node.attributes["compression"] !== undefined) return;
    if (skip || node.text.length + text.length > TEXT) {
      this.#longTexts++;
      node.text = "";
      return;
    }
    if (text.trim() === "") return;
    node.text += text;
    this.#keep(text.length);
  }

  #keep(length: number): void {
    this.#kept += length;
    if (this.#kept > KEPT) this.#stop(`more than ${KEPT} characters`);
  }
}

const local = (name: string): string => name.slice(name.indexOf(":") + 1);
