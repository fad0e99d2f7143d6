import { readFileSync } from "node:fs";
import { fixture } from "./reading.ts";

const codes = new Map<string, readonly [number, number]>();
for (let lead = 0x81; lead <= 0xfe; lead++) {
  for (let trail = 0x40; trail <= 0xfe; trail++) {
    if (trail === 0x7f) continue;
    const text = new TextDecoder("gb18030").decode(Uint8Array.of(lead, trail));
    if (Array.from(text).length === 1 && text !== "\ufffd" && !codes.has(text)) codes.set(text, [lead, trail]);
  }
}

/** A text in the two-byte part of GB18030, which has every character the tests use. */
export function gb18030(text: string): Uint8Array {
  const bytes = Array.from(text).flatMap((ch) => {
    const code = codes.get(ch);
    if (ch.charCodeAt(0) >= 0x80 && code === undefined) throw new Error(`${ch} has no two-byte code`);
    return code ?? [ch.charCodeAt(0)];
  });
  return Uint8Array.from(bytes);
}

/** The text of a made-up export. */
export const exportText = (name: string): string => readFileSync(fixture("national", name), "utf8");

/** Rows of a made-up export; none of them has quotes. */
export const exportRows = (name: string): string[][] =>
  exportText(name)
    .split("\r\n")
    .filter((line) => line !== "")
    .map((line) => line.split(","));

/** A CSV text of a header and rows given by column name. */
export function table(header: string, ...rows: readonly Readonly<Record<string, string>>[]): string {
  const names = header.split(" ");
  const cell = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return [header.replaceAll(" ", ","), ...rows.map((row) => names.map((name) => cell(row[name] ?? "")).join(","))].join(
    "\n",
  );
}
