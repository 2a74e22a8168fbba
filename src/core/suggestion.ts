/**
 * The choice that a mistyped name most likely meant: the nearest in edits (Damerau and Levenshtein's distance, optimal string
 * alignment), if at most a third of its letters differ.
 *
 * @returns undefined where nothing is near.
 */
export function nearest(name: string, choices: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const choice of choices) {
    const distance = edits(name.toLowerCase(), choice.toLowerCase());
    if (distance < least) [best, least] = [choice, distance];
  }
  return best;
}

/** Letters put in, left out, replaced or swapped with a neighbour. */
function edits(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, k) => k)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = rows[i - 1]![j - 1]! + Number(a[i - 1] !== b[j - 1]);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? rows[i - 2]![j - 2]! + 1 : Infinity;
      row.push(Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, replaced, swapped));
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
