// Functions of the counting workers. A worker is given the text of these functions, so each may use what it is passed, the
// other functions of this file and the globals of JavaScript, nothing else: no import but of types, no nested function.

import type {
  ChunkStreams,
  CountAnswer,
  CountedBlock,
  CountPlan,
  CountTask,
  StoreColumns,
} from "./pair-store-shape.ts";

/** Reports of a chunk: its streams, some 8 pairs a report, stay in the cache of a core while they are written. */
export const CHUNK_REPORTS = 1 << 16;

/**
 * Copies the events of each report of a chunk to the end of the stream of each of its products, `first` to `last - 1` (16-bit
 * numbers). Four events are written at once, whether they are there or not: the next copy overwrites what is too much.
 */
export function scatterChunk(
  store: StoreColumns,
  chunk: number,
  nProducts: number,
  first: number,
  last: number,
  allocate: (bytes: number) => ArrayBufferLike,
  before?: ChunkStreams,
): ChunkStreams {
  const { sizes, long, products, events, marks } = store;
  const at = chunk * 4;
  const from = marks[at]!;
  const to = marks[at + 4]!;
  const start = before === undefined ? new Uint32Array(allocate((nProducts + 1) * 4)) : before.start;
  const position = new Int32Array(nProducts);
  let k = marks[at + 1]!;
  let l = marks[at + 3]!;
  for (let r = from; r < to; r++) {
    const size = sizes[r]!;
    let np = size & 15;
    let ne = size >>> 4;
    if (np === 15 || ne === 15) {
      np = long[l]!;
      ne = long[l + 1]!;
      l += 2;
    }
    for (const end = k + np; k < end; k++) position[products[k]!]! += ne;
  }
  let total = 0;
  for (let p = 0; p < nProducts; p++) {
    start[p] = total;
    const weight = p >= first && p < last ? position[p]! : 0;
    position[p] = total << 1;
    // A copy writes four events at least: up to three too many.
    if (weight > 0) total += weight + 3;
  }
  start[nProducts] = total;
  const whole = first === 0 && last === nProducts;
  // The streams of the next rounds are about as long and go to the same memory.
  const room = whole ? total + 4 : Math.ceil(total * 1.1) + 4;
  const enough = before !== undefined && before.stream.length >= total + 4;
  const stream = enough ? before.stream : new Uint16Array(allocate(room * 2));
  const out = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  const source = new DataView(events.buffer, events.byteOffset, events.byteLength);
  k = marks[at + 1]!;
  l = marks[at + 3]!;
  let e = marks[at + 2]! * 2;
  for (let r = from; r < to; r++) {
    const size = sizes[r]!;
    let np = size & 15;
    let bytes = (size >>> 4) << 1;
    if (np === 15 || bytes === 30) {
      np = long[l]!;
      bytes = long[l + 1]! * 2;
      l += 2;
    }
    if (bytes === 0) {
      k += np;
      continue;
    }
    const head = source.getInt32(e, true);
    const next = source.getInt32(e + 4, true);
    for (const end = k + np; k < end; k++) {
      const p = products[k]!;
      if (!whole && (p < first || p >= last)) continue;
      const place = position[p]!;
      out.setInt32(place, head, true);
      out.setInt32(place + 4, next, true);
      for (let b = 8; b < bytes; b += 4) out.setInt32(place + b, source.getInt32(e + b, true), true);
      position[p] = place + bytes;
    }
    e += bytes;
  }
  return { start, stream };
}

/**
 * Counts the streams of the products of one claim after the other into pairs, events ascending: a dense counter an event and,
 * unless the streams are longer than the vocabulary, a bitmap of the counters touched. Of short streams only the words of the
 * bitmap are looked at that a second, 32 times smaller bitmap names.
 */
export function countClaims(plan: CountPlan, capacity: number, done: (block: CountedBlock) => void): void {
  const { first, last, group, nEvents, eventOf, codeOf, chunks, rest, finalEvent, rowSizes, next } = plan;
  const counter = new Uint32Array(nEvents);
  const touched = new Int32Array((nEvents + 31) >>> 5);
  const words = new Int32Array((touched.length + 31) >>> 5);
  let event = new Uint32Array(capacity);
  let count = new Uint32Array(capacity);
  let claims: number[] = [];
  let length = 0;
  for (;;) {
    const claim = Atomics.add(next, 0, 1);
    const begin = first + claim * group;
    if (begin >= last) break;
    claims.push(claim);
    const end = Math.min(last, begin + group);
    for (let p = begin; p < end; p++) {
      const code = codeOf === undefined ? p : codeOf[p]!;
      let entries = rest === undefined ? 0 : rest.start[p + 1]! - rest.start[p]!;
      if (code >= 0) {
        for (let h = 0; h < chunks.length; h++) {
          const start = chunks[h]!.start;
          const size = start[code + 1]! - start[code]!;
          if (size > 0) entries += size - 3;
        }
      }
      rowSizes[p] = 0;
      if (entries === 0) continue;
      const room = Math.min(entries, nEvents);
      if (length + room > event.length) {
        const size = Math.max(event.length * 2, length + room);
        const grownEvent = new Uint32Array(size);
        const grownCount = new Uint32Array(size);
        grownEvent.set(event);
        grownCount.set(count);
        event = grownEvent;
        count = grownCount;
      }
      const isDense = entries >= nEvents;
      const isShort = entries * 4 < touched.length;
      if (code >= 0) {
        for (let h = 0; h < chunks.length; h++) {
          const { start, stream } = chunks[h]!;
          const from = start[code]!;
          const to = start[code + 1]! - 3;
          if (to <= from) continue;
          if (eventOf !== undefined) addMapped(stream, from, to, eventOf, counter, touched);
          else if (isDense) addDense(stream, from, to, counter);
          else addStream(stream, from, to, counter, touched);
          if (isShort) {
            for (let k = from; k < to; k++) {
              const e = eventOf === undefined ? stream[k]! : eventOf[stream[k]!]!;
              words[e >>> 10]! |= 1 << ((e >>> 5) & 31);
            }
          }
        }
      }
      if (rest !== undefined) {
        for (let k = rest.start[p]!; k < rest.start[p + 1]!; k++) {
          const e = rest.event[k]!;
          counter[e]!++;
          touched[e >>> 5]! |= 1 << (e & 31);
          words[e >>> 10]! |= 1 << ((e >>> 5) & 31);
        }
      }
      const before = length;
      if (isShort) length = takeShort(counter, touched, words, finalEvent, event, count, length);
      else {
        if (isDense) length = takeDense(counter, finalEvent, event, count, length);
        else length = takeTouched(counter, touched, finalEvent, event, count, length);
        if (isDense) touched.fill(0);
        words.fill(0);
      }
      rowSizes[p] = length - before;
    }
    if (length >= capacity >>> 1) {
      done(packBlock(claims, event.subarray(0, length), count.subarray(0, length), nEvents));
      claims = [];
      length = 0;
    }
  }
  if (claims.length > 0) done(packBlock(claims, event.subarray(0, length), count.subarray(0, length), nEvents));
}

export function packBlock(claims: number[], event: Uint32Array, count: Uint32Array, nEvents: number): CountedBlock {
  const small = new Uint8Array(count.length);
  const large: number[] = [];
  for (let i = 0; i < count.length; i++) {
    const a = count[i]!;
    small[i] = a < 255 ? a : 255;
    if (a >= 255) large.push(i, a);
  }
  const packed = nEvents <= 65536 ? new Uint16Array(event) : new Uint32Array(event);
  return { claims, event: packed, count: small, large: Uint32Array.from(large) };
}

export function addDense(stream: Uint16Array, from: number, to: number, counter: Uint32Array): void {
  for (let k = from; k < to; k++) counter[stream[k]!]!++;
}

export function addStream(
  stream: Uint16Array,
  from: number,
  to: number,
  counter: Uint32Array,
  touched: Int32Array,
): void {
  for (let k = from; k < to; k++) {
    const e = stream[k]!;
    counter[e]!++;
    touched[e >>> 5]! |= 1 << (e & 31);
  }
}

export function addMapped(
  stream: Uint16Array,
  from: number,
  to: number,
  eventOf: Uint32Array,
  counter: Uint32Array,
  touched: Int32Array,
): void {
  for (let k = from; k < to; k++) {
    const e = eventOf[stream[k]!]!;
    counter[e]!++;
    touched[e >>> 5]! |= 1 << (e & 31);
  }
}

/** Writes the counters that are not 0 and resets them. */
export function takeDense(
  counter: Uint32Array,
  finalEvent: Uint32Array,
  event: Uint32Array,
  count: Uint32Array,
  length: number,
): number {
  for (let e = 0; e < counter.length; e++) {
    const a = counter[e]!;
    if (a === 0) continue;
    event[length] = finalEvent[e]!;
    count[length++] = a;
    counter[e] = 0;
  }
  return length;
}

export function takeTouched(
  counter: Uint32Array,
  touched: Int32Array,
  finalEvent: Uint32Array,
  event: Uint32Array,
  count: Uint32Array,
  length: number,
): number {
  for (let w = 0; w < touched.length; w++) {
    if (touched[w] !== 0) length = takeWord(w, counter, touched, finalEvent, event, count, length);
  }
  return length;
}

export function takeShort(
  counter: Uint32Array,
  touched: Int32Array,
  words: Int32Array,
  finalEvent: Uint32Array,
  event: Uint32Array,
  count: Uint32Array,
  length: number,
): number {
  for (let v = 0; v < words.length; v++) {
    let bits = words[v]!;
    words[v] = 0;
    while (bits !== 0) {
      const w = (v << 5) + 31 - Math.clz32(bits & -bits);
      bits &= bits - 1;
      length = takeWord(w, counter, touched, finalEvent, event, count, length);
    }
  }
  return length;
}

export function takeWord(
  w: number,
  counter: Uint32Array,
  touched: Int32Array,
  finalEvent: Uint32Array,
  event: Uint32Array,
  count: Uint32Array,
  length: number,
): number {
  let bits = touched[w]!;
  touched[w] = 0;
  while (bits !== 0) {
    const e = (w << 5) + 31 - Math.clz32(bits & -bits);
    bits &= bits - 1;
    event[length] = finalEvent[e]!;
    count[length++] = counter[e]!;
    counter[e] = 0;
  }
  return length;
}

/** Does a task and posts the answers, with the buffers that are handed over. */
export function answerTask(task: CountTask, post: (answer: CountAnswer, transfer: ArrayBuffer[]) => void): void {
  const job = task.job;
  try {
    if (Atomics.load(task.cancel, 0) !== 0) post({ job, kind: "done" }, []);
    else if (task.kind === "scatter") {
      const { store, nProducts, first, last, before } = task;
      const streams = scatterChunk(store, 0, nProducts, first, last, (bytes) => new SharedArrayBuffer(bytes), before);
      post({ job, kind: "streams", streams }, []);
    } else {
      countClaims(task.plan, task.capacity, (block) => {
        const { event, count, large } = block;
        post({ job, kind: "block", block }, [event.buffer, count.buffer, large.buffer] as ArrayBuffer[]);
      });
      post({ job, kind: "done" }, []);
    }
  } catch (error) {
    post({ job, kind: "failed", message: String(error) }, []);
  }
}
