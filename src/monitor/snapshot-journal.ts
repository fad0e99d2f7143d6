import { PvError } from "../error.ts";
import { ByteSource, countAt, putCount, viewOf, type ByteChunks } from "./snapshot-bytes.ts";
import { crc32c } from "./snapshot-crc.ts";

/*
 * Head:    magic 8 | format u32 | number of its first record u64 | CRC of these 20
 * Record:  "PVJR" | bytes of the payload u32 | its number u64 | CRC of the payload u32 | CRC of these 20, then the payload
 *
 * Numbers have their low byte first, check sums are CRC-32C. The payload comes last and never ends with a zero byte, so that a
 * record that was only begun can be told from one that was damaged afterwards.
 */
const MAGIC = Uint8Array.of(0x89, 0x50, 0x56, 0x4a, 0x0d, 0x0a, 0x1a, 0x0a);
const FORMAT = 1;
const FRAME_BYTES = 24;
const RECORD = 0x524a5650;
const MAX_PAYLOAD = 2 ** 31;
const PIECE = 1 << 16;

/** Bytes of the head of a journal. */
export const JOURNAL_HEAD_BYTES = FRAME_BYTES;

/** A record of a journal. */
export interface JournalRecord {
  readonly sequence: number;
  /** Byte of the file at which it begins. */
  readonly offset: number;
  readonly payload: Uint8Array;
}

/** Where the whole records of a journal end. */
export interface JournalEnd {
  readonly bytes: number;
  /** Bytes behind them: those of a record that was begun and never acknowledged. */
  readonly torn: number;
}

/** The head of a journal of which the first record will have that number. */
export function journalHead(first: number): Uint8Array {
  const bytes = new Uint8Array(FRAME_BYTES);
  const view = viewOf(bytes);
  bytes.set(MAGIC);
  view.setUint32(8, FORMAT, true);
  putCount(view, 12, first);
  view.setUint32(20, crc32c(bytes.subarray(0, 20)), true);
  return bytes;
}

/**
 * A record: its frame, and the payload as it is.
 *
 * @throws PvError `INVALID_ARGUMENT` for more than 2 GiB
 */
export function journalRecord(sequence: number, payload: Uint8Array): readonly [Uint8Array, Uint8Array] {
  if (payload.length > MAX_PAYLOAD) {
    throw new PvError(
      "INVALID_ARGUMENT",
      `a batch of ${payload.length} bytes; expected at most ${MAX_PAYLOAD}: split it`,
    );
  }
  const bytes = new Uint8Array(FRAME_BYTES);
  const view = viewOf(bytes);
  view.setUint32(0, RECORD, true);
  view.setUint32(4, payload.length, true);
  putCount(view, 8, sequence);
  view.setUint32(16, crc32c(payload), true);
  view.setUint32(20, crc32c(bytes.subarray(0, 20)), true);
  return [bytes, payload];
}

/**
 * The records of a journal, whose numbers must follow each other.
 *
 * A writer that is killed leaves the beginning of its last record; where the power failed, zeros may stand for what was not yet
 * on disk. Such a tail was never acknowledged: it is no error but told as `torn`. Anything else that does not agree is damage.
 *
 * @param next - number that the first record must have
 * @throws PvError `CORRUPT_JOURNAL` naming the byte; `NEWER_FORMAT`
 */
export async function* readJournal(
  chunks: ByteChunks,
  next: number,
  name: string,
): AsyncGenerator<JournalRecord, JournalEnd> {
  const source = new ByteSource(chunks);
  const corrupt = (offset: number, expected: string, found: string): PvError =>
    new PvError("CORRUPT_JOURNAL", `${name} is damaged at byte ${offset}: expected ${expected}, found ${found}`, {
      cause: { file: name, offset, expected, found },
    });
  try {
    const head = await source.take(FRAME_BYTES);
    if (head.length < FRAME_BYTES || MAGIC.some((byte, i) => head[i] !== byte) || !isWhole(head))
      throw corrupt(0, "the head of a journal", `${head.length} other bytes`);
    const format = viewOf(head).getUint32(8, true);
    if (format > FORMAT)
      throw new PvError("NEWER_FORMAT", `${name} has format ${format}, the newest known is ${FORMAT}`);
    const first = countAt(viewOf(head), 12);
    if (first !== next) throw corrupt(12, `first record ${next}`, `${first}`);
    for (let sequence = next; ; sequence++) {
      const offset = source.offset;
      const frame = (await source.take(FRAME_BYTES)).slice();
      if (frame.length === 0) return { bytes: offset, torn: 0 };
      if (frame.length < FRAME_BYTES || !isWhole(frame)) {
        if (!(await isTorn(source, frame)))
          throw corrupt(offset, "a record", "a frame that does not agree with its sum");
        return { bytes: offset, torn: source.offset - offset };
      }
      const view = viewOf(frame);
      const [kind, length, number, sum] = [
        view.getUint32(0, true),
        view.getUint32(4, true),
        countAt(view, 8),
        view.getUint32(16, true),
      ];
      if (kind !== RECORD || number !== sequence) throw corrupt(offset, `record ${sequence}`, `record ${number}`);
      const payload = (await source.take(length)).slice();
      if (payload.length < length) return { bytes: offset, torn: source.offset - offset };
      const found = crc32c(payload);
      if (found !== sum) {
        if (payload.at(-1) !== 0 || !(await isRestZero(source)))
          throw corrupt(offset + FRAME_BYTES, `a payload with CRC-32C ${sum.toString(16)}`, found.toString(16));
        return { bytes: offset, torn: source.offset - offset };
      }
      yield { sequence, offset, payload };
    }
  } finally {
    await source.close();
  }
}

const isWhole = (frame: Uint8Array): boolean => crc32c(frame.subarray(0, 20)) === viewOf(frame).getUint32(20, true);

/** Whether a frame that does not agree is the beginning of one, with nothing or only zeros behind it. */
async function isTorn(source: ByteSource, frame: Uint8Array): Promise<boolean> {
  let written = frame.length;
  while (written > 0 && frame[written - 1] === 0) written--;
  const tag = new Uint8Array(4);
  viewOf(tag).setUint32(0, RECORD, true);
  if (tag.some((byte, i) => i < written && frame[i] !== byte)) return false;
  return (frame.length < FRAME_BYTES || written < FRAME_BYTES) && (await isRestZero(source));
}

async function isRestZero(source: ByteSource): Promise<boolean> {
  for (;;) {
    const piece = await source.take(PIECE);
    if (piece.length === 0) return true;
    if (piece.some((byte) => byte !== 0)) return false;
  }
}
