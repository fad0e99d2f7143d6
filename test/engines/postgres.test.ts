import { afterAll, beforeAll, describe } from "vitest";
import type { Engine } from "./engine.ts";
import { postgres } from "./postgres.ts";
import { countsAsEmbedded } from "./same-counts.ts";

const found = postgres();
const missing = "missing" in found ? found.missing : undefined;

describe.skipIf(missing !== undefined)(`PostgreSQL${missing === undefined ? "" : `, skipped: ${missing}`}`, () => {
  let engine: Engine | undefined;
  beforeAll(async () => {
    if ("start" in found) engine = await found.start();
  });
  afterAll(async () => engine?.stop());

  countsAsEmbedded(() => engine!);
});
