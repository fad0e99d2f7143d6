import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { seededRandom } from "../../src/math/random.ts";
import { expectClose } from "../close.ts";
import { mathFunction } from "./functions.ts";

const folder = join(import.meta.dirname, "../../src/math");
const examples = readdirSync(folder).flatMap((file) =>
  [
    ...readFileSync(join(folder, file), "utf8").matchAll(/@example\n \* (\w+)\(([^)]*)\)(\.next\(\))?; \/\/ (\S+)\n/g),
  ].map(([, name = "", args = "", , value = ""]) => ({
    name,
    args: args.split(",").map(Number),
    value: Number(value),
  })),
);

test("every public function has an example", () => {
  expect(examples).toHaveLength(37);
});

test.each(examples)("the example of $name is what it returns", ({ name, args, value }) => {
  if (name === "seededRandom") expect(seededRandom(args[0]!).next()).toBe(value);
  else expectClose(mathFunction(name)(...args), value, 1e-11);
});
