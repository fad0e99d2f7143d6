import { PvError } from "../error.ts";
import { ByteSource, countAt, joined, putCount, viewOf, type ByteChunks } from "./snapshot-bytes.ts";
import { crc32c } from "./snapshot-crc.ts";
import { hex, Sha256, type ByteDigest } from "./snapshot-digest.ts";
import type { StateSection } from "./state-sections.ts";

/*
 * Head:     magic 8 | container format u32 | content version u32 | bytes a block u32 | CRC of these 20
 * Section:  "SECT" | bytes of its name u32 | bytes of its content u64 | CRC of these 16
 *           name | CRC of the name, then block by block: content | CRC of the block
 * End:      "END " | sections u32 | bytes of content u64 | CRC of these 16, then SHA-256 of every byte before the digest
 *
 * Numbers have their low byte first, check sums are CRC-32C. A length is trusted only when its own check sum agrees, so that a
 * damaged length is damage, and not a file that seems to end too early. Heads of every format begin with the same 24 bytes.
 */
const MAGIC = Uint8Array.of(0x89, 0x50, 0x56, 0x53, 0x0d, 0x0a, 0x1a, 0x0a);
const CONTAINER_FORMAT = 1;
const BLOCK = 1 << 20;
const HEAD_BYTES = 24;
const FRAME_BYTES = 20;
const DIGEST_BYTES = 32;
const SECTION = 0x54434553;
const END = 0x20444e45;
const ENCODER = new TextEncoder();

/** What is damaged in a snapshot; the `cause` of the error. */
export interface SnapshotDamage {
  readonly part: "head" | "section" | "name" | "block" | "end" | "digest" | "rest";
  /** Name of the section, where its name could be read. */
  readonly section: string | null;
  /** Byte of the file at which the damaged part begins. */
  readonly offset: number;
  readonly expected: string;
  readonly found: string;
}

/** How sections are packed and unpacked. */
export interface PackOptions {
  /** Version of what the sections hold; when reading, the newest that is understood. */
  readonly version: number;
  /** SHA-256; an own one in plain JavaScript unless given. */
  readonly digest?: ByteDigest | undefined;
  /** Bytes a block when writing, each with a check sum; 1 MiB unless told. */
  readonly blockBytes?: number | undefined;
}

/**
 * Sections as the bytes of a snapshot. Nothing is copied but frames: content is passed on block by block as it lies in memory.
 *
 * @throws PvError `INVALID_ARGUMENT` for two sections of one name
 */
export function* packSections(
  sections: Iterable<StateSection>,
  { version, digest = new Sha256(), blockBytes = BLOCK }: PackOptions,
): Generator<Uint8Array> {
  const note = (bytes: Uint8Array): Uint8Array => {
    digest.update(bytes);
    return bytes;
  };
  const head = new Uint8Array(HEAD_BYTES);
  head.set(MAGIC);
  [CONTAINER_FORMAT, version, blockBytes].forEach((value, i) => {
    viewOf(head).setUint32(8 + 4 * i, value, true);
  });
  yield note(sealed(head));
  const names = new Set<string>();
  let total = 0;
  for (const { name, bytes } of sections) {
    if (names.has(name)) throw new PvError("INVALID_ARGUMENT", `two sections are called ${JSON.stringify(name)}`);
    names.add(name);
    total += bytes.length;
    const nameBytes = ENCODER.encode(name);
    yield note(joined([frame(SECTION, nameBytes.length, bytes.length), nameBytes, sumOf(nameBytes)]));
    for (let from = 0; from < bytes.length; from += blockBytes) {
      const block = bytes.subarray(from, from + blockBytes);
      yield note(block);
      yield note(sumOf(block));
    }
  }
  yield note(frame(END, names.size, total));
  yield digest.digest();
}

/** A section as it was saved. */
export interface SavedSection extends StateSection {
  /** Version of what the sections of this snapshot hold. */
  readonly version: number;
}

/**
 * The sections of a snapshot, each when all its bytes have been checked; only one is held at a time. The digest over everything
 * comes last: use nothing before the last section has come without an error.
 *
 * @throws PvError with a {@link SnapshotDamage} as its cause: `TRUNCATED_SNAPSHOT` when the bytes end too early,
 *   `CORRUPT_SNAPSHOT` when they differ from what was written, or were never a snapshot; `NEWER_FORMAT` when a later version of
 *   the package wrote it
 */
export async function* unpackSections(
  chunks: ByteChunks,
  { version: newest, digest = new Sha256() }: PackOptions,
): AsyncGenerator<SavedSection> {
  const source = new ByteSource(chunks);
  try {
    const head = await taken(source, HEAD_BYTES, "head", null, MAGIC);
    checkSum(head, "head", null, 0);
    const [format, version, blockBytes] = [8, 12, 16].map((at) => viewOf(head).getUint32(at, true)) as [
      number,
      number,
      number,
    ];
    checkVersion("container format", format, CONTAINER_FORMAT);
    checkVersion("content version", version, newest);
    digest.update(head);
    let count = 0;
    let total = 0;
    for (;;) {
      const offset = source.offset;
      const bytes = await taken(source, FRAME_BYTES, "section", null);
      const kind = viewOf(bytes).getUint32(0, true);
      checkSum(bytes, kind === END ? "end" : "section", null, offset);
      digest.update(bytes);
      const [amount, length] = [viewOf(bytes).getUint32(4, true), countAt(viewOf(bytes), 8)];
      if (kind === END) {
        if (amount !== count || length !== total) {
          throw corrupt("end", null, offset, `${amount} sections of ${length} bytes`, `${count} of ${total}`);
        }
        break;
      }
      const name = await nameOf(source, amount, digest);
      yield { name, version, bytes: await contentOf(source, name, length, blockBytes, digest) };
      count++;
      total += length;
    }
    const at = source.offset;
    const saved = hex(await taken(source, DIGEST_BYTES, "digest", null));
    const found = hex(digest.digest());
    if (saved !== found) throw corrupt("digest", null, at, saved, found);
    const rest = await source.take(1);
    if (rest.length > 0) throw corrupt("rest", null, source.offset - 1, "the end", "more bytes");
  } finally {
    await source.close();
  }
}

async function nameOf(source: ByteSource, length: number, digest: ByteDigest): Promise<string> {
  const offset = source.offset;
  const bytes = await taken(source, length + 4, "name", null);
  checkSum(bytes, "name", null, offset);
  digest.update(bytes);
  return new TextDecoder().decode(bytes.subarray(0, length));
}

async function contentOf(
  source: ByteSource,
  name: string,
  length: number,
  blockBytes: number,
  digest: ByteDigest,
): Promise<Uint8Array> {
  let content = new Uint8Array(Math.min(length, 1 << 26));
  for (let from = 0; from < length; from += blockBytes) {
    const offset = source.offset;
    const size = Math.min(blockBytes, length - from);
    const block = await taken(source, size + 4, "block", name);
    checkSum(block, "block", name, offset);
    digest.update(block);
    if (from + size > content.length) {
      const grown = new Uint8Array(Math.min(length, 2 * (from + size)));
      grown.set(content);
      content = grown;
    }
    content.set(block.subarray(0, size), from);
  }
  return content;
}

function frame(kind: number, count: number, length: number): Uint8Array {
  const bytes = new Uint8Array(FRAME_BYTES);
  const view = viewOf(bytes);
  view.setUint32(0, kind, true);
  view.setUint32(4, count, true);
  putCount(view, 8, length);
  return sealed(bytes);
}

/** The check sum of all but the last four bytes, put into these. */
function sealed(bytes: Uint8Array): Uint8Array {
  viewOf(bytes).setUint32(bytes.length - 4, crc32c(bytes.subarray(0, -4)), true);
  return bytes;
}

function sumOf(bytes: Uint8Array): Uint8Array {
  const sum = new Uint8Array(4);
  viewOf(sum).setUint32(0, crc32c(bytes), true);
  return sum;
}

function checkSum(bytes: Uint8Array, part: SnapshotDamage["part"], section: string | null, offset: number): void {
  const expected = viewOf(bytes).getUint32(bytes.length - 4, true);
  const found = crc32c(bytes.subarray(0, -4));
  if (expected !== found) throw corrupt(part, section, offset, `CRC-32C ${word(expected)}`, word(found));
}

const word = (value: number): string => value.toString(16).padStart(8, "0");

function checkVersion(what: string, found: number, newest: number): void {
  if (found <= newest) return;
  throw new PvError(
    "NEWER_FORMAT",
    `the snapshot has ${what} ${found}, the newest that is understood is ${newest}: read it with the version of pvsignal that wrote it, or a later one`,
  );
}

async function taken(
  source: ByteSource,
  length: number,
  part: SnapshotDamage["part"],
  section: string | null,
  start?: Uint8Array,
): Promise<Uint8Array> {
  const offset = source.offset;
  const bytes = await source.take(length);
  // What begins otherwise is another kind of file, however short.
  const same = start?.subarray(0, bytes.length);
  if (same !== undefined && same.some((byte, i) => byte !== bytes[i])) {
    throw corrupt(part, section, offset, hex(same), hex(bytes.subarray(0, same.length)));
  }
  if (bytes.length === length) return bytes;
  throw damaged("TRUNCATED_SNAPSHOT", {
    part,
    section,
    offset,
    expected: `${length} bytes`,
    found: `${bytes.length}`,
  });
}

const corrupt = (
  part: SnapshotDamage["part"],
  section: string | null,
  offset: number,
  expected: string,
  found: string,
): PvError => damaged("CORRUPT_SNAPSHOT", { part, section, offset, expected, found });

function damaged(code: "CORRUPT_SNAPSHOT" | "TRUNCATED_SNAPSHOT", damage: SnapshotDamage): PvError {
  const { part, section, offset, expected, found } = damage;
  const where = section === null ? part : `${part} of section ${JSON.stringify(section)}`;
  const what = code === "TRUNCATED_SNAPSHOT" ? "the snapshot ends too early" : "the snapshot is damaged";
  return new PvError(code, `${what}: ${where} at byte ${offset}: expected ${expected}, found ${found}`, {
    cause: damage,
  });
}
