import { ownMemory, StoreBuilder, type BuiltStore, type StoreInput } from "./pair-store-build.ts";
import { countClaims, scatterChunk } from "./pair-store-kernel.ts";
import type { ChunkStreams, CountedBlock } from "./pair-store-shape.ts";
import {
  assemble,
  BLOCK_PAIRS,
  countFrame,
  countPlan,
  ROUND_PAIRS,
  rounds,
  type Round,
  type SparseCounts,
} from "./pair-store-streams.ts";

/** De-duplicates and counts. The streams of each chunk are written while its reports are still in the cache. */
export function countReports(
  input: StoreInput,
  limit = ROUND_PAIRS,
): { readonly store: BuiltStore; readonly pairs: SparseCounts } {
  const builder = new StoreBuilder(input, ownMemory);
  const { size } = builder.coding.products;
  const chunks: ChunkStreams[] = [];
  let plan: readonly [Round, ...Round[]] | undefined;
  while (builder.next()) {
    plan ??= rounds(builder.sketch, limit);
    const { firstCode, lastCode } = plan[0];
    for (let h = chunks.length; h < builder.chunks; h++)
      chunks.push(scatterChunk(builder.columns, h, size, firstCode, lastCode, ownMemory));
  }
  const store = builder.finish();
  return { store, pairs: countRounds(store, plan ?? rounds(store), chunks) };
}

/** Counts a store on this thread. */
export function countBuilt(store: BuiltStore, limit = ROUND_PAIRS): SparseCounts {
  return countRounds(store, rounds(store, limit), []);
}

/** `chunks` are the streams of the first round, where there are any yet. */
function countRounds(store: BuiltStore, plan: readonly Round[], chunks: ChunkStreams[]): SparseCounts {
  const frame = countFrame(store, ownMemory);
  const { size } = store.coding.products;
  const counted: { round: Round; blocks: CountedBlock[] }[] = [];
  let isReady = chunks.length > 0;
  for (const round of plan) {
    for (let h = 0; h < store.chunks && !isReady; h++)
      chunks[h] = scatterChunk(store.columns, h, size, round.firstCode, round.lastCode, ownMemory, chunks[h]);
    isReady = false;
    const blocks: CountedBlock[] = [];
    countClaims(countPlan(frame, round, chunks, ownMemory), BLOCK_PAIRS, (block) => blocks.push(block));
    counted.push({ round, blocks });
  }
  return assemble(store, frame, counted);
}
