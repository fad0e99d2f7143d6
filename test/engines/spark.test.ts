import { test } from "vitest";

test.skip("Spark, skipped: no server is started here; its statement is compared with the file in test/count alone", () => {
  throw new Error("not run");
});
