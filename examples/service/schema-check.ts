/** A JSON Schema as far as this service uses it. */
export interface Schema {
  readonly [keyword: string]: unknown;
}

const NAMES = ["null", "boolean", "string", "array", "object", "number", "integer"] as const;
/** Keywords that say nothing about what is valid. */
const NOTES = new Set(["$schema", "$id", "title", "description", "default"]);

type Check = (expected: never, value: unknown, schema: Schema, path: string) => string[];
const told = (isRight: boolean, path: string, what: string): string[] => (isRight ? [] : [`${path || "it"}: ${what}`]);
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const CHECKS: Readonly<Record<string, Check>> = {
  type: (expected: string | readonly string[], value, _, path) => {
    const names = [expected].flat();
    return told(
      names.some((name) => isOfType(name, value)),
      path,
      `expected ${names.join(" or ")}`,
    );
  },
  const: (expected: unknown, value, _, path) => told(value === expected, path, `expected ${JSON.stringify(expected)}`),
  enum: (expected: readonly unknown[], value, _, path) =>
    told(expected.includes(value), path, `expected one of ${expected.map((one) => JSON.stringify(one)).join(", ")}`),
  anyOf: (expected: readonly Schema[], value, _, path) =>
    told(
      expected.some((one) => schemaFaults(one, value, path).length === 0),
      path,
      "fits none of the forms it can have",
    ),
  allOf: (expected: readonly Schema[], value, _, path) => expected.flatMap((one) => schemaFaults(one, value, path)),
  required: (expected: readonly string[], value, _, path) =>
    isObject(value) ? expected.flatMap((name) => told(Object.hasOwn(value, name), path, `${name} is missing`)) : [],
  properties: (expected: Readonly<Record<string, Schema>>, value, _, path) =>
    isObject(value)
      ? Object.entries(expected).flatMap(([name, one]) =>
          Object.hasOwn(value, name) ? schemaFaults(one, value[name], `${path}/${name}`) : [],
        )
      : [],
  additionalProperties: (expected: boolean | Schema, value, schema, path) => {
    if (!isObject(value)) return [];
    const known = (schema["properties"] ?? {}) as Readonly<Record<string, Schema>>;
    return Object.entries(value)
      .filter(([name]) => !Object.hasOwn(known, name))
      .flatMap(([name, one]) =>
        typeof expected === "boolean"
          ? told(expected, path, `${JSON.stringify(name.slice(0, 40))} is not a field of it`)
          : schemaFaults(expected, one, `${path}/${name}`),
      );
  },
  items: (expected: Schema, value, _, path) =>
    Array.isArray(value) ? value.flatMap((one: unknown, i) => schemaFaults(expected, one, `${path}/${i}`)) : [],
  minItems: (expected: number, value, _, path) =>
    told(!Array.isArray(value) || value.length >= expected, path, `expected ${expected} or more`),
  maxItems: (expected: number, value, _, path) =>
    told(!Array.isArray(value) || value.length <= expected, path, `expected at most ${expected}`),
  minimum: (expected: number, value, _, path) =>
    told(typeof value !== "number" || value >= expected, path, `expected ${expected} or more`),
  maximum: (expected: number, value, _, path) =>
    told(typeof value !== "number" || value <= expected, path, `expected at most ${expected}`),
  exclusiveMinimum: (expected: number, value, _, path) =>
    told(typeof value !== "number" || value > expected, path, `expected more than ${expected}`),
  minLength: (expected: number, value, _, path) =>
    told(
      typeof value !== "string" || Array.from(value).length >= expected,
      path,
      `expected ${expected} characters or more`,
    ),
  maxLength: (expected: number, value, _, path) =>
    told(
      typeof value !== "string" || Array.from(value).length <= expected,
      path,
      `expected at most ${expected} characters`,
    ),
  pattern: (expected: string, value, _, path) =>
    told(typeof value !== "string" || new RegExp(expected, "u").test(value), path, `does not fit ${expected}`),
};

/**
 * What of a value does not fit a schema; nothing when it does. A keyword that is not checked here is an error of the schema, so
 * that nothing passes because it was not looked at.
 */
export function schemaFaults(schema: Schema, value: unknown, path = ""): string[] {
  return Object.entries(schema).flatMap(([keyword, expected]) => {
    if (NOTES.has(keyword)) return [];
    const check = CHECKS[keyword];
    if (check === undefined) throw new Error(`${path}: the keyword ${keyword} is not supported`);
    return check(expected as never, value, schema, path);
  });
}

function isOfType(name: string, value: unknown): boolean {
  if (!(NAMES as readonly string[]).includes(name)) throw new Error(`there is no type ${name}`);
  if (name === "null") return value === null;
  if (name === "array") return Array.isArray(value);
  if (name === "object") return isObject(value);
  if (name === "integer") return Number.isSafeInteger(value);
  return typeof value === name;
}
