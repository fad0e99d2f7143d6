import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist", "coverage", "out", "node_modules", "**/*.mjs", "eslint.config.js"] },
  ...tseslint.configs.strictTypeChecked,
  { languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } } },
  {
    rules: {
      // typed-array reads inside loops with proven bounds are written x[i]!
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
    },
  },
  {
    files: ["src/**/*.ts"],
    rules: {
      "no-restricted-globals": ["error", "Buffer", "process"],
      "no-console": "error",
      "no-restricted-properties": [
        "error",
        { object: "Math", property: "random", message: "randomness is seeded: math/random.ts" },
        { object: "Date", property: "now", message: "time is an argument: asOf" },
      ],
    },
  },
);
