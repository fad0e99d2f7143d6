import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { both, countChart, escapeHtml, forestPlot, html, htmlPage, htmlTable } from "pvsignal";

const words = { zh: "标题", en: "Title" };

test("text is escaped wherever it stands; markup of our own is not escaped twice", () => {
  const hostile = `<script>alert("1")</script>&'`;
  expect(html`<p title="${hostile}">${hostile}</p>`.markup).toBe(
    `<p title="${escapeHtml(hostile)}">${escapeHtml(hostile)}</p>`,
  );
  expect(html`<b>${html`<i>${"<"}</i>`}${[html`1`, html`2`]}</b>`.markup).toBe("<b><i>&lt;</i>12</b>");
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(escapeHtml(text)).not.toMatch(/[<>"']|&(?!amp;|lt;|gt;|quot;|#39;)/);
    }),
  );
});

test("control characters that HTML cannot hold are replaced", () => {
  expect(escapeHtml("a\u0000b\u001fc\ttab")).toBe("a\ufffdb\ufffdc\ttab");
});

test("a page names its languages, has one first heading and no script", () => {
  const page = htmlPage({ title: words, body: html`<h2>${both(words)}</h2>` });
  expect(page).toMatch(/^<!doctype html>\s*<html lang="zh">/);
  expect(page.match(/<h1>/g)).toHaveLength(1);
  expect(page).not.toContain("<script");
  expect(page).toContain('<span lang="zh">标题</span><span lang="en">Title</span>');
  expect(page).toContain("<title>标题 · Title</title>");
});

test("tables have a caption and head cells with a scope", () => {
  const table = htmlTable(words, [{ head: words, cell: (n: number) => n, number: true }], [1, 2]).markup;
  expect(table).toContain("<caption>");
  expect(table.match(/<th scope="col"\s+class="number">/g)).toHaveLength(1);
  expect(table.match(/<td class="number">/g)).toHaveLength(2);
});

describe("charts", () => {
  test("say in words what they draw, infinite and missing limits too", () => {
    const chart = forestPlot(words, [
      { label: "A × <rash>", estimate: 4, lower: 2, upper: 8 },
      { label: "B", estimate: Infinity, lower: NaN, upper: Infinity },
    ]).markup;
    expect(chart).toContain("A × &lt;rash&gt;: 4.00 (2.00–8.00); B: Infinity (NaN–Infinity)");
    expect(chart.match(/class="limit"/g)).toHaveLength(1);
    expect(chart.match(/<circle/g)).toHaveLength(2);
    expect(chart).toContain(">∞</text>");
    expect(chart).not.toMatch(/="(NaN|-?Infinity)"/);
  });

  test("of counts draw a bar for every month with reports and mark those of the alert", () => {
    const chart = countChart(words, [
      { label: "2020-01", count: 0, marked: false },
      { label: "2020-02", count: 3, marked: true },
      { label: "2020-03", count: 6, marked: false },
    ]).markup;
    expect(chart.match(/class="hit"/g)).toHaveLength(1);
    expect(chart.match(/class="bar"/g)).toHaveLength(1);
    expect(chart).toContain("2020-02: 3; 2020-03: 6");
    expect(countChart(words, []).markup).toContain("<svg");
  });
});
