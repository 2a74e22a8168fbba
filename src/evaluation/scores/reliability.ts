import { checkInteger, ReluctantError } from '../../core';
import { ranks } from '../statistics/correlation';
import { mean, standardDeviation } from '../statistics/moments';
import { checkOptions } from '../statistics/options';
import { checkPairs, finiteRows, type Numbers } from '../statistics/rows';
import { calibrationLine, scaleRatio } from './regression';

/** One bin of a reliability curve. */
export interface ReliabilityBin {
  count: number;
  /** Mean prediction of the bin. */
  predicted: number;
  /** Mean target of the bin: equal to `predicted` for a calibrated head. */
  observed: number;
}

/** What {@link reliability} found. */
export interface Reliability {
  /** Bins of even counts, lowest predictions first; equal predictions share a bin. */
  bins: ReliabilityBin[];
  /** Mean |observed - predicted| over the rows of the bins, in the unit of the target: the expected calibration error. */
  calibrationError: number;
  /** Mean prediction less mean target. */
  bias: number;
  /** Slope of target on prediction: below 1 too bold, above 1 too timid. NaN for constant predictions. */
  slope: number;
  /** Standard deviation of the predictions: how much the head dares to say. */
  sharpness: number;
  /** Sharpness over the standard deviation of the targets. */
  scaleRatio: number;
}

/**
 * Whether a head of numbers (volatility, magnitude) or of probabilities means what it says, and how much it says: reliability and
 * sharpness belong together, since the mean of the targets is perfectly reliable and says nothing.
 *
 * @param options `bins`: default 10.
 * @throws ReluctantError `not-finite`, `length-mismatch`.
 * @example
 * reliability([0, 1, 0, 1], [0.2, 0.8, 0.2, 0.8], { bins: 2 }).calibrationError; // 0.2
 */
export function reliability(targets: Numbers, predictions: Numbers, options: { bins?: number } = {}): Reliability {
  const operation = 'reliability';
  checkOptions(operation, options, ['bins']);
  const count = checkInteger(operation, 'bins', options.bins ?? 10, 1);
  const rows = checkPairs(operation, targets, predictions);
  const [truth, said] = [finiteRows(operation, 'targets', targets), finiteRows(operation, 'predictions', predictions)];
  const sums = Array.from({ length: count }, () => ({ count: 0, predicted: 0, observed: 0 }));
  ranks(said).forEach((rank, k) => {
    const bin = sums[Math.min(count - 1, Math.floor(((rank - 0.5) / rows) * count))]!;
    bin.count++;
    bin.predicted += said[k]!;
    bin.observed += truth[k]!;
  });
  const bins = sums
    .filter((bin) => bin.count > 0)
    .map((bin) => ({ count: bin.count, predicted: bin.predicted / bin.count, observed: bin.observed / bin.count }));
  return {
    bins,
    calibrationError: bins.reduce((sum, bin) => sum + (bin.count / rows) * Math.abs(bin.observed - bin.predicted), 0),
    bias: mean(said) - mean(truth),
    slope: calibrationLine(truth, said).slope,
    sharpness: standardDeviation(said),
    scaleRatio: scaleRatio(truth, said),
  };
}

/** The Brier score of probabilities and its parts. */
export interface BrierScore {
  /** Mean over rows of the squared distance from the one-hot target, summed over classes: 0 is perfect, 2 the worst. */
  score: number;
  /** What always saying the frequencies of the classes scores. */
  climatology: number;
  /** 1 - score / climatology: above 0 is skill. NaN if only one class occurs. */
  skill: number;
}

/**
 * The Brier score (1950) over all classes, with the score of the class frequencies beside it. scikit-learn halves it for two classes
 * unless `scale_by_half=False`.
 *
 * @param targets one-hot rows, flattened: `[rows * classes]`.
 * @param predictions probabilities of the same layout; each row sums to 1.
 * @param classes at least 2.
 * @throws ReluctantError `not-probabilities` naming the row, `shape-mismatch`.
 * @example
 * brierScore([1, 0, 0, 1], [0.8, 0.2, 0.4, 0.6], 2).score; // 0.2
 */
export function brierScore(targets: Numbers, predictions: Numbers, classes: number): BrierScore {
  const operation = 'brierScore';
  const rows = checkClasses(operation, targets, predictions, classes);
  let score = 0;
  const frequency = new Float64Array(classes);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let c = 0; c < classes; c++) {
      const [target, p] = [targets[row * classes + c]!, predictions[row * classes + c]!];
      score += (p - target) ** 2 / rows;
      frequency[c]! += target / rows;
      sum += p;
      if (!(p >= -1e-6 && p <= 1 + 1e-6)) throw notProbabilities(operation, row, p);
      if (!(target >= 0 && target <= 1)) throw notProbabilities(operation, row, target, 'targets');
    }
    if (Math.abs(sum - 1) > 1e-3) throw notProbabilities(operation, row, sum);
  }
  const climatology = frequency.reduce((sum, f) => sum + f * (1 - f), 0);
  return { score, climatology, skill: climatology > 1e-15 ? 1 - score / climatology : Number.NaN };
}

function checkClasses(operation: string, targets: Numbers, predictions: Numbers, classes: number): number {
  const values = checkPairs(operation, targets, predictions);
  checkInteger(operation, 'classes', classes, 2);
  if (values % classes === 0) {
    finiteRows(operation, 'targets', targets);
    finiteRows(operation, 'predictions', predictions);
    return values / classes;
  }
  throw new ReluctantError({
    code: 'shape-mismatch',
    operation,
    problem: `${values} values are not rows of ${classes} classes`,
    expected: 'rows * classes values',
  });
}

function notProbabilities(
  operation: string,
  row: number,
  received: number,
  what: 'predictions' | 'targets' = 'predictions',
): ReluctantError {
  return new ReluctantError({
    code: 'not-probabilities',
    operation,
    problem: `a row of ${what} is no distribution`,
    where: { row },
    received,
    expected: 'probabilities from 0 to 1 that sum to 1',
    fix: what === 'targets' ? 'give one-hot rows' : 'put logits through a softmax first',
  });
}
