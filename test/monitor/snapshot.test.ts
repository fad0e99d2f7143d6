import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { sha256 } from "../../src/count/exchange-digest.ts";
import { packSections, unpackSections, type SnapshotDamage } from "../../src/monitor/snapshot-container.ts";
import { crc32c } from "../../src/monitor/snapshot-crc.ts";
import { hex, Sha256 } from "../../src/monitor/snapshot-digest.ts";
import { exactJson, parseExactJson } from "../../src/monitor/snapshot-json.ts";
import { migrateSections } from "../../src/monitor/snapshot-migrate.ts";
import { readSnapshot, writeSnapshot } from "../../src/monitor/snapshot.ts";
import { openStoreFiles } from "../../src/monitor/snapshot-store.ts";
import type { StateSection } from "../../src/monitor/state-sections.ts";
import { call, callOf, counts, Reference, told } from "./snapshot-batches.ts";
import { Disk, STOPS } from "./snapshot-disk.ts";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

test("check sums are those of the standards", () => {
  // RFC 3720, appendix B.4.
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => 31 - i))).toBe(0x113fdb5c);
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 6 }), (parts) => {
      const own = new Sha256();
      for (const part of parts) own.update(part);
      expect(hex(own.digest())).toBe(createHash("sha256").update(Buffer.concat(parts)).digest("hex"));
    }),
  );
  expect(hex(new Sha256().update(text("药")).digest())).toBe(sha256("药"));
});

test("JSON gives back every value, numbers that JSON has no word for included", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.double(), (value, number) => {
      fc.pre(!JSON.stringify(value).includes("__proto__"));
      expect(parseExactJson(exactJson({ value, list: [number, -0] }))).toEqual({
        value: parseExactJson(exactJson(value)),
        list: [number, -0],
      });
    }),
  );
  expect(exactJson({ b: Infinity, a: undefined, c: [] })).toBe('{"b":{"$number":"Infinity"},"c":[]}');
  for (const value of [() => 1, [undefined], new Map(), 1n, { $number: 1 }, new Uint8Array(1)])
    expect(() => exactJson(value)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
});

const packed = (sections: StateSection[], version = 1, blockBytes = 16): Uint8Array =>
  new Uint8Array(Buffer.concat([...packSections(sections, { version, blockBytes })]));

async function unpacked(chunks: Iterable<Uint8Array>, version = 1): Promise<StateSection[]> {
  const sections: StateSection[] = [];
  for await (const { name, bytes } of unpackSections(chunks, { version })) sections.push({ name, bytes });
  return sections;
}

async function failure(work: Promise<unknown>): Promise<{ code: string; cause: SnapshotDamage; message: string }> {
  return work.then(
    () => expect.fail("expected an error"),
    (error: unknown) => error as { code: string; cause: SnapshotDamage; message: string },
  );
}

test("sections come back as they were, wherever the bytes are cut", async () => {
  const section = fc.record({ name: fc.string({ unit: "binary" }), bytes: fc.uint8Array({ maxLength: 70 }) });
  const sections = fc.uniqueArray(section, { maxLength: 5, selector: ({ name }) => name });
  await fc.assert(
    fc.asyncProperty(sections, fc.integer({ min: 1, max: 90 }), async (given, size) => {
      const bytes = packed(given);
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      );
      expect(await unpacked(chunks)).toEqual(given.map(({ name, bytes: own }) => ({ name, bytes: own })));
    }),
    { numRuns: 50 },
  );
});

const small: StateSection[] = [
  { name: "head", bytes: text('{"a":1}') },
  { name: "空", bytes: new Uint8Array() },
  { name: "numbers", bytes: Uint8Array.from({ length: 40 }, (_, i) => i) },
];

const memoryOf = ({ state, decisions, ledgers }: Reference): Pick<Reference, "state" | "decisions" | "ledgers"> => ({
  state,
  decisions,
  ledgers,
});

test("a snapshot of version 1 keeps its form for ever", () => {
  // Made with the first version of the format; a change of any byte would leave older files unreadable.
  expect(hex(new Sha256().update(packed(small)).digest())).toBe(
    "a1b09a9f8b6f7852129b24d15e78f83b49de0300e137ddb9f40ee52944f59c31",
  );
});

test("every prefix is told as cut short, and every changed bit as damage", async () => {
  const bytes = packed(small);
  for (let length = 0; length < bytes.length; length++) {
    const { code } = await failure(unpacked([bytes.subarray(0, length)]));
    expect(code, `the first ${length} bytes`).toBe("TRUNCATED_SNAPSHOT");
  }
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const changed = bytes.slice();
    changed[bit >> 3]! ^= 1 << (bit & 7);
    const { code } = await failure(unpacked([changed]));
    expect(code, `bit ${bit}`).toBe("CORRUPT_SNAPSHOT");
  }
  expect((await failure(unpacked([bytes, Uint8Array.of(0)]))).cause).toMatchObject({ part: "rest" });
});

test("damage is named: section, byte, what was expected and what was found", async () => {
  const bytes = packed(small);
  const at = bytes.indexOf(39);
  bytes[at] = 99;
  const { cause, message } = await failure(unpacked([bytes]));
  // The third block of 16 begins 7 bytes before the last number.
  expect(cause).toMatchObject({ part: "block", section: "numbers", offset: at - 7 });
  expect(message).toContain(
    `block of section "numbers" at byte ${at - 7}: expected CRC-32C ${cause.expected.slice(-8)}`,
  );
  expect(cause.found).toMatch(/^[0-9a-f]{8}$/);
  expect((await failure(unpacked([text("PK, a zip")]))).cause).toMatchObject({ part: "head", offset: 0 });
});

test("a later version is no damage but a reason of its own", async () => {
  expect((await failure(unpacked([packed(small, 2)]))).code).toBe("NEWER_FORMAT");
});

test("an earlier version is led to the present one step by step", async () => {
  const reference = new Reference();
  reference.call(callOf(0));
  // A made-up version 1 that kept ledgers under another name, and a made-up version 2 that called them as today's does.
  const today = await unpacked([
    Buffer.concat([...writeSnapshot({ ...memoryOf(reference), ledgers: { a: 1, b: NaN } })]),
  ]);
  const renamed = (from: string, to: string) => (sections: readonly StateSection[]) =>
    sections.map(({ name, bytes }) => ({ name: name.startsWith(from) ? to + name.slice(from.length) : name, bytes }));
  const old = renamed("ledger/", "book/")(today);
  const migrations = { 1: renamed("book/", "account/"), 2: renamed("account/", "ledger/") };
  const restored = await readSnapshot([packed(old, 1)], { version: 3, migrations, counts });
  expect(restored.ledgers).toEqual({ a: 1, b: NaN });
  expect(told(restored)).toBe(told({ ...memoryOf(reference), ledgers: { a: 1, b: NaN } }));
  expect(() => migrateSections(old, 0, 1, migrations)).toThrow(expect.objectContaining({ code: "CORRUPT_SNAPSHOT" }));
});

test("a memory comes back with its reports, decisions, ledgers and configuration", async () => {
  const reference = new Reference();
  for (let i = 0; i < 30; i++) reference.call(callOf(i));
  const config = { detectors: ["lots"], alpha: 0.05, limit: Infinity };
  const chunks = [...writeSnapshot({ ...memoryOf(reference), config, sequence: 30 })].map((chunk) => chunk.slice());
  const restored = await readSnapshot(chunks, { counts });
  expect(told(restored)).toBe(told(reference));
  expect(restored).toMatchObject({ config, sequence: 30 });
  const again = Buffer.concat([...writeSnapshot(restored)]);
  expect(again.equals(Buffer.concat(chunks))).toBe(true);
});

/** A store after so many calls, with snapshots after the calls named. */
async function filled(calls: number, snapshots: readonly number[]): Promise<{ disk: Disk; states: string[] }> {
  const disk = new Disk();
  const reference = new Reference();
  const states = [told(reference)];
  const store = await openStoreFiles(disk, { counts });
  disk.acknowledge(0);
  for (let i = 0; i < calls; i++) {
    await call(store, callOf(i, 2));
    disk.acknowledge(i + 1);
    reference.call(callOf(i, 2));
    states.push(told(reference));
    if (snapshots.includes(i)) await store.snapshot();
  }
  expect(told(store)).toBe(states.at(-1));
  return { disk, states };
}

// Every byte of the journals with PV_EVERY_BYTE=1, which takes minutes; the snapshots, of which a stop leaves a file to remove, less.
const IS_LONG = process.env["PV_EVERY_BYTE"] !== undefined;
const STRIDES = IS_LONG ? { snapshot: 499, journal: 1 } : { snapshot: 4999, journal: 97 };

test(
  "stopped at any step and byte, what was acknowledged is there, and at most the call in flight",
  { timeout: 3_600_000 },
  async () => {
    const { disk, states } = await filled(10, [2, 5, 8]);
    let stops = 0;
    for (const [step, next] of disk.diary.entries()) {
      const length = "bytes" in next ? next.bytes.length : 0;
      const stride = "name" in next && next.name.startsWith("snapshot") ? STRIDES.snapshot : STRIDES.journal;
      for (let bytes = 0; bytes <= length; bytes += stride) {
        for (const stop of STOPS) {
          // Bytes that were not synchronised are the same whether one of them was written or all.
          if (stop === "forgotten" && bytes > 0) continue;
          const left = disk.stopped(step, bytes, stop);
          const store = await openStoreFiles(left.disk, { counts });
          const { sequence } = store;
          if (sequence !== left.acknowledged && sequence !== left.acknowledged + 1)
            expect.fail(`${stop} at step ${step}, byte ${bytes}: ${sequence} of ${left.acknowledged} calls`);
          if (told(store) !== states[sequence]) expect.fail(`${stop} at step ${step}, byte ${bytes}: another state`);
          stops++;
        }
      }
    }
    console.log(`${stops} stops in ${disk.diary.length} steps`);
    expect(stops).toBeGreaterThan(IS_LONG ? 10_000 : 200);
  },
);

test("a store that was stopped goes on, and its tail is told as cut", async () => {
  const { disk, states } = await filled(6, [2]);
  const journal = disk.bytes("journal-00000001.pvj");
  disk.put("journal-00000001.pvj", journal.subarray(0, -3));
  const store = await openStoreFiles(disk, { counts });
  expect(store.sequence).toBe(5);
  expect(store.recovery).toMatchObject({ snapshot: "snapshot-00000001.pvs", replayed: 2 });
  expect(store.recovery.cut!.bytes).toBeGreaterThan(24);
  await call(store, callOf(5, 2));
  expect(told(store)).toBe(states[6]);
  expect(disk.bytes("journal-00000001.pvj")).toEqual(journal);
});

test("damage inside a journal is an error, whichever bit it is", async () => {
  const { disk } = await filled(4, []);
  const name = "journal-00000000.pvj";
  const journal = disk.bytes(name);
  for (let at = 0; at < journal.length; at++) {
    const copy = disk.copy();
    const changed = Uint8Array.from(journal);
    changed[at]! ^= 1 << (at % 8);
    copy.put(name, changed);
    const { code } = await failure(openStoreFiles(copy, { counts }));
    expect(code, `byte ${at}`).toBe("CORRUPT_JOURNAL");
  }
});

test("a damaged snapshot is passed over when its predecessor and the journals give everything, and named", async () => {
  const { disk, states } = await filled(10, [2, 5]);
  const damage = (copy: Disk, name: string): void => {
    const bytes = Uint8Array.from(copy.bytes(name));
    bytes[bytes.length >> 1]! ^= 1;
    copy.put(name, bytes);
  };
  const one = disk.copy();
  damage(one, "snapshot-00000002.pvs");
  const store = await openStoreFiles(one, { counts });
  expect(told(store)).toBe(states[10]);
  expect(store.recovery.snapshot).toBe("snapshot-00000001.pvs");
  expect(store.recovery.damaged).toMatchObject([
    { file: "snapshot-00000002.pvs", error: { code: "CORRUPT_SNAPSHOT" } },
  ]);
  await store.snapshot();
  expect(told(await openStoreFiles(one, { counts }))).toBe(states[10]);
  // With the predecessor damaged too, or a journal gone, something would be missing.
  const two = disk.copy();
  damage(two, "snapshot-00000001.pvs");
  damage(two, "snapshot-00000002.pvs");
  expect((await failure(openStoreFiles(two, { counts }))).code).toBe("CORRUPT_SNAPSHOT");
  const three = disk.copy();
  three.delete("journal-00000002.pvj");
  expect((await failure(openStoreFiles(three, { counts }))).code).toBe("CORRUPT_JOURNAL");
});

test("a load goes into a snapshot, and is not lost when that is damaged without a word", async () => {
  const disk = new Disk();
  const store = await openStoreFiles(disk, { counts });
  const first = callOf(0);
  if (first.kind !== "changes") throw new Error("expected changes");
  await store.load(first.changes);
  const again = await openStoreFiles(disk.copy(), { counts });
  expect(told(again)).toBe(told(store));
  const file = "snapshot-00000001.pvs";
  disk.put(file, disk.bytes(file).subarray(0, 100));
  expect((await failure(openStoreFiles(disk, { counts }))).code).toBe("TRUNCATED_SNAPSHOT");
});

test("a call that is refused changes nothing, and a failed write closes the store", async () => {
  const disk = new Disk();
  const store = await openStoreFiles(disk, { counts });
  await call(store, callOf(3));
  const before = told(store);
  expect((await failure(store.apply({ receivedOn: "2023-01-01" }))).code).toBe("INVALID_DATE");
  expect((await failure(store.keep("f", () => 1))).code).toBe("INVALID_ARGUMENT");
  expect(told(await openStoreFiles(disk.copy(), { counts }))).toBe(before);
  const full = disk.copy();
  const failing = Object.assign(full, {
    append: () => Promise.resolve({ add: () => Promise.reject(new Error("no room")), close: () => Promise.resolve() }),
  });
  const doomed = await openStoreFiles(failing, { counts });
  for (let i = 0; i < 2; i++) expect((await failure(call(doomed, callOf(5)))).code).toBe("STORE_CLOSED");
});
