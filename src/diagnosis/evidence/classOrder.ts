import type { TF } from '../../core';
import type { Samples } from '../../training';

/** Two classes whose returns are in the other order than their names. */
export interface ClassOrder {
  head: string;
  lower: string;
  higher: string;
  /** Mean return that followed rows of each. */
  ofLower: number;
  ofHigher: number;
  /** Difference over its standard error. */
  deviations: number;
}

/** Names of classes by what happens to the price. */
const PLACES: readonly [RegExp, number][] = [
  [/^(down|fall|falls|stop|loss|lower|sell|short|bear(ish)?|negative)$/i, -1],
  [/^(flat|neutral|timeout|hold|none|same|unchanged)$/i, 0],
  [/^(up|rise|rises|profit|take-?profit|gain|higher|buy|long|bull(ish)?|positive)$/i, 1],
];

const placeOf = (name: string): number | undefined => PLACES.find(([names]) => names.test(name))?.[1];

/** The pair of named classes whose mean returns contradict their names most. */
export function classOrder(head: string, { facts }: Samples, target: TF.Tensor): ClassOrder | undefined {
  const [names, returns] = [facts?.classes?.[head], facts?.returns];
  if (!names || !returns || target.rank !== 2 || target.shape[1] !== names.length) return undefined;
  const rows = Math.min(target.shape[0]!, returns.length);
  const values = target.dataSync();
  const classes = names.map((name, column) => {
    const own: number[] = [];
    for (let row = 0; row < rows; row++)
      if (values[row * names.length + column]! > 0.5 && Number.isFinite(returns[row]!)) own.push(returns[row]!);
    const mean = own.reduce((a, b) => a + b, 0) / own.length;
    const variance = own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, own.length - 1);
    return { name, place: placeOf(name), mean, error: variance / own.length, rows: own.length };
  });
  let worst: ClassOrder | undefined;
  for (const lower of classes)
    for (const higher of classes) {
      if (lower.place === undefined || higher.place === undefined || lower.place >= higher.place) continue;
      if (lower.rows < 10 || higher.rows < 10) continue;
      const deviations = (lower.mean - higher.mean) / Math.sqrt(lower.error + higher.error + 1e-30);
      if (deviations <= (worst?.deviations ?? 0)) continue;
      const means = { ofLower: lower.mean, ofHigher: higher.mean };
      worst = { head, lower: lower.name, higher: higher.name, ...means, deviations };
    }
  return worst;
}
