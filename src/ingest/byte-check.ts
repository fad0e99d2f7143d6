import { hasSuspiciousCharacter } from "./characters.ts";
import type { Encoding } from "./decode.ts";

/** Whether bytes are valid UTF-8. */
export type ByteTest = (bytes: Uint8Array) => boolean;

/** `care`: valid perhaps, but each record is to be looked at. */
export type ByteVerdict = "clean" | "care" | "invalid";

/** Tells whether whole lines of bytes are valid in their encoding and hold nothing that decoding would repair beyond what a splitter sees. */
export class ByteCheck {
  readonly #encoding: Encoding;
  readonly #isUtf8: ByteTest;
  readonly #strict: (bytes: Uint8Array) => string;

  constructor(encoding: Encoding, isUtf8: ByteTest | undefined) {
    this.#encoding = encoding;
    const fatal = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
    this.#strict = (bytes) => fatal.decode(bytes);
    this.#isUtf8 = isUtf8 ?? ((bytes) => this.#decode(bytes) !== undefined);
  }

  verdict(bytes: Uint8Array): ByteVerdict {
    if (this.#encoding === "windows-1252") return "clean";
    if (this.#encoding === "utf-8") return this.#isUtf8(bytes) ? "clean" : "invalid";
    if (isPlainGb18030(bytes)) return "clean";
    return this.#decode(bytes) === undefined ? "invalid" : "care";
  }

  /** Whether one record among bytes that need care is clean itself. */
  isClean(record: Uint8Array): boolean {
    const verdict = this.verdict(record);
    if (verdict !== "care") return verdict === "clean";
    const text = this.#decode(record);
    return text !== undefined && text.split(/\r?\n/).every((line) => !hasSuspiciousCharacter(line));
  }

  #decode(bytes: Uint8Array): string | undefined {
    try {
      return this.#strict(bytes);
    } catch {
      return undefined; // a fatal decoder throws a TypeError at the first bad byte
    }
  }
}

/**
 * Whether all bytes are ASCII, two-byte characters, or four-byte characters beyond the first plane. Of the other four-byte
 * characters some are control characters, and some stand for nothing.
 */
function isPlainGb18030(bytes: Uint8Array): boolean {
  const n = bytes.length;
  for (let i = 0; i < n;) {
    const lead = bytes[i]!;
    if (lead < 0x80) {
      i++;
      continue;
    }
    const trail = bytes[i + 1] ?? 0;
    if (lead === 0x80 || lead === 0xff) return false;
    if (trail >= 0x40 && trail !== 0x7f && trail !== 0xff) {
      i += 2;
      continue;
    }
    const isFar = lead >= 0x90 && lead <= 0xe2 && trail >= 0x30 && trail <= 0x39;
    const third = bytes[i + 2] ?? 0;
    const fourth = bytes[i + 3] ?? 0;
    if (!isFar || third < 0x81 || third > 0xfe || fourth < 0x30 || fourth > 0x39) return false;
    i += 4;
  }
  return true;
}
