/** Whether what was chosen beats choosing blindly, for everybody who prefers more (first) or who also dislikes risk (second). */
export interface Dominance {
  first: boolean;
  second: boolean;
}

/**
 * Stochastic dominance of `chosen` over `blind`: first order when no threshold is more often missed by `chosen`, second order
 * when the area between the distribution functions never turns against it; both strictly somewhere (Hadar and Russell 1969).
 */
export function dominance(chosen: Float64Array, blind: Float64Array): Dominance {
  const [a, b] = [Float64Array.from(chosen).sort(), Float64Array.from(blind).sort()];
  const scale = Math.max(Math.abs(a[0]!), Math.abs(a.at(-1)!), Math.abs(b[0]!), Math.abs(b.at(-1)!));
  const slack = 1e-12 * scale;
  let [i, j, area, first, second, better] = [0, 0, 0, true, true, false];
  let previous = Math.min(a[0]!, b[0]!);
  while (i < a.length || j < b.length) {
    const value = Math.min(a[i] ?? Infinity, b[j] ?? Infinity);
    const gap = j / b.length - i / a.length;
    const width = value - previous;
    if (gap < -1e-12 && width > slack) first = false;
    area += gap * width;
    if (area < -slack) second = false;
    if (area > slack) better = true;
    while (i < a.length && a[i]! === value) i++;
    while (j < b.length && b[j]! === value) j++;
    previous = value;
  }
  return { first: first && better, second: second && better };
}
