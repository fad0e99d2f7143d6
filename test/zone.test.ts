import { expect, test } from "vitest";

test("the suite really runs in the zone it says", () => {
  const zone = process.env["EXPECTED_TZ"];
  expect(Intl.DateTimeFormat().resolvedOptions().timeZone).toBe(zone);
  expect(new Date(2024, 0, 1).getTimezoneOffset()).toBe(zone === "Asia/Shanghai" ? -480 : 210);
});
