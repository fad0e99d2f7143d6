/** Up to three names that look like `name`: same letters apart from case, containing it, or few edits away. */
export function nearest(name: string, names: readonly string[], limit = 3): string[] {
  const wanted = name.toLowerCase();
  const scored: { readonly name: string; readonly score: number }[] = [];
  for (const candidate of names) {
    const lower = candidate.toLowerCase();
    if (lower === wanted) scored.push({ name: candidate, score: 0 });
    else if (wanted.length > 2 && lower.startsWith(wanted)) scored.push({ name: candidate, score: 1 });
    else if (wanted.length > 2 && lower.includes(wanted)) scored.push({ name: candidate, score: 2 });
    else if (Math.abs(lower.length - wanted.length) <= 2) {
      const distance = edits(wanted, lower, 2);
      if (distance <= 2) scored.push({ name: candidate, score: 2 + distance });
    }
  }
  return scored
    .sort((x, y) => x.score - y.score || x.name.length - y.name.length || (x.name < y.name ? -1 : 1))
    .slice(0, limit)
    .map((entry) => entry.name);
}

/** Levenshtein distance, or more than `most` as soon as it is certain to be so. */
function edits(x: string, y: string, most: number): number {
  let previous = Array.from({ length: y.length + 1 }, (_, j) => j);
  for (let i = 1; i <= x.length; i++) {
    const row = [i];
    for (let j = 1; j <= y.length; j++) {
      row.push(Math.min(row[j - 1]! + 1, previous[j]! + 1, previous[j - 1]! + (x[i - 1] === y[j - 1] ? 0 : 1)));
    }
    if (Math.min(...row) > most) return most + 1;
    previous = row;
  }
  return previous[y.length]!;
}
