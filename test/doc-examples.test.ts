import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

/**
 * Examples in doc comments that are one expression and its result, `expression; // value`, are evaluated as they stand, with
 * everything in scope that the file itself or the entry points export. The value may be rounded: as many digits as are written.
 */
const src = join(import.meta.dirname, "../src");
const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((f) => f.endsWith(".ts"));

interface DocExample {
  readonly file: string;
  readonly expression: string;
  readonly value: string;
}

const examples: DocExample[] = files.flatMap((file) =>
  [
    ...readFileSync(join(src, file), "utf8").matchAll(/@example\n((?: +\*.*\n| *\* .*\n)+?)(?: \*\/| *\* @| *\*\/)/g),
  ].flatMap(([, block = ""]) => {
    const lines = block.split("\n").map((line) => line.replace(/^ *\* ?/, ""));
    const text = lines.join("\n");
    return [...text.matchAll(/^([a-z][\s\S]*?);\s*\/\/ (.+)$/gm)]
      .map(([, expression = "", value = ""]) => ({ file, expression: expression.trim(), value: value.trim() }))
      .filter(
        ({ expression, value }) =>
          !/^(const|try|await|import|explain|screening|counts)\b/.test(expression) &&
          /^[-\d"{['It]/.test(value) &&
          !value.startsWith("{ a,"),
      );
  }),
);

test.each(examples.map((example) => [`${example.file}: ${example.expression}`, example] as const))(
  "%s",
  async (_, { file, expression, value }) => {
    const scope: Record<string, unknown> = {
      ...(await import("pvsignal")),
      ...(await import("pvsignal/node")),
      ...(await import("pvsignal/simulate")),
      ...((await import(join(src, file))) as object),
    };
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- our own doc comments
    const run = new Function(...Object.keys(scope), `return (${expression});`) as (...values: unknown[]) => unknown;
    const actual = run(...Object.values(scope));
    if (/^-?[\d.]+(e[-+]?\d+)?$/i.test(value)) {
      const digits = value.replace(/e.*$/i, "").replace(/[-.]/g, "").replace(/^0+/, "").length;
      expect(Number((actual as number).toPrecision(Math.max(1, digits)))).toBe(Number(value));
    } else {
      // eslint-disable-next-line @typescript-eslint/no-implied-eval -- our own doc comments
      expect(actual).toEqual((new Function(`return (${value});`) as () => unknown)());
    }
  },
);

test("there are examples to run", () => {
  expect(examples.length).toBeGreaterThan(15);
});
