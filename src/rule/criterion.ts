/** A number computed from the columns of a pair, as data. */
export type Expression =
  | number
  | string
  | { readonly op: "+" | "-" | "*" | "/" | "^"; readonly left: Expression; readonly right: Expression }
  | { readonly op: "negate"; readonly of: Expression }
  | { readonly call: "min" | "max" | "log" | "exp" | "sqrt" | "abs"; readonly arguments: readonly Expression[] };

/** The comparisons of criteria; they are exact. */
export type Comparison = ">=" | ">" | "<=" | "<" | "==" | "!=";

/** A criterion as data: it can be stored, sent and printed, and holds no code. */
export type Criterion =
  | { readonly all: readonly Criterion[] }
  | { readonly any: readonly Criterion[] }
  | { readonly not: Criterion }
  | { readonly compare: Comparison; readonly left: Expression; readonly right: Expression };

/** Outcome of a criterion on one row: 1 met, 0 not met, 2 undecided because a value it needs does not exist (NaN). */
export type Verdict = 0 | 1 | 2;

/**
 * The criterion as text in the syntax that `parseCriterion` reads.
 *
 * @example
 * criterionText({ compare: ">=", left: "a", right: 3 }); // "a >= 3"
 */
export function criterionText(criterion: Criterion): string {
  return printCriterion(criterion, 0);
}

/** Names of the columns a criterion reads, sorted. */
export function criterionColumns(criterion: Criterion): string[] {
  const names = new Set<string>();
  const walk = (expression: Expression): void => {
    if (typeof expression === "string") names.add(expression);
    else if (typeof expression === "object") {
      if ("call" in expression) expression.arguments.forEach(walk);
      else if (expression.op === "negate") walk(expression.of);
      else [expression.left, expression.right].forEach(walk);
    }
  };
  for (const { left, right } of comparisons(criterion)) [left, right].forEach(walk);
  return [...names].sort();
}

/** The comparisons of a criterion, in reading order. */
export function comparisons(criterion: Criterion): Extract<Criterion, { compare: Comparison }>[] {
  if ("compare" in criterion) return [criterion];
  if ("not" in criterion) return comparisons(criterion.not);
  return ("all" in criterion ? criterion.all : criterion.any).flatMap(comparisons);
}

/** Reads column `name` at row `i`; resolved once when the criterion is compiled. */
export type ColumnOf = (name: string) => (i: number) => number;

/**
 * Turns a criterion into a function of the row number. Comparisons are exact IEEE comparisons: Infinity >= 2 is met. A comparison
 * with NaN is undecided, and undecided parts combine by Kleene's three-valued logic: `a >= 3 and prr >= 2` is not met when
 * a is 2 whatever prr is, and undecided when a is 3 and prr does not exist.
 */
export function compileCriterion(criterion: Criterion, columnOf: ColumnOf): (i: number) => Verdict {
  if ("compare" in criterion) {
    const left = compileExpression(criterion.left, columnOf);
    const right = compileExpression(criterion.right, columnOf);
    const holds = comparators[criterion.compare];
    return (i) => {
      const x = left(i);
      const y = right(i);
      return Number.isNaN(x) || Number.isNaN(y) ? 2 : holds(x, y) ? 1 : 0;
    };
  }
  if ("not" in criterion) {
    const inner = compileCriterion(criterion.not, columnOf);
    return (i) => {
      const verdict = inner(i);
      return verdict === 2 ? 2 : verdict === 1 ? 0 : 1;
    };
  }
  const decisive = "all" in criterion ? 0 : 1;
  const parts = ("all" in criterion ? criterion.all : criterion.any).map((part) => compileCriterion(part, columnOf));
  return (i) => {
    let undecided = false;
    for (const part of parts) {
      const verdict = part(i);
      if (verdict === decisive) return decisive;
      if (verdict === 2) undecided = true;
    }
    return undecided ? 2 : decisive === 0 ? 1 : 0;
  };
}

/** Turns an expression into a function of the row number. */
export function compileExpression(expression: Expression, columnOf: ColumnOf): (i: number) => number {
  if (typeof expression === "number") return () => expression;
  if (typeof expression === "string") return columnOf(expression);
  if ("call" in expression) {
    const call = functions[expression.call];
    const values = expression.arguments.map((argument) => compileExpression(argument, columnOf));
    return (i) => call(values.map((value) => value(i)));
  }
  if (expression.op === "negate") {
    const of = compileExpression(expression.of, columnOf);
    return (i) => -of(i);
  }
  const left = compileExpression(expression.left, columnOf);
  const right = compileExpression(expression.right, columnOf);
  const apply = operators[expression.op];
  return (i) => apply(left(i), right(i));
}

const comparators: Readonly<Record<Comparison, (x: number, y: number) => boolean>> = {
  ">=": (x, y) => x >= y,
  ">": (x, y) => x > y,
  "<=": (x, y) => x <= y,
  "<": (x, y) => x < y,
  "==": (x, y) => x === y,
  "!=": (x, y) => x !== y,
};

const operators = {
  "+": (x: number, y: number) => x + y,
  "-": (x: number, y: number) => x - y,
  "*": (x: number, y: number) => x * y,
  "/": (x: number, y: number) => x / y,
  "^": (x: number, y: number) => x ** y,
};

const functions = {
  min: (values: readonly number[]) => Math.min(...values),
  max: (values: readonly number[]) => Math.max(...values),
  log: ([x = NaN]: readonly number[]) => Math.log(x),
  exp: ([x = NaN]: readonly number[]) => Math.exp(x),
  sqrt: ([x = NaN]: readonly number[]) => Math.sqrt(x),
  abs: ([x = NaN]: readonly number[]) => Math.abs(x),
};

// Binding strength, weakest first: or, and, not, comparison, + and -, * and /, unary minus, ^.
function printCriterion(criterion: Criterion, outer: number): string {
  if ("compare" in criterion) {
    return wrap(`${print(criterion.left, 4)} ${criterion.compare} ${print(criterion.right, 4)}`, 3, outer);
  }
  if ("not" in criterion) return wrap(`not ${printCriterion(criterion.not, 4)}`, 2, outer);
  const [parts, word, strength] = "all" in criterion ? [criterion.all, " and ", 1] : [criterion.any, " or ", 0];
  return wrap(parts.map((part) => printCriterion(part, strength + 1)).join(word), strength, outer);
}

function print(expression: Expression, outer: number): string {
  if (typeof expression === "number") return expression < 0 ? wrap(String(expression), 6, outer) : String(expression);
  if (typeof expression === "string") return expression;
  if ("call" in expression)
    return `${expression.call}(${expression.arguments.map((argument) => print(argument, 0)).join(", ")})`;
  if (expression.op === "negate") return wrap(`-${print(expression.of, 7)}`, 6, outer);
  const strength = expression.op === "^" ? 7 : expression.op === "*" || expression.op === "/" ? 5 : 4;
  const text = `${print(expression.left, strength + (expression.op === "^" ? 1 : 0))} ${expression.op} ${print(expression.right, strength + 1)}`;
  return wrap(text, strength, outer);
}

const wrap = (text: string, strength: number, outer: number): string => (strength < outer ? `(${text})` : text);
