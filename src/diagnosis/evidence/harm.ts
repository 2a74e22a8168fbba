import type { Reach } from './references';

/** How much a head does worse than what is easily reached on the same rows. */
export interface Shortfall {
  /** The reference that reaches more. */
  by: Reach['by'];
  /** Shares of the best constant's loss removed: by the reference (on rows it was not fitted to), and by the head. */
  reachable: number;
  reached: number;
  /** Their difference over its standard error, row by row. */
  deviations: number;
}

/** Least shortfall (on validation rows more: a network learns some of its rows by heart, and trees learn few), as a share of the best constant's loss plus a share of what is reachable, and least certainty. */
const MARGIN = 0.03;
const SHARES = { training: 0.06, validation: 0.1 };
const DEVIATIONS = 3;
/** Classes: least shortfall in the share of rows that are right. */
const HITS = 0.02;
/** Of the rows that the most frequent class gets wrong, a share that is no learning. */
const NOTHING = 0.2;

/**
 * Harm: the head loses more than the reference, by more than a margin and more than chance. Classes must also be right less
 * often, unless the head is right no more often than the most frequent class: certainty alone that is off harms nothing.
 *
 * @param errors of the head, row by row, in the measure of `reach`. @param hitShare share of rows whose class is right.
 */
export function shortfallOf(
  errors: Float64Array,
  hitShare: number,
  reach: Reach,
  constant: Reach,
  part: keyof typeof SHARES,
): Shortfall | undefined {
  const zero = meanOf(constant.errors);
  const reached = zero > 0 ? 1 - meanOf(errors) / zero : Number.NaN;
  const shortfall = (deviations: number): Shortfall => ({ by: reach.by, reachable: reach.skill, reached, deviations });
  if (!(zero > 0) || !Number.isFinite(reach.skill)) return undefined;
  if (!Number.isFinite(reached)) return shortfall(Infinity);
  const differences = errors.map((error, row) => error - reach.errors[row]!);
  const mean = meanOf(differences);
  const deviations = mean / Math.sqrt(meanOf(differences.map((d) => (d - mean) ** 2)) / differences.length + 1e-300);
  // A few rows far out make the standard error large; then what counts is in how many rows the head does worse.
  const worse = differences.filter((difference) => difference > 0).length;
  const signs = (worse - differences.length / 2) / Math.sqrt(differences.length / 4);
  const isCertain = deviations > DEVIATIONS || signs > DEVIATIONS || (reached < -0.1 && reach.skill > 0.1);
  if (!(reach.skill - reached > MARGIN + SHARES[part] * Math.max(0, reach.skill) && isCertain)) return undefined;
  if (!Number.isNaN(hitShare) && !isRightLessOften(hitShare, reach, constant, reach.skill - reached)) return undefined;
  return shortfall(Math.max(deviations, signs));
}

function isRightLessOften(hitShare: number, reach: Reach, constant: Reach, shortfall: number): boolean {
  const rows = reach.errors.length;
  const noise = Math.sqrt((reach.hitShare * (1 - reach.hitShare) + hitShare * (1 - hitShare)) / rows);
  if (reach.hitShare - hitShare > Math.max(HITS, 2 * noise)) return true;
  const isTrivial = reach.hitShare - constant.hitShare < HITS && hitShare - constant.hitShare < HITS;
  // A head that is right no more often than the most frequent class has learnt nothing, however few rows there are to tell by.
  const hasLearntNothing = hitShare - constant.hitShare < Math.min(HITS, NOTHING * (1 - constant.hitShare));
  return (isTrivial || hasLearntNothing) && shortfall > 0.1;
}

function meanOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
