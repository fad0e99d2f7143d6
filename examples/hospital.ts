/**
 * Sentinel hospitals that send counts only. Two hospitals count their own reports and send a file of labels and numbers; the centre
 * adds the files up and screens the sum. Told in full, the counts give the very numbers of the pooled reports. With small cells
 * withheld, the centre knows bounds instead. No report, and no id of one, leaves a hospital.
 *
 *   npx tsx examples/hospital.ts
 */
import {
  buildTable,
  countPairs,
  exportCounts,
  importCounts,
  mergeCounts,
  presets,
  screen,
  type CountsFile,
  type PairCounts,
  type Report,
} from "pvsignal";
import { simulateProvince } from "pvsignal/simulate";

// The reports of a made-up province, shared out over two hospitals by their reporting unit. In life nobody has them together; here
// they are counted together once, to compare.
const province = simulateProvince({
  seed: 11,
  days: 120,
  reportsPerDay: 12,
  products: 12,
  reactionGroups: 4,
  units: 24,
});
const all = [...buildTable(province.reports).reports()];
const units = [...new Set(all.map(({ unit }) => unit))].sort();
const isOfA = ({ unit }: Report): boolean => units.indexOf(unit) % 2 === 0;
const hospitals = [
  { source: "hospital A", reports: all.filter(isOfA) },
  { source: "hospital B", reports: all.filter((report) => !isOfA(report)) },
];

const counted = (reports: readonly Report[]): PairCounts => countPairs(buildTable(reports), { domain: "drug" });

/** What a hospital does: its reports stay, a text goes. */
const sent = (minimumCell?: number): readonly string[] =>
  hospitals.map(({ source, reports }) => JSON.stringify(exportCounts(counted(reports), { source, minimumCell })));

/** What the centre does with the texts. */
const received = (files: readonly string[]): PairCounts => mergeCounts(...files.map((file) => importCounts(file)));

const rule = presets.evans;
const pooled = screen(counted(all), { rule });
console.log(`pooled: ${pooled.counts.n} reports, ${pooled.size} pairs, ${pooled.sdrs().length} SDRs`);

for (const minimumCell of [undefined, 3]) {
  const files = sent(minimumCell);
  console.log(minimumCell === undefined ? "\nall counts told" : `\ncounts below ${minimumCell} withheld`);
  for (const [i, file] of files.entries()) tellFile(hospitals[i]!.source, file);
  const merged = screen(received(files), { rule });
  const { counts } = merged;
  console.log(`centre: ${counts.n} reports, ${merged.size} pairs, ${merged.sdrs().length} SDRs`);
  if (counts.bounds === undefined) {
    const isSame = JSON.stringify(merged.rows()) === JSON.stringify(pooled.rows());
    console.log(`every count, score and verdict is that of the pooled reports: ${isSame ? "yes" : "NO"}`);
  } else tellBounds(counts);
}

/** The first fields of a file, and whether any of the hospital's report ids is in it. */
function tellFile(name: string, file: string): void {
  const { format, version, source, minimumCell, n, products, n1, events, a } = JSON.parse(file) as CountsFile;
  console.log(`${name} sends:`);
  console.log(`  ${JSON.stringify({ format, version, source, minimumCell, n })}`);
  console.log(`  products ${JSON.stringify(products.slice(0, 3))} … with n1 ${JSON.stringify(n1.slice(0, 3))} …`);
  console.log(`  events ${JSON.stringify(events.slice(0, 2))} …, a ${JSON.stringify(a.slice(0, 12))} …`);
  const told = all.filter(({ id }) => file.includes(id)).length;
  console.log(
    `  report ids in it: ${told}; withheld counts: ${a.filter((value) => value === null).length} of ${a.length}`,
  );
}

/** Sure in spite of what is withheld, open because of it, and whether the truth lies where it should. */
function tellBounds(counts: PairCounts): void {
  const { bounds, options } = counts;
  console.log(`not known exactly: ${JSON.stringify(options.suppression)}`);
  let within = 0;
  let sure = 0;
  let open = 0;
  let shown = 0;
  for (let i = 0; i < counts.size; i++) {
    const { product, event, a } = counts.row(i);
    const upper = bounds!.a[i]!;
    const truth = pooled.counts.pair(product, event).a;
    if (a <= truth && truth <= upper) within++;
    if (a >= 3) sure++;
    else if (upper >= 3) open++;
    if (a < upper && upper > 4 && shown < 3) {
      shown++;
      console.log(`  ${product} – ${event}: between ${a} and ${upper} reports; in truth ${truth}`);
    }
  }
  console.log(`the pooled count lies within the bounds: ${within} of ${counts.size} pairs`);
  console.log(`three reports or more: ${sure} pairs for certain, ${open} perhaps, ${counts.size - sure - open} not`);
}
