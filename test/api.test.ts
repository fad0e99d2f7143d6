import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as browser from "pvsignal";
import * as node from "pvsignal/node";
import * as simulate from "pvsignal/simulate";

const src = join(import.meta.dirname, "../src");

test("the API is what it was meant to be: a new or lost name shows up here", () => {
  expect(Object.keys(browser).sort()).toMatchInlineSnapshot(`
    [
      "ANSWERS",
      "CAUSALITIES",
      "COMPLETENESS_DIMENSIONS",
      "CRITERION_COLUMNS",
      "DIVISION_LEVELS",
      "DOMAINS",
      "ERROR_CODES",
      "IDENTIFIER_FAULTS",
      "IDENTIFIER_WARNINGS",
      "ISSUE_CODES",
      "ISSUE_EFFECTS",
      "MISSING_STRATUM",
      "OUTCOMES",
      "PREDICATE_COLUMNS",
      "PROVINCES",
      "PairCounts",
      "PvError",
      "REPORT_KINDS",
      "ROLES",
      "ReportTable",
      "SAMPLE_STRATA",
      "SERIOUSNESS",
      "SEXES",
      "Screening",
      "UNIT_KINDS",
      "adjustP",
      "ageBand",
      "ageBandStarts",
      "ageBands",
      "allOf",
      "anyOf",
      "applyDuplicates",
      "bate1998",
      "bate1998Columns",
      "blockings",
      "both",
      "buildTable",
      "cellReportIds",
      "cellRows",
      "checkReport",
      "checkReports",
      "chiSquare",
      "chiSquareColumns",
      "chiSquareLogP",
      "chiSquareLogPColumns",
      "completenessSummary",
      "countChart",
      "countPairs",
      "countsFromRows",
      "countyCoverage",
      "createDivisions",
      "creditCheckCharacter",
      "criterionText",
      "csvCell",
      "dateArtefacts",
      "defineForm",
      "deviationWeight",
      "deviceForm2019",
      "duplicateFields",
      "ebProbabilityBelow",
      "ebgm",
      "ebgmColumns",
      "escapeHtml",
      "estimateRates",
      "exactKeyOf",
      "exactKeys",
      "expectedCount",
      "expertSample",
      "explain",
      "findDuplicates",
      "findLotClusters",
      "findRuleClusters",
      "fisher",
      "fisherColumns",
      "fisherLog",
      "fisherLogColumns",
      "fitGps",
      "fixedMarginMaximumP",
      "forestPlot",
      "fourElements",
      "funnelFlag",
      "gould2003",
      "gould2003Columns",
      "gs1CheckDigit",
      "hitWeight",
      "html",
      "htmlPage",
      "htmlTable",
      "ic",
      "icApproximate",
      "icApproximateColumns",
      "icColumns",
      "icNoren2006",
      "icNoren2006Columns",
      "identifierCodeText",
      "indicators",
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
      "logicChecks",
      "lotAlertsPerYear",
      "lotDetector",
      "lotFault",
      "lotSequence",
      "lrt",
      "lrtColumns",
      "lrtMaximumTest",
      "mantelHaenszel",
      "mantelHaenszelColumns",
      "missFactor",
      "missWeight",
      "neighbourLots",
      "normaliseLot",
      "parseApprovalNumber",
      "parseCosmeticClass",
      "parseCosmeticNumber",
      "parseCreditCode",
      "parseCriterion",
      "parseDeviceNumber",
      "parseGs1",
      "parseIdentifier",
      "parseNationalDrugCode",
      "parseReport",
      "parseTraceCode",
      "parseUdi",
      "partialDay",
      "perMillion",
      "poissonP",
      "poissonPColumns",
      "posteriorFdr",
      "presets",
      "profiles",
      "provinceOf",
      "prr",
      "prrColumns",
      "reportJsonSchema",
      "reportSchema",
      "ror",
      "rorColumns",
      "rrr",
      "rrrColumns",
      "scoreForm",
      "screen",
      "sentinelCoverage",
      "silentGroups",
      "stratifiedTables",
      "timeliness",
      "timelinessProfiles",
      "timelinessSummary",
      "unionShare",
      "unitSheets",
      "validShares",
      "vigiGrade",
      "vigiGradeWeights",
      "wilsonShare",
      "yearChange",
      "yuleQ",
      "yuleQColumns",
      "zeroInflation",
    ]
  `);
  expect(Object.keys(node).sort()).toMatchInlineSnapshot(`
    [
      "readCaers",
      "readE2b",
      "readFaers",
      "readHealthCanada",
      "readMapped",
      "readMaude",
      "readOpenFda",
      "readReports",
      "readVaers",
      "writeCsv",
      "writeE2b",
    ]
  `);
  expect(Object.keys(simulate).sort()).toMatchInlineSnapshot(`
    [
      "PRODUCT_CLASSES",
      "simulateProvince",
      "simulatedGroup",
    ]
  `);
});

test("exports of the entries are sorted by file, so that two people add theirs without a conflict", () => {
  for (const entry of ["index.ts", "node.ts", "simulate.ts"]) {
    const paragraphs = readFileSync(join(src, entry), "utf8").split("\n\n");
    for (const paragraph of paragraphs) {
      const files = [...paragraph.matchAll(/from "([^"]+)"/g)].map(([, file]) => file!);
      expect(files).toEqual([...files].sort());
    }
  }
});

test("every exported function and class has a doc comment", () => {
  const text = (file: string): string => readFileSync(join(src, file), "utf8");
  const bare = ["index.ts", "node.ts", "simulate.ts"].flatMap((entry) =>
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
