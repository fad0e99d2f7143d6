import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";

const src = join(import.meta.dirname, "../src");
const layers = [
  ["math", "rule"],
  ["report"],
  ["count", "ingest"],
  ["signal", "cluster", "quality"],
  ["monitor"],
  ["present", "simulate"],
];
const rank = new Map(layers.flatMap((names, i) => names.map((name) => [name, i] as const)));
const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((f) => f.endsWith(".ts"));
const folderOf = (path: string): string => (path.includes("/") ? path.slice(0, path.indexOf("/")) : "");
const imports = (file: string): string[] =>
  [...readFileSync(join(src, file), "utf8").matchAll(/(?:from|import\()\s*"([^"]+)"\s*[;)]/g)].map(
    ([, spec]) => spec ?? "",
  );

/** What each outside package may be imported by, and nothing else. */
const doors: Readonly<Record<string, readonly string[]>> = {
  zod: ["report/schema.ts", "monitor/decision-schema.ts"],
  mathjs: ["rule/parse.ts"],
  "mathjs/number": ["rule/parse.ts"],
  "fast-csv": ["ingest/csv.node.ts", "present/csv.node.ts"],
  "hucre/xlsx": ["ingest/xlsx.node.ts"],
  "hucre/xml": ["ingest/xlsx.node.ts"],
  "hyparquet-writer": ["present/parquet.node.ts"],
  saxes: ["ingest/e2b.ts"],
  "simple-statistics": ["cluster/rules.ts", "cluster/lots.ts", "cluster/alert-make.ts"],
};

test("imports point to the same folder or to a lower layer", () => {
  const offences = files.flatMap((file) => {
    const from = folderOf(file);
    return imports(file)
      .filter((spec) => spec.startsWith("."))
      .map((spec) => relative(src, join(src, dirname(file), spec)))
      .filter((to) => folderOf(to) !== from && folderOf(to) !== "" && from !== "")
      .filter((to) => !((rank.get(folderOf(to)) ?? 0) < (rank.get(from) ?? 0)))
      .map((to) => `${file} -> ${to}`);
  });
  expect(offences).toEqual([]);
});

test("every folder of src has a place in the layers", () => {
  expect([...new Set(files.map(folderOf))].filter((folder) => folder !== "" && !rank.has(folder))).toEqual([]);
});

test("rooms import no entry point, only error.ts from the top", () => {
  const offences = files
    .filter((file) => folderOf(file) !== "")
    .flatMap((file) =>
      imports(file)
        .filter((spec) => spec.startsWith("."))
        .map((spec) => relative(src, join(src, dirname(file), spec)))
        .filter((to) => folderOf(to) === "" && to !== "error.ts")
        .map((to) => `${file} -> ${to}`),
    );
  expect(offences).toEqual([]);
});

test("each outside package has its doors, and only *.node.ts touches node:", () => {
  const offences = files.flatMap((file) =>
    imports(file)
      .filter((spec) => !spec.startsWith("."))
      .filter((spec) => (spec.startsWith("node:") ? !file.endsWith(".node.ts") : !(doors[spec] ?? []).includes(file)))
      .map((spec) => `${file} -> ${spec}`),
  );
  expect(offences).toEqual([]);
});

test("a file that needs node is not below the browser entry", () => {
  const reached = new Set<string>();
  const walk = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const spec of imports(file)) if (spec.startsWith(".")) walk(relative(src, join(src, dirname(file), spec)));
  };
  walk("index.ts");
  walk("simulate.ts");
  walk("worker.ts");
  expect([...reached].filter((file) => file.endsWith(".node.ts"))).toEqual([]);
});

// Special functions are a room of their own, held to golden values; a method that needs one may come later than the function.
test("every file outside math is reached from an entry", () => {
  const reached = new Set<string>();
  const walk = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const spec of imports(file)) if (spec.startsWith(".")) walk(relative(src, join(src, dirname(file), spec)));
  };
  walk("index.ts");
  walk("node.ts");
  walk("simulate.ts");
  walk("worker.ts");
  expect(files.filter((file) => !reached.has(file) && folderOf(file) !== "math")).toEqual([]);
});
