import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as browser from "pvsignal";
import * as node from "pvsignal/node";

const src = join(import.meta.dirname, "../src");

test("the API is what it was meant to be: a new or lost name shows up here", () => {
  expect(Object.keys(browser).sort()).toMatchInlineSnapshot(`
    [
      "ANSWERS",
      "CAUSALITIES",
      "CRITERION_COLUMNS",
      "DOMAINS",
      "ERROR_CODES",
      "ISSUE_CODES",
      "ISSUE_EFFECTS",
      "MISSING_STRATUM",
      "OUTCOMES",
      "PREDICATE_COLUMNS",
      "PairCounts",
      "PvError",
      "REPORT_KINDS",
      "ROLES",
      "ReportTable",
      "SERIOUSNESS",
      "SEXES",
      "Screening",
      "UNIT_KINDS",
      "adjustP",
      "allOf",
      "anyOf",
      "bate1998",
      "bate1998Columns",
      "both",
      "buildTable",
      "cellReportIds",
      "cellRows",
      "chiSquare",
      "chiSquareColumns",
      "chiSquareLogP",
      "chiSquareLogPColumns",
      "countChart",
      "countPairs",
      "countsFromRows",
      "criterionText",
      "csvCell",
      "ebProbabilityBelow",
      "ebgm",
      "ebgmColumns",
      "escapeHtml",
      "expectedCount",
      "explain",
      "findRuleClusters",
      "fisher",
      "fisherColumns",
      "fisherLog",
      "fisherLogColumns",
      "fitGps",
      "fixedMarginMaximumP",
      "forestPlot",
      "gould2003",
      "gould2003Columns",
      "html",
      "htmlPage",
      "htmlTable",
      "ic",
      "icApproximate",
      "icApproximateColumns",
      "icColumns",
      "icNoren2006",
      "icNoren2006Columns",
      "isoDay",
      "issueCodeText",
      "issueEffectText",
      "issueText",
      "literatureBateGamma4",
      "literatureBateGamma4Columns",
      "literatureChiSquare",
      "literatureChiSquareColumns",
      "literatureIcExponential",
      "literatureIcExponentialColumns",
      "literatureMgps",
      "literatureMgpsColumns",
      "literaturePrrInterval",
      "literaturePrrIntervalColumns",
      "loadReports",
      "lotSequence",
      "lrt",
      "lrtColumns",
      "lrtMaximumTest",
      "mantelHaenszel",
      "mantelHaenszelColumns",
      "neighbourLots",
      "normaliseLot",
      "parseCriterion",
      "parseReport",
      "partialDay",
      "poissonP",
      "poissonPColumns",
      "posteriorFdr",
      "presets",
      "profiles",
      "prr",
      "prrColumns",
      "reportJsonSchema",
      "reportSchema",
      "ror",
      "rorColumns",
      "rrr",
      "rrrColumns",
      "screen",
      "stratifiedTables",
      "yuleQ",
      "yuleQColumns",
      "zeroInflation",
    ]
  `);
  expect(Object.keys(node).sort()).toMatchInlineSnapshot(`
    [
      "readCaers",
      "readFaers",
      "readMapped",
      "readMaude",
      "readReports",
      "readVaers",
      "writeCsv",
    ]
  `);
});

test("exports of the entries are sorted by file, so that two people add theirs without a conflict", () => {
  for (const entry of ["index.ts", "node.ts"]) {
    const paragraphs = readFileSync(join(src, entry), "utf8").split("\n\n");
    for (const paragraph of paragraphs) {
      const files = [...paragraph.matchAll(/from "([^"]+)"/g)].map(([, file]) => file!);
      expect(files).toEqual([...files].sort());
    }
  }
});

test("every exported function and class has a doc comment", () => {
  const text = (file: string): string => readFileSync(join(src, file), "utf8");
  const bare = ["index.ts", "node.ts"].flatMap((entry) =>
    [...text(entry).matchAll(/export \{([^}]*)\} from "\.\/([^"]+)"/g)].flatMap(([, names = "", file = ""]) =>
      names
        .split(",")
        .map((name) => name.trim().replace(/^type /, ""))
        .filter((name) => name !== "")
        .filter((name) => {
          const declared = new RegExp(
            `(\\*/\\n)?export (?:declare )?(?:async )?(?:function\\*?|class|const|interface|type) ${name}\\b`,
          ).exec(text(file));
          return declared === null || declared[1] === undefined;
        })
        .map((name) => `${file}: ${name}`),
    ),
  );
  expect(bare).toEqual([]);
});
