// Applies calls for ever and says so after each, to be killed: node snapshot-child.mjs FOLDER
import { openStore } from "../../src/monitor/snapshot-store.node.ts";
import { call, callOf, counts } from "./snapshot-batches.ts";

const store = await openStore(process.argv[2]!, { counts });
for (let i = store.sequence; ; i++) {
  await call(store, callOf(i));
  process.stdout.write(`${i + 1}\n`);
  if (i % 5 === 3) await store.snapshot();
}
