// The characters the windows-1252 bytes 0x80 to 0x9F stand for; the five it does not define stand for themselves.
// Written out because the TextDecoder of Node 20 reads windows-1252 as Latin-1.
const windows1252 =
  "\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f" +
  "\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178";

const latin1 = new TextDecoder("latin1", { ignoreBOM: true });

/** Decodes windows-1252, in which no byte is invalid. */
export function decodeWindows1252(bytes: Uint8Array): string {
  return latin1.decode(bytes).replace(/[\u0080-\u009f]/g, (found) => windows1252.charAt(found.charCodeAt(0) - 0x80));
}

const suspicious = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;
const allSuspicious = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Whether the text holds a control character other than tab and line feed, or one of U+0080 to U+009F. */
export function hasSuspiciousCharacter(text: string): boolean {
  return suspicious.test(text);
}

export interface RepairedText {
  readonly text: string;
  /** Control characters were taken out. */
  readonly control: boolean;
  /** Characters U+0080 to U+009F were put back through windows-1252, as which they had been read once too often. */
  readonly mojibake: boolean;
}

/**
 * Takes control characters out of a line (a carriage return within it becomes a blank) and repairs windows-1252 that was read as Latin-1.
 *
 * @example
 * repairCharacters("L\u0092OREAL").text; // "L’OREAL"
 */
export function repairCharacters(line: string): RepairedText {
  let control = false;
  let mojibake = false;
  const text = line.replace(allSuspicious, (found) => {
    const code = found.charCodeAt(0);
    const meant = code < 0x80 ? found : windows1252.charAt(code - 0x80);
    if (meant === found) {
      control = true;
      return found === "\r" || found === "\v" || found === "\f" ? " " : "";
    }
    mojibake = true;
    return meant;
  });
  return { text, control, mojibake };
}
