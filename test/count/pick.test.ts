import fc from "fast-check";
import { buildTable, type Report } from "pvsignal";
import { expect, test } from "vitest";
import { gatherRows, pickRows } from "../../src/count/pick.ts";
import { reportArbitrary, reportsArbitrary } from "./arbitrary.ts";

const nameOf = ({ source, id }: Report): string => `${source} ${id}`;

test("rows picked from several tables make the table built from their reports, column for column", () => {
  fc.assert(
    fc.property(fc.array(reportsArbitrary, { maxLength: 4 }), fc.nat(), (groups, draw) => {
      const taken = new Set<string>();
      const chosen: Report[] = [];
      const parts = groups.map((reports, g) => {
        const table = buildTable(reports);
        const rows: number[] = [];
        [...table.reports()].forEach((report, row) => {
          if ((draw + 7 * row + g) % 3 === 0 || taken.has(nameOf(report))) return;
          taken.add(nameOf(report));
          rows.push(row);
          chosen.push(report);
        });
        // The order in which rows are named does not matter.
        return { table, rows: Uint32Array.from(draw % 2 === 0 ? rows : rows.reverse()) };
      });
      const { table, part, row } = gatherRows(parts);
      expect(table.columns).toEqual(buildTable(chosen).columns);
      for (let i = 0; i < table.size; i++) expect(table.report(i)).toEqual(parts[part[i]!]!.table.report(row[i]!));
    }),
  );
});

test("versions of one report stay beside each other in the order of the parts", () => {
  fc.assert(
    fc.property(reportArbitrary, reportArbitrary, (one, other) => {
      const of = (report: Report): { table: ReturnType<typeof buildTable>; rows: Uint32Array } => ({
        table: buildTable([{ ...report, source: "x", id: "7", retracted: false }]),
        rows: Uint32Array.of(0),
      });
      const [first, second] = [of(one), of(other)];
      const picked = pickRows([first, second]);
      expect([...picked.reports()]).toEqual([first.table.report(0), second.table.report(0)]);
    }),
  );
});

test("nothing picked is the empty table", () => {
  const empty = buildTable([]).columns;
  expect(pickRows([]).columns).toEqual(empty);
  const table = buildTable([{ id: "1", source: "", version: 1, domain: "drug", products: [], events: [] }]);
  expect(pickRows([{ table, rows: new Uint32Array(0) }]).columns).toEqual(empty);
});
