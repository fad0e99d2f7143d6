import type { FactoryFunctionMap, MathNode } from "mathjs";
import { PvError } from "../error.ts";
import type { Comparison, Criterion, Expression } from "./criterion.ts";

/** Longest text and largest tree that is read: a criterion is a line, not a program. */
const MAX_LENGTH = 500;
const MAX_NODES = 200;

const comparisonOf: Readonly<Record<string, Comparison>> = {
  largerEq: ">=",
  larger: ">",
  smallerEq: "<=",
  smaller: "<",
  equal: "==",
  unequal: "!=",
};
const arithmeticOf: Readonly<Record<string, "+" | "-" | "*" | "/" | "^">> = {
  add: "+",
  subtract: "-",
  multiply: "*",
  divide: "/",
  pow: "^",
};
const arityOf: Readonly<Record<string, readonly [number, number]>> = {
  min: [1, 20],
  max: [1, 20],
  log: [1, 1],
  exp: [1, 1],
  sqrt: [1, 1],
  abs: [1, 1],
};

type Call = Extract<Expression, { call: string }>["call"];

/**
 * Reads a criterion written by a person, such as `"a >= 3 and prr >= 2 and chi2Yates >= 4"`. Known are the given column names,
 * numbers, `+ - * / ^`, `min max log exp sqrt abs`, the six comparisons (also chained: `1 < prr < 5`), `and`, `or`, `not` and
 * parentheses. The text is parsed by mathjs into a syntax tree; every node that is not on this list is refused, and the tree is
 * turned into data that our own closures evaluate. Nothing of the text is ever executed.
 *
 * @throws PvError `RULE_SYNTAX` when it cannot be parsed; `RULE_REFUSED` for anything not on the list, implicit multiplication
 *   (`2 a`), an unknown name, or a text longer than 500 characters or 200 nodes
 * @example
 * await parseCriterion("a >= 3 and prr >= 2", ["a", "prr"]);
 */
export async function parseCriterion(text: string, columns: readonly string[]): Promise<Criterion> {
  if (text.length > MAX_LENGTH)
    throw refused(`a criterion has at most ${MAX_LENGTH} characters, this one has ${text.length}`);
  // mathjs takes most of a second to load, so it is loaded only when someone writes a criterion as text.
  const { create, parseDependencies } = await import("mathjs/number");
  const parse = create(parseDependencies as FactoryFunctionMap).parse as unknown as (text: string) => MathNode;
  let tree: MathNode;
  try {
    tree = parse(text);
  } catch (cause) {
    throw new PvError(
      "RULE_SYNTAX",
      `cannot read ${JSON.stringify(text)}: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
  const reader = new TreeReader(new Set(columns));
  return reader.criterion(tree);
}

const refused = (what: string): PvError => new PvError("RULE_REFUSED", what);

/** The properties of mathjs nodes that are read here, whatever the node; anything else about a node is ignored. */
interface NodeShape {
  readonly type: string;
  readonly fn?: unknown;
  readonly op?: unknown;
  readonly args?: readonly MathNode[];
  readonly implicit?: unknown;
  readonly content?: MathNode;
  readonly value?: unknown;
  readonly name?: unknown;
  readonly conditionals?: readonly unknown[];
  readonly params?: readonly MathNode[];
}

class TreeReader {
  readonly #columns: ReadonlySet<string>;
  #nodes = 0;

  constructor(columns: ReadonlySet<string>) {
    this.#columns = columns;
  }

  criterion(node: MathNode): Criterion {
    const shape = this.#enter(node);
    switch (shape.type) {
      case "ParenthesisNode":
        return this.criterion(shape.content!);
      case "RelationalNode": {
        const parts = shape.params!.map((param) => this.expression(param));
        return { all: shape.conditionals!.map((name, i) => this.#compare(name, parts[i]!, parts[i + 1]!)) };
      }
      case "OperatorNode": {
        const args = shape.args!;
        if (shape.fn === "and" || shape.fn === "or") {
          const parts = args.map((arg) => this.criterion(arg));
          // `x and y and z` parses as `(x and y) and z`; it is one list to a reader.
          return shape.fn === "and"
            ? { all: parts.flatMap((part) => ("all" in part ? part.all : [part])) }
            : { any: parts.flatMap((part) => ("any" in part ? part.any : [part])) };
        }
        if (shape.fn === "not") return { not: this.criterion(args[0]!) };
        if (args.length === 2 && typeof shape.fn === "string" && shape.fn in comparisonOf) {
          return this.#compare(shape.fn, this.expression(args[0]!), this.expression(args[1]!));
        }
        throw refused(`expected a comparison, found the operator ${String(shape.op)}`);
      }
      default:
        throw refused(`expected a comparison such as "prr >= 2", found ${describe(shape)}`);
    }
  }

  expression(node: MathNode): Expression {
    const shape = this.#enter(node);
    switch (shape.type) {
      case "ParenthesisNode":
        return this.expression(shape.content!);
      case "ConstantNode":
        if (typeof shape.value !== "number" || !Number.isFinite(shape.value))
          throw refused(`expected a number, found ${describe(shape)}`);
        return shape.value;
      case "SymbolNode":
        return this.#column(shape.name);
      case "FunctionNode":
        return this.#call(shape);
      case "OperatorNode": {
        if (shape.implicit === true) throw refused("write the multiplication sign: 2 * a");
        const args = shape.args!;
        if (shape.fn === "unaryMinus") {
          const of = this.expression(args[0]!);
          return typeof of === "number" ? -of : { op: "negate", of };
        }
        const op =
          typeof shape.fn === "string" && Object.hasOwn(arithmeticOf, shape.fn) ? arithmeticOf[shape.fn] : undefined;
        if (op === undefined || args.length !== 2)
          throw refused(`the operator ${String(shape.op)} is not allowed inside a number`);
        return { op, left: this.expression(args[0]!), right: this.expression(args[1]!) };
      }
      default:
        throw refused(`${describe(shape)} is not allowed`);
    }
  }

  #call(shape: NodeShape): Expression {
    const callee =
      (shape.fn as NodeShape | undefined)?.type === "SymbolNode" ? (shape.fn as NodeShape).name : undefined;
    const arity = typeof callee === "string" && Object.hasOwn(arityOf, callee) ? arityOf[callee] : undefined;
    if (arity === undefined)
      throw refused(
        `function ${typeof callee === "string" ? callee : "of that kind"} is not one of ${Object.keys(arityOf).join(", ")}`,
      );
    const args = shape.args!;
    if (args.length < arity[0] || args.length > arity[1])
      throw refused(`${String(callee)} does not take ${args.length} arguments`);
    return { call: callee as Call, arguments: args.map((arg) => this.expression(arg)) };
  }

  #column(name: unknown): string {
    if (typeof name === "string" && this.#columns.has(name)) return name;
    throw refused(`${JSON.stringify(name)} is not a column; there are ${[...this.#columns].sort().join(", ")}`);
  }

  #compare(name: unknown, left: Expression, right: Expression): Criterion {
    const compare = typeof name === "string" && Object.hasOwn(comparisonOf, name) ? comparisonOf[name] : undefined;
    if (compare === undefined) throw refused(`${String(name)} is not a comparison`);
    return { compare, left, right };
  }

  #enter(node: MathNode): NodeShape {
    if (++this.#nodes > MAX_NODES) throw refused(`a criterion has at most ${MAX_NODES} parts`);
    return node;
  }
}

function describe(shape: NodeShape): string {
  const kind = shape.type.replace(/Node$/, "").toLowerCase();
  const shown = shape.name ?? shape.value;
  return typeof shown === "string" || typeof shown === "number" ? `${kind} ${JSON.stringify(shown)}` : kind;
}
