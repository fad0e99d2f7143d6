import { PvError } from "../error.ts";
import { decodeWindows1252 } from "./characters.ts";
import { MessageParser, type ParsedMessage } from "./e2b.ts";
import type { TextPart } from "./xml-text.ts";

/** One report of a file, or what was wrong with it. */
export interface XmlMessage {
  readonly parsed: ParsedMessage;
  /** Line of its first tag. */
  readonly line: number;
  /** The file ended in the middle of it. */
  readonly cut: boolean;
  /** Control characters were taken out. */
  readonly control: boolean;
  /** Characters U+0080 to U+009F were put back through windows-1252. */
  readonly mojibake: boolean;
}

/** Characters from one `<` to the next; more is text or an attribute of no real report, and is not buffered. */
const RUN = 2 ** 20 + 2 ** 16;
const DOCTYPE = 2 ** 16;
/** Enough to tell a tag, a comment, CDATA or DOCTYPE after a `<`. */
const LOOK = 64;

const suspicious = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]/;
const allSuspicious = new RegExp(suspicious, "g");

/** Markup that is stepped over, by its end; its content is no data. */
const skipped = { comment: "-->", instruction: "?>" } as const;
type Mode = "markup" | "cdata" | "doctype" | keyof typeof skipped;

/**
 * Cuts the text of an E2B file into its messages (`PORR_IN049016UV` of R3, `safetyreport` of R2) and has each parsed by
 * itself, so that a damaged one costs itself only: reading goes on at the next. What stands around them is stepped over;
 * comments and processing instructions are nowhere parsed. A DOCTYPE that only points to a DTD is stepped over too, and
 * nothing is fetched; one that declares anything is refused.
 */
export class MessageCutter {
  /** Name of the outermost element, without prefix, once it was seen. */
  root: string | undefined;
  /** Whether the outermost element was closed. */
  closed = false;
  /** Line the cutter has come to. */
  line = 1;
  readonly #file: string;
  #mode: Mode = "markup";
  #text = "";
  /** The first line end that is not counted yet. */
  #lineEnd = -1;
  #rest = "";
  /** The piece of the text that goes to the open message as a whole. */
  #from = 0;
  #to = 0;
  #run = 0;
  #doctype = "";
  #message: OpenMessage | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  /**
   * @throws PvError `SOURCE_UNREADABLE` for a DOCTYPE or an entity declaration that would have to be processed
   */
  *push({ text: added }: TextPart): Generator<XmlMessage> {
    this.#text = this.#rest + added;
    this.#rest = "";
    this.#lineEnd = this.#text.indexOf("\n");
    const { length } = this.#text;
    for (let at = 0; at < length && this.#rest === "";) {
      if (this.#mode === "markup") at = yield* this.#markup(at);
      else if (this.#mode === "cdata") at = this.#cdata(at);
      else if (this.#mode === "doctype") at = this.#declaration(at);
      else at = this.#skip(at, skipped[this.#mode]);
    }
    this.#settle();
    this.#message?.flush();
    this.#count(length - this.#rest.length);
  }

  /** The message the file ends in, if it does. */
  *end(): Generator<XmlMessage> {
    // A tag at the very end was held back to be told from others; now it is what it looks like.
    if (this.#rest !== "" && this.#mode === "markup") yield* this.push({ text: " ".repeat(LOOK) });
    if (this.#message !== undefined) yield this.#close(this.#message, true);
  }

  *#markup(at: number): Generator<XmlMessage, number> {
    const text = this.#text;
    const lt = text.indexOf("<", at);
    this.#pass(at, lt < 0 ? text.length : lt);
    if (lt < 0) return text.length;
    if (!decided(text, lt)) {
      this.#rest = text.slice(lt);
      return lt;
    }
    const next = text.charCodeAt(lt + 1);
    if (next === 0x21) return this.#bang(lt);
    if (next === 0x3f) {
      this.#mode = "instruction";
      return lt + 2;
    }
    this.#run = 0;
    messageTag.lastIndex = lt;
    const found = messageTag.exec(text);
    if (found !== null) return yield* this.#boundary(lt, found[0], found[1] === "/");
    if (this.#message === undefined) this.#envelope(lt);
    const end = text.indexOf("<", lt + 1);
    this.#pass(lt, end < 0 ? text.length : end);
    return end < 0 ? text.length : end;
  }

  *#boundary(lt: number, tag: string, isEnd: boolean): Generator<XmlMessage, number> {
    this.#settle();
    this.#count(lt);
    this.root ??= local(tag.slice(isEnd ? 2 : 1));
    if (isEnd) {
      const message = this.#message ?? new OpenMessage(this.line);
      message.write(`${tag}>`);
      yield this.#close(message, false);
      this.closed ||= local(tag.slice(2)) === this.root;
    } else {
      // The one before has no end: it is damaged, and this is where reading goes on.
      if (this.#message !== undefined) yield this.#close(this.#message, false);
      this.#message = new OpenMessage(this.line);
      this.#message.write(tag);
    }
    this.#run = tag.length;
    return lt + tag.length;
  }

  #close(message: OpenMessage, cut: boolean): XmlMessage {
    this.#message = undefined;
    return message.end(cut);
  }

  #bang(lt: number): number {
    const text = this.#text;
    if (text.startsWith("<!--", lt)) {
      this.#mode = "comment";
      return lt + 4;
    }
    this.#run = 0;
    if (text.startsWith("<![CDATA[", lt)) {
      this.#mode = "cdata";
      this.#pass(lt, lt + 9);
      return lt + 9;
    }
    if (this.#message === undefined) {
      this.#count(lt);
      if (!/^<!DOCTYPE\s/i.test(text.slice(lt, lt + 10))) throw this.#refused("a declaration outside of a DOCTYPE");
      this.#mode = "doctype";
      this.#doctype = "";
      return lt + 2;
    }
    this.#pass(lt, lt + 2); // no such declaration belongs in a message: the parser says so
    return lt + 2;
  }

  #skip(at: number, end: string): number {
    const found = this.#text.indexOf(end, at);
    if (found < 0) return this.#hold(at);
    this.#mode = "markup";
    return found + end.length;
  }

  #cdata(at: number): number {
    const end = this.#text.indexOf("]]>", at);
    const to = end < 0 ? this.#hold(at) : end;
    this.#pass(at, to);
    if (end < 0) return to;
    this.#settle();
    this.#message?.write("]]>");
    this.#mode = "markup";
    return end + 3;
  }

  /** Keeps the last two characters back, which may begin the end that is looked for. */
  #hold(from: number): number {
    const to = Math.max(from, this.#text.length - 2);
    this.#rest = this.#text.slice(to);
    return to;
  }

  #declaration(at: number): number {
    const text = this.#text;
    const end = text.indexOf(">", at);
    const to = end < 0 ? text.length : end;
    this.#doctype += text.slice(at, Math.min(to, at + DOCTYPE));
    if (this.#doctype.includes("[")) throw this.#refused("a DOCTYPE with declarations of its own");
    if (this.#doctype.length >= DOCTYPE) throw this.#refused("a DOCTYPE that does not end");
    if (end < 0) return to;
    this.#mode = "markup";
    return end + 1;
  }

  #refused(what: string): PvError {
    return new PvError("SOURCE_UNREADABLE", `${this.#file}: line ${this.line}: ${what}, which is not processed`);
  }

  #envelope(lt: number): void {
    anyTag.lastIndex = lt;
    const found = anyTag.exec(this.#text);
    if (found === null) return;
    const name = local(found[2]!);
    if (found[1] === "/") this.closed ||= name === this.root;
    else this.root ??= name;
  }

  /** Marks a piece for the open message, but no more of one run than {@link RUN}. */
  #pass(from: number, to: number): void {
    if (this.#message === undefined || to === from) return;
    const room = Math.max(0, RUN - this.#run);
    const length = to - from;
    const wasCut = this.#run > RUN;
    this.#run += length;
    if (wasCut) return;
    // Not between the halves of a character.
    const half = room > 0 && (this.#text.charCodeAt(from + room - 1) & 0xfc00) === 0xd800 ? 1 : 0;
    const end = length <= room ? to : from + room - half;
    if (from !== this.#to) {
      this.#settle();
      this.#from = from;
    }
    this.#to = end;
    if (length <= room) return;
    this.#settle();
    this.#message.skipText();
  }

  #settle(): void {
    if (this.#to > this.#from) this.#message?.write(this.#text.slice(this.#from, this.#to));
    this.#from = this.#to = 0;
  }

  #count(to: number): void {
    while (this.#lineEnd >= 0 && this.#lineEnd < to) {
      this.line++;
      this.#lineEnd = this.#text.indexOf("\n", this.#lineEnd + 1);
    }
  }
}

const messageTag = /<(\/?)(?:[\w.-]{1,30}:)?(?:PORR_IN049016UV|safetyreport)(?=[\s/>])/iy;
const anyTag = /<(\/?)([^\s/>]{1,60})/y;
const local = (name: string): string => name.slice(name.indexOf(":") + 1);

/** Whether enough stands after the `<` to tell what it begins. */
function decided(text: string, lt: number): boolean {
  if (text.length - lt >= LOOK) return true;
  for (let at = lt + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    // A blank, `>` or `/` after a name ends it; comments and CDATA are told by their own characters.
    if (code <= 0x20 || code === 0x3e || (code === 0x2f && at > lt + 1)) return true;
    if (code === 0x2d && text.startsWith("<!--", lt)) return true;
    if (code === 0x5b && text.startsWith("<![CDATA[", lt)) return true;
  }
  return false;
}

class OpenMessage {
  readonly #line: number;
  readonly #parser = new MessageParser();
  #pieces: string[] = [];
  #control = false;
  #mojibake = false;

  constructor(line: number) {
    this.#line = line;
  }

  write(piece: string): void {
    this.#pieces.push(piece);
  }

  /** The parser must have all that came before the cut, and skip the text it is in. */
  skipText(): void {
    this.flush();
    this.#parser.skipText();
  }

  flush(): void {
    if (this.#pieces.length === 0) return;
    const text = this.#pieces.length === 1 ? this.#pieces[0]! : this.#pieces.join("");
    this.#pieces = [];
    if (this.#parser.fault === undefined) this.#parser.write(suspicious.test(text) ? this.#clean(text) : text);
  }

  end(cut: boolean): XmlMessage {
    this.flush();
    const parsed = cut ? { fault: "the file ends in the middle of it" } : this.#parser.end();
    return { parsed, line: this.#line, cut, control: this.#control, mojibake: this.#mojibake };
  }

  #clean(text: string): string {
    return text.replace(allSuspicious, (found) => {
      const code = found.charCodeAt(0);
      const meant = code >= 0x80 && code < 0xa0 ? decodeWindows1252(Uint8Array.of(code)) : "";
      if (meant !== "" && meant !== found) {
        this.#mojibake = true;
        return meant;
      }
      this.#control = true;
      return "";
    });
  }
}
