/** An element with what stands in it; names without their prefix. */
export interface XmlNode {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlNode[];
  /** Character data directly in the element, its pieces joined, as it stood. */
  readonly text: string;
}

/** All children of a name. */
export function childrenOf(node: XmlNode | undefined, name: string): XmlNode[] {
  return node === undefined ? [] : node.children.filter((child) => child.name === name);
}

/** The first element at the end of a path of names; the first branch that leads there counts. */
export function descend(node: XmlNode | undefined, ...path: readonly string[]): XmlNode | undefined {
  if (node === undefined || path.length === 0) return node;
  const [name, ...rest] = path;
  for (const child of node.children) {
    if (child.name !== name) continue;
    const found = descend(child, ...rest);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** An attribute without its prefix; `undefined` where it is absent or empty. */
export function attributeOf(node: XmlNode | undefined, name: string): string | undefined {
  const value = node?.attributes[name]?.trim();
  return value === "" ? undefined : value;
}

/** Text of an element and of all in it, trimmed and with its line breaks and runs of blanks made single blanks. */
export function textOf(node: XmlNode | undefined): string | undefined {
  if (node === undefined) return undefined;
  const parts: string[] = [];
  const walk = (one: XmlNode): void => {
    parts.push(one.text);
    one.children.forEach(walk);
  };
  walk(node);
  const text = parts.join(" ").replace(/\s+/g, " ").trim();
  return text === "" ? undefined : text;
}

/** The first element of a name anywhere below, in document order. */
export function findBelow(node: XmlNode | undefined, name: string): XmlNode | undefined {
  for (const child of node?.children ?? []) {
    if (child.name === name) return child;
    const found = findBelow(child, name);
    if (found !== undefined) return found;
  }
  return undefined;
}
