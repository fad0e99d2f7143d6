import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, { optional: boolean }>;
  devDependencies: Record<string, string>;
  exports: Record<string, unknown>;
};

test("the browser entry bundles without node, and its size is known", async () => {
  const result = await build({
    entryPoints: [join(root, "src/index.ts")],
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    minify: true,
    splitting: true,
    outdir: "unused",
    metafile: true,
  });
  const inputs = Object.keys(result.metafile.inputs);
  expect(inputs.filter((path) => path.startsWith("node:") || path.includes("fast-csv"))).toEqual([]);
  const main = result.outputFiles.reduce((largest, file) => (file.path.endsWith("index.js") ? file : largest));
  const lazy = result.outputFiles.filter((file) => file !== main);
  const sizeOf = (bytes: Uint8Array): string =>
    `${(bytes.length / 1024).toFixed(0)} kB, ${(gzipSync(bytes).length / 1024).toFixed(0)} kB gzip`;
  console.log(
    `browser bundle: ${sizeOf(main.contents)}; loaded on demand: ${lazy.map((file) => sizeOf(file.contents)).join("; ")}`,
  );
  // mathjs is loaded only when a criterion is written as text.
  expect(Buffer.from(main.contents).toString()).not.toContain("SymbolNode requires");
  // Everything there is; who imports one thing pays for that alone, as the next test holds.
  expect(main.contents.length).toBeLessThan(900 * 1024);
});

test("importing one measure brings little else along", async () => {
  const result = await build({
    stdin: { contents: 'export { prr, ror } from "./src/index.ts";', resolveDir: root, loader: "ts" },
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    minify: true,
  });
  const bytes = result.outputFiles[0]!.contents;
  console.log(`prr and ror alone: ${(bytes.length / 1024).toFixed(1)} kB`);
  expect(bytes.length).toBeLessThan(20 * 1024);
});

test("development versions are exact, so that a clone builds the same next year", () => {
  for (const version of Object.values(manifest.devDependencies)) expect(version).toMatch(/^\d+\.\d+\.\d+(-r\.\d+)?$/);
});

test("every runtime package is imported by src, and nothing else is", () => {
  const src = join(root, "src");
  const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((f) => f.endsWith(".ts"));
  const used = new Set(
    files
      .flatMap((file) =>
        [...readFileSync(join(src, file), "utf8").matchAll(/(?:from|import\()\s*"([^."][^"]*)"\s*[;)]/g)].map(
          ([, spec]) => spec!,
        ),
      )
      .filter((spec) => !spec.startsWith("node:"))
      .map((spec) => spec.split("/")[0]!),
  );
  const { dependencies, peerDependencies, peerDependenciesMeta } = manifest;
  expect([...used].sort()).toEqual([...Object.keys(dependencies), ...Object.keys(peerDependencies)].sort());
  expect(Object.values(peerDependenciesMeta).every(({ optional }) => optional)).toBe(true);
});

test("the lockfile names no registry", () => {
  expect(readFileSync(join(root, "package-lock.json"), "utf8")).not.toMatch(/"resolved"/);
});

test("the data that ships with the repository stays small", () => {
  const files = execFileSync("git", ["ls-files", "-z", "test/golden", "test/fixtures", "examples/data"], {
    cwd: root,
    encoding: "utf8",
  });
  const total = files
    .split("\0")
    .filter((file) => file !== "")
    .reduce((sum, file) => sum + statSync(join(root, file)).size, 0);
  expect(total).toBeLessThan(6.5 * 2 ** 20);
});
