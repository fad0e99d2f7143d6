import { expect, test } from "vitest";
import { ISSUE_CODES, ISSUE_EFFECTS, issueCodeText, issueEffectText, issueText, type Issue } from "pvsignal";

const issue: Issue = {
  code: "BAD_DATE",
  effect: "value-dropped",
  file: "DEMO17Q2.txt",
  row: 7,
  field: "event_dt",
  value: "20171345",
};

test("an issue is worded in the reader's language", () => {
  expect(issueText(issue, "zh")).toBe("DEMO17Q2.txt 第 7 行 event_dt：日期无法识别（“20171345”）；该值未采用");
  expect(issueText(issue, "en")).toBe('DEMO17Q2.txt line 7 event_dt: not a date ("20171345"); value left out');
  expect(issueText({ code: "MISSING_TABLE", effect: "noted", detail: "REAC" }, "en")).toBe(
    "a file of the set is missing (REAC); noted",
  );
});

test("every code and effect has its own words in both languages", () => {
  for (const locale of ["zh", "en"] as const) {
    const texts = [
      ...ISSUE_CODES.map((code) => issueCodeText(code, locale)),
      ...ISSUE_EFFECTS.map((effect) => issueEffectText(effect, locale)),
    ];
    expect(new Set(texts).size).toBe(texts.length);
    expect(texts.every((text) => /\p{Script=Han}/u.test(text) === (locale === "zh"))).toBe(true);
  }
});
