import fc from "fast-check";
import { expect, test } from "vitest";
import { parseReport, reportJsonSchema } from "pvsignal";
import { reportArbitrary } from "../count/arbitrary.ts";

const minimal = { id: "1", domain: "drug", products: [{ name: " A ", role: "suspect" }], events: [{ term: "rash" }] };

test("a minimal report is completed and trimmed", () => {
  expect(parseReport(minimal)).toEqual({
    ...minimal,
    source: "",
    version: 1,
    products: [{ name: "A", role: "suspect" }],
  });
});

test("fields the model has no place for are dropped, so personal details cannot slip through", () => {
  const report = parseReport({ ...minimal, patientName: "张三", patient: { name: "张三", phone: "139", sex: "male" } });
  expect(JSON.stringify(report)).not.toMatch(/张三|139/);
  expect(report.patient).toEqual({ sex: "male" });
});

test.each([
  [{ ...minimal, id: "" }, "id"],
  [{ ...minimal, id: 7 }, "id"],
  [{ ...minimal, domain: "food supplement" }, "domain"],
  [{ ...minimal, version: 1.5 }, "version"],
  [{ ...minimal, receivedDate: "2014-02-30" }, "receivedDate"],
  [{ ...minimal, products: [{ name: "A" }] }, "products.0.role"],
  [{ ...minimal, events: [{ term: "" }] }, "events.0.term"],
  [{ ...minimal, patient: { ageYears: 200 } }, "patient.ageYears"],
  [null, "report"],
])("%j is refused, naming %s", (value, field) => {
  expect(() => parseReport(value)).toThrow(
    expect.objectContaining({ code: "INVALID_REPORT", message: expect.stringContaining(field) as string }),
  );
});

test("every report of the model passes its own schema unchanged", () => {
  fc.assert(
    fc.property(reportArbitrary, (report) => {
      const json = JSON.parse(JSON.stringify(report)) as object;
      expect(parseReport(json)).toEqual(json);
    }),
  );
});

test("the JSON Schema names the required fields", () => {
  const schema = reportJsonSchema();
  expect(schema["$schema"]).toBe("https://json-schema.org/draft/2020-12/schema");
  expect(schema["required"]).toEqual(["id", "domain", "products", "events"]);
});
