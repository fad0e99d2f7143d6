import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const run = (example: string, zone: string, ...args: string[]): string =>
  execFileSync(process.execPath, ["--import", "tsx", join("examples", example), ...args], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, TZ: zone },
    maxBuffer: 1 << 26,
  });

const examples = readdirSync(join(root, "examples")).filter(
  (file) => file.endsWith(".ts") && file !== "first-light.ts",
);
test.each(examples)("example %s runs and prints the same in every zone", (example) => {
  const output = run(example, "Asia/Shanghai");
  expect(output.length).toBeGreaterThan(20);
  expect(run(example, "America/St_Johns")).toBe(output);
});

describe("the main job", () => {
  const folders: string[] = [];
  let printed = "";
  let page = "";
  beforeAll(() => {
    for (const zone of ["Asia/Shanghai", "America/St_Johns"]) {
      const folder = mkdtempSync(join(tmpdir(), "pvsignal-"));
      folders.push(folder);
      printed = run("first-light.ts", zone, folder);
    }
    page = readFileSync(join(folders[0]!, "index.html"), "utf8");
  });
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true });
  });

  test("writes the same bytes in every zone", () => {
    const digest = (folder: string): string[] =>
      readdirSync(folder).map(
        (file) =>
          `${file} ${createHash("sha256")
            .update(readFileSync(join(folder, file)))
            .digest("hex")}`,
      );
    expect(digest(folders[0]!)).toEqual(digest(folders[1]!));
    expect(readdirSync(folders[0]!).sort()).toEqual(["cluster-alerts.csv", "index.html", "sdrs.csv"]);
    for (const file of readdirSync(folders[0]!)) expect(statSync(join(folders[0]!, file)).size).toBeGreaterThan(10_000);
  });

  test.each([
    ["HYDROXYCUT", /2009-0[45]/],
    ["BRAZILIAN", /2010-1[01]/],
    ["OXYELITE", /2013-(09|10|11)/],
  ])("%s stands out of CAERS, in its month", (product, month) => {
    const line = printed
      .split("\n")
      .find(
        (text) => text.trim().startsWith(product) && text.includes("times a year") && month.test(text.slice(0, 60)),
      );
    // Far beyond what the product's own history would show: a power of ten well below one in a million years.
    expect(Number(/10\^(-\d+) times a year/.exec(line ?? "")?.[1])).toBeLessThan(-6);
  });

  test("every reconciliation adds up", () => {
    const sums = [
      ...printed.matchAll(/read (\d+) = accepted (\d+) \+ merged (\d+) \+ retracted (\d+) \+ rejected (\d+)/g),
    ];
    expect(sums).toHaveLength(5);
    for (const [, read, ...parts] of sums) expect(parts.map(Number).reduce((x, y) => x + y)).toBe(Number(read));
  });

  test("the page stands alone: no script, no outside file, both languages, text for every chart", () => {
    expect(page).not.toMatch(/<script|javascript:|<link|src=|@import|url\(/i);
    expect(page.match(/<svg/g)?.length).toBe(page.match(/<desc>/g)?.length);
    expect(page.match(/lang="zh"/g)!.length).toBeGreaterThan(50);
    expect(page).toContain("不相称报告信号");
    expect(page.match(/<table>/g)?.length).toBe(page.match(/<caption>/g)?.length);
  });
});
