/** A JSON Schema of the few keywords that the schema of Vega-Lite uses. */
export type Schema = Readonly<Record<string, unknown>>;

const kind = (value: unknown): string =>
  value === null ? "null" : Array.isArray(value) ? "array" : typeof value === "object" ? "object" : typeof value;

/**
 * Whether a value is valid: `$ref` within the document, `anyOf`, `enum`, `const`, `type`, `properties`, `required`,
 * `additionalProperties`, `minProperties`, `items`, lengths and bounds. `format` is not checked.
 *
 * @throws Error for any other keyword, so that none is passed over unseen
 */
export function isValid(value: unknown, schema: Schema | boolean, root: Schema): boolean {
  if (typeof schema === "boolean") return schema;
  return Object.entries(schema).every(([keyword, rule]) => {
    const check = checks[keyword];
    if (check === undefined) throw new Error(`unknown keyword ${keyword}`);
    return check(value, rule, root, schema);
  });
}

type Check = (value: unknown, rule: unknown, root: Schema, schema: Schema) => boolean;
const size = (value: unknown): number => Object.keys(value as object).length;
const always: Check = () => true;
const whenKind =
  (name: string, check: Check): Check =>
  (value, ...rest) =>
    kind(value) !== name || check(value, ...rest);

const checks: Readonly<Record<string, Check>> = {
  $schema: always,
  definitions: always,
  format: always,
  $ref: (value, rule, root) => {
    const name = String(rule).replace("#/definitions/", "");
    const target = (root["definitions"] as Record<string, Schema>)[decodeURIComponent(name)];
    if (target === undefined) throw new Error(`unknown definition ${name}`);
    return isValid(value, target, root);
  },
  anyOf: (value, rule, root) => (rule as Schema[]).some((each) => isValid(value, each, root)),
  enum: (value, rule) => (rule as unknown[]).includes(value),
  const: (value, rule) => value === rule,
  type: (value, rule) => {
    const types = Array.isArray(rule) ? rule : [rule];
    return types.includes(kind(value)) || (types.includes("integer") && Number.isInteger(value));
  },
  properties: whenKind("object", (value, rule, root) =>
    Object.entries(rule as Record<string, Schema>).every(
      ([name, each]) => !(name in (value as object)) || isValid((value as Record<string, unknown>)[name], each, root),
    ),
  ),
  required: whenKind("object", (value, rule) => (rule as string[]).every((name) => name in (value as object))),
  additionalProperties: whenKind("object", (value, rule, root, schema) =>
    Object.entries(value as Record<string, unknown>)
      .filter(([name]) => !Object.keys(schema["properties"] ?? {}).includes(name))
      .every(([, each]) => isValid(each, rule as Schema | boolean, root)),
  ),
  minProperties: whenKind("object", (value, rule) => size(value) >= Number(rule)),
  items: whenKind("array", (value, rule, root) =>
    Array.isArray(rule)
      ? rule.every(
          (each, i) => (value as unknown[])[i] === undefined || isValid((value as unknown[])[i], each as Schema, root),
        )
      : (value as unknown[]).every((each) => isValid(each, rule as Schema, root)),
  ),
  minItems: whenKind("array", (value, rule) => size(value) >= Number(rule)),
  maxItems: whenKind("array", (value, rule) => size(value) <= Number(rule)),
  minLength: whenKind("string", (value, rule) => (value as string).length >= Number(rule)),
  maxLength: whenKind("string", (value, rule) => (value as string).length <= Number(rule)),
  minimum: whenKind("number", (value, rule) => (value as number) >= Number(rule)),
  maximum: whenKind("number", (value, rule) => (value as number) <= Number(rule)),
};
