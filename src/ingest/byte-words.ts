/** Native order, because words are read from a view and compared with those of an array. */
export const LITTLE = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;
/** What of the last word belongs to a text whose length leaves so many bytes over. */
export const TAIL = Int32Array.from(
  LITTLE ? [-1, 0xff, 0xffff, 0xffffff] : [-1, 0xff << 24, 0xffff << 16, 0xffffff << 8],
);

/** Place of the sought bytes, or `end`. In UTF-8 they are found at whole characters only. */
export function indexOfBytes(bytes: Uint8Array, sought: Uint8Array, from: number, end: number): number {
  const first = sought[0]!;
  for (let i = from; i + sought.length <= end; i++) {
    if (bytes[i] !== first) continue;
    let k = 1;
    while (k < sought.length && bytes[i + k] === sought[k]) k++;
    if (k === sought.length) return i;
  }
  return end;
}

export function hashOf(view: DataView, start: number, length: number): number {
  let hash = length;
  let p = start;
  for (const last = start + ((length - 1) & ~3); p < last; p += 4) {
    hash = Math.imul(hash ^ view.getInt32(p, LITTLE), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ (view.getInt32(p, LITTLE) & TAIL[length & 3]!), 0x9e3779b1);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x85ebca6b);
  return hash ^ (hash >>> 13);
}

/** The first bytes in UTF-8 of what `trim` takes off and is not ASCII. */
export function mayBeBlank(first: number, second: number): boolean {
  return (
    (first === 0xc2 && second === 0xa0) ||
    (first === 0xe1 && second === 0x9a) ||
    (first === 0xe2 && (second === 0x80 || second === 0x81)) ||
    (first === 0xe3 && second === 0x80) ||
    (first === 0xef && second === 0xbb)
  );
}

/** The bytes with zeros behind them, so that whole words can be read to their end. */
export function padded(bytes: Uint8Array): DataView {
  const more = new Uint8Array(bytes.length + 4);
  more.set(bytes);
  return new DataView(more.buffer);
}

export function grown(array: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(array);
  return larger;
}

/** Whether all of a text, or of its bytes, is ASCII. */
export function isAscii(text: string | Uint8Array): boolean {
  if (typeof text === "string") {
    for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
    return true;
  }
  for (let i = 0; i < text.length; i++) if (text[i]! > 0x7f) return false;
  return true;
}
