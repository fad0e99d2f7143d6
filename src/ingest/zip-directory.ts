import { PvError } from "../error.ts";

/** One file of a ZIP archive, as its central directory has it. */
export interface ZipEntry {
  readonly name: string;
  readonly encrypted: boolean;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  /** Where its local header begins. */
  readonly offset: number;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const FULL = 0xffffffff;

/**
 * The files of a ZIP archive by name. The central directory at the end is what counts: local headers may leave the sizes out.
 *
 * @throws PvError `TRUNCATED_SOURCE` when the end is missing, `SOURCE_UNREADABLE` when the directory contradicts itself
 */
export function zipEntries(bytes: Uint8Array, file: string): Map<string, ZipEntry> {
  const view = viewOf(bytes);
  const end = endRecord(view, file);
  const entries = new Map<string, ZipEntry>();
  const utf8 = new TextDecoder();
  let at = end.offset;
  for (let i = 0; i < end.count; i++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== CENTRAL) throw damaged(file, "its directory is damaged");
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const next = at + 46 + nameLength + extraLength + view.getUint16(at + 32, true);
    if (next > bytes.length) throw damaged(file, "its directory is damaged");
    const name = utf8.decode(bytes.subarray(at + 46, at + 46 + nameLength)).replace(/^\/+/, "");
    const [size, packedSize, offset] = wide(view, at, at + 46 + nameLength, extraLength, file);
    if (entries.has(name)) throw damaged(file, `it holds ${JSON.stringify(name)} twice`);
    entries.set(name, {
      name,
      encrypted: (view.getUint16(at + 8, true) & 1) === 1,
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packedSize,
      size,
      offset,
    });
    at = next;
  }
  return entries;
}

/** The bytes of an entry as they are packed. */
export function packedBytes(bytes: Uint8Array, entry: ZipEntry, file: string): Uint8Array {
  const view = viewOf(bytes);
  const { offset } = entry;
  if (offset + 30 > bytes.length || view.getUint32(offset, true) !== LOCAL)
    throw damaged(file, `${entry.name} is not where the directory says`);
  const start = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  if (start + entry.packedSize > bytes.length) throw damaged(file, `${entry.name} is not where the directory says`);
  return bytes.subarray(start, start + entry.packedSize);
}

/** Headers of an archive in which everything is stored as it is: one for each entry, and the directory behind them all. */
export function storedHeaders(entries: readonly Pick<ZipEntry, "name" | "crc" | "size">[]): {
  readonly local: readonly Uint8Array[];
  readonly directory: Uint8Array;
} {
  const local: Uint8Array[] = [];
  const central: Uint8Array[] = [];
  let offset = 0;
  for (const { name, crc, size } of entries) {
    const label = new TextEncoder().encode(name);
    const header = record(30, label, [
      [0, LOCAL, 4],
      [4, 20, 2],
      [6, 0x800, 2],
      [14, crc, 4],
      [18, size, 4],
      [22, size, 4],
      [26, label.length, 2],
    ]);
    local.push(header);
    central.push(
      record(46, label, [
        [0, CENTRAL, 4],
        [4, 20, 2],
        [6, 20, 2],
        [8, 0x800, 2],
        [16, crc, 4],
        [20, size, 4],
        [24, size, 4],
        [28, label.length, 2],
        [42, offset, 4],
      ]),
    );
    offset += header.length + size;
  }
  const length = central.reduce((sum, one) => sum + one.length, 0);
  const end = record(22, new Uint8Array(0), [
    [0, END, 4],
    [8, entries.length, 2],
    [10, entries.length, 2],
    [12, length, 4],
    [16, offset, 4],
  ]);
  const directory = new Uint8Array(length + end.length);
  let at = 0;
  for (const one of [...central, end]) {
    directory.set(one, at);
    at += one.length;
  }
  return { local, directory };
}

function record(
  length: number,
  label: Uint8Array,
  fields: readonly (readonly [at: number, value: number, size: 2 | 4])[],
): Uint8Array {
  const bytes = new Uint8Array(length + label.length);
  const view = viewOf(bytes);
  for (const [at, value, size] of fields) {
    if (size === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
  }
  bytes.set(label, length);
  return bytes;
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const damaged = (file: string, what: string): PvError => new PvError("SOURCE_UNREADABLE", `${file}: ${what}`);

/** Where the directory begins and how many entries it has; the record at the end may have a comment behind it. */
function endRecord(view: DataView, file: string): { readonly offset: number; readonly count: number } {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 22 - 0xffff); at--) {
    if (view.getUint32(at, true) !== END) continue;
    const offset = view.getUint32(at + 16, true);
    const count = view.getUint16(at + 10, true);
    if (offset !== FULL && count !== 0xffff) return { offset, count };
    if (at >= 20 && view.getUint32(at - 20, true) === LOCATOR64) {
      const end64 = safe(view, at - 12, file);
      if (end64 + 56 <= view.byteLength && view.getUint32(end64, true) === END64)
        return { offset: safe(view, end64 + 48, file), count: safe(view, end64 + 32, file) };
    }
    throw damaged(file, "its directory is damaged");
  }
  throw new PvError("TRUNCATED_SOURCE", `${file}: the end of the archive is missing`);
}

/** Size, packed size and offset; each is in the ZIP64 field where the plain one is full. */
function wide(view: DataView, at: number, extra: number, extraLength: number, file: string): [number, number, number] {
  const plain: [number, number, number] = [
    view.getUint32(at + 24, true),
    view.getUint32(at + 20, true),
    view.getUint32(at + 42, true),
  ];
  if (!plain.includes(FULL)) return plain;
  for (let k = extra; k + 4 <= extra + extraLength; k += 4 + view.getUint16(k + 2, true)) {
    if (view.getUint16(k, true) !== 1) continue;
    let field = k + 4;
    const value = (short: number): number => {
      if (short !== FULL) return short;
      field += 8;
      if (field > extra + extraLength) throw damaged(file, "its directory is damaged");
      return safe(view, field - 8, file);
    };
    return [value(plain[0]), value(plain[1]), value(plain[2])];
  }
  throw damaged(file, "its directory is damaged");
}

function safe(view: DataView, at: number, file: string): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw damaged(file, "its directory is damaged");
  return Number(value);
}
