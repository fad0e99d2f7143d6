import { presets, type ScreenRow } from "pvsignal";

/** Rules shown side by side. */
export const rules = [presets.evans, presets.ema, presets.umc, presets.china];
export const scoreNames = [
  "prr",
  "prrLower",
  "prrUpper",
  "ror",
  "rorLower",
  "rorUpper",
  "chi2Yates",
  "ic",
  "ic025",
  "ic975",
] as const;

/** A number for a table: infinite and missing values are said, not left blank. */
export const shown = (row: ScreenRow, name: string): string => {
  const value = row.scores[name];
  if (value === undefined || value === null) return row.missing[name] === "infinite" ? "∞" : "–";
  return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString("en-US") : value.toFixed(2);
};
/** Names of the rules a pair meets. */
export const flagsOf = (row: ScreenRow): string =>
  rules
    .filter(({ name }) => row.flags[name] === true)
    .map(({ name }) => name)
    .join(" ");
