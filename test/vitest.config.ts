import { join } from "node:path";
import { defineConfig } from "vitest/config";

const root = join(import.meta.dirname, "..");

// Date code lies in one zone only: the whole suite runs in one zone east of Greenwich and in one west of it with a half hour.
const zone = (TZ: string, exclude: string[] = []): object => ({
  extends: true,
  test: { name: TZ, env: { TZ, EXPECTED_TZ: TZ }, exclude },
});

export default defineConfig({
  root,
  resolve: {
    alias: [
      { find: /^pvsignal$/, replacement: join(root, "src/index.ts") },
      { find: /^pvsignal\/simulate$/, replacement: join(root, "src/simulate.ts") },
      { find: /^pvsignal\/node$/, replacement: join(root, "src/node.ts") },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/setup.ts"],
    pool: "forks",
    testTimeout: 120_000,
    hookTimeout: 300_000,
    // The examples are run in both zones by their own test; a fit and a query of counts read no date: once is enough.
    projects: [
      zone("Asia/Shanghai"),
      zone("America/St_Johns", [
        "test/examples.test.ts",
        "test/package.test.ts",
        "test/signal/gps-fit.test.ts",
        "test/engines/**",
      ]),
    ],
    coverage: { provider: "v8", include: ["src/**/*.ts"] },
  },
});
