import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  compileCriterion,
  criterionColumns,
  criterionText,
  type Criterion,
  type Expression,
} from "../../src/rule/criterion.ts";
import { parseCriterion } from "../../src/rule/parse.ts";

const columns = ["a", "expected", "prr", "chi2Yates", "ic025"];
const values: Readonly<Record<string, readonly number[]>> = {
  a: [3, 2, 3, 3],
  prr: [2, NaN, NaN, Infinity],
  chi2Yates: [4, 9, 9, 4],
};
const run = (criterion: Criterion): number[] => {
  const verdict = compileCriterion(criterion, (name) => (i) => values[name]![i]!);
  return [0, 1, 2, 3].map(verdict);
};

test("a comparison with NaN is undecided unless the rest already decides", async () => {
  const rule = await parseCriterion("a >= 3 and prr >= 2 and chi2Yates >= 4", columns);
  expect(run(rule)).toEqual([1, 0, 2, 1]);
  expect(run({ not: rule })).toEqual([0, 1, 2, 0]);
  expect(run({ any: [rule, { compare: "<", left: "a", right: 3 }] })).toEqual([1, 1, 2, 1]);
});

test("comparisons are exact: a value a hair below the threshold does not pass", async () => {
  const rule = await parseCriterion("prr >= 2", ["prr"]);
  const verdict = compileCriterion(rule, () => () => 2 - 4.5e-16);
  expect(verdict(0)).toBe(0);
});

test("a chained comparison means both", async () => {
  expect(criterionText(await parseCriterion("1 < a <= 3", ["a"]))).toBe("1 < a and a <= 3");
});

test("the columns a criterion reads are named once each", async () => {
  expect(
    criterionColumns(await parseCriterion("max(a, prr) > 2 or (a - expected) / sqrt(expected) > 3", columns)),
  ).toEqual(["a", "expected", "prr"]);
});

const expression = fc.letrec<{ e: Expression }>((tie) => ({
  e: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<Expression>(...columns),
    fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }).map((x) => x + 0),
    fc.record({
      op: fc.constantFrom("+" as const, "-" as const, "*" as const, "/" as const),
      left: tie("e"),
      right: tie("e"),
    }),
    fc.record({
      call: fc.constantFrom("min" as const, "max" as const),
      arguments: fc.array(tie("e"), { minLength: 1, maxLength: 3 }),
    }),
  ),
})).e;
const criterion = fc.letrec<{ c: Criterion }>((tie) => ({
  c: fc.oneof(
    { maxDepth: 3 },
    fc.record({
      compare: fc.constantFrom(">=" as const, "<" as const, "==" as const),
      left: expression,
      right: expression,
    }),
    fc.record({ not: tie("c") }),
    fc.array(tie("c"), { minLength: 2, maxLength: 3 }).map((all) => ({ all })),
    fc.array(tie("c"), { minLength: 2, maxLength: 3 }).map((any) => ({ any })),
  ),
})).c;

test("printed criteria read back to the same verdicts", async () => {
  await fc.assert(
    fc.asyncProperty(criterion, fc.array(fc.double(), { minLength: 5, maxLength: 5 }), async (rule, row) => {
      const text = criterionText(rule);
      fc.pre(text.length <= 500);
      const columnOf = (name: string) => () => row[columns.indexOf(name)]!;
      const again = await parseCriterion(text, columns);
      expect(compileCriterion(again, columnOf)(0)).toBe(compileCriterion(rule, columnOf)(0));
    }),
  );
});

describe("hostile or careless text is refused with a stable code", () => {
  test.each([
    "a = 3",
    "f(x) = x",
    "a.constructor",
    'a["constructor"] > 1',
    'cross("x") > 1',
    "import({}, {}) > 1",
    'evaluate("1") > 0',
    "ones(3000, 3000) > 1",
    "[1, 2, 3] > 1",
    "{a: 1} > 1",
    '"a" > 1',
    "1:3 > 2",
    "a! > 1",
    "a > 1; prr > 2",
    "2 a >= 3",
    "a prr >= 3",
    "a & 1 > 2",
    "bogus >= 2",
    "__proto__ >= 2",
    "constructor >= 2",
    "toString(a) > 1",
    "hasOwnProperty(a) > 1",
    "a >= 3 ? true : false",
    "a",
    "3",
    "a + 1",
    "true",
    "Infinity > a",
    "a to cm > 3",
    "a > 3 cm",
    "a ' > 3",
    "-not a > 3",
    "",
  ])("%s", async (text) => {
    await expect(parseCriterion(text, columns)).rejects.toMatchObject({
      name: "PvError",
      code: expect.stringMatching(/^RULE_(REFUSED|SYNTAX)$/) as string,
    });
  });

  test.each(["a >=", "a >= 3 and", "(a >= 3", "a >= 3)", "a ≥ 3"])("%s is a syntax error", async (text) => {
    await expect(parseCriterion(text, columns)).rejects.toMatchObject({ code: "RULE_SYNTAX" });
  });

  test("very long and very deep text", async () => {
    await expect(parseCriterion(`a >= ${"1".repeat(600)}`, columns)).rejects.toMatchObject({ code: "RULE_REFUSED" });
    await expect(parseCriterion(Array.from({ length: 110 }, () => "a>1").join("or "), columns)).rejects.toMatchObject({
      code: "RULE_REFUSED",
    });
  });

  test("any text at all ends in a criterion or in a PvError", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.string({ maxLength: 60 }), fc.string({ unit: "binary", maxLength: 60 })),
        async (text) => {
          await parseCriterion(text, columns).then(
            (rule) => {
              expect(criterionText(rule)).not.toBe("");
            },
            (error: unknown) => {
              expect((error as { code: string }).code).toMatch(/^RULE_/);
            },
          );
        },
      ),
    );
  });
});
