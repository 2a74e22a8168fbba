import { checkChoice, checkNumber, ReluctantError } from '../../core';
import { ranks } from '../statistics/correlation';

/** Turns the signals of one date into weights; they are scaled to the gross exposure afterwards. */
export type PositionRule =
  /** Centred ranks: long the upper half, short the lower, more at the ends; sums to 0. */
  | 'rank'
  /** The highest share long and the lowest short, equally; sums to 0. */
  | 'tails'
  /** Long where the signal is above the threshold, short where it is below its negative. */
  | 'sign'
  /** As the signal, beyond the threshold. */
  | 'proportional'
  /** Any function of the date's signals. */
  | ((signals: Float64Array) => ArrayLike<number>);

/** How weights are made; checked. */
export interface PositionOptions {
  rule: PositionRule;
  /** `sign`, `proportional`: signals this close to 0 are no position. */
  threshold: number;
  /** `tails`: share of the symbols on each side. */
  share: number;
  /** Sum of the absolute weights on a date with any position. */
  exposure: number;
}

const RULES = ['rank', 'tails', 'sign', 'proportional'] as const;

/** The weights of one date, their absolute values summing to the exposure, or all 0. */
export function positionsOf(operation: string, signals: Float64Array, options: PositionOptions): Float64Array {
  const raw = rawPositions(operation, signals, options);
  let gross = 0;
  for (const weight of raw) gross += Math.abs(weight);
  return gross > 0 ? raw.map((weight) => (weight / gross) * options.exposure) : raw;
}

function rawPositions(operation: string, signals: Float64Array, options: PositionOptions): Float64Array {
  const { rule, threshold, share } = options;
  if (typeof rule === 'function') return custom(operation, rule, signals);
  switch (checkChoice(operation, 'rule', rule, RULES)) {
    case 'rank':
      return ranks(signals).map((rank) => rank - (signals.length + 1) / 2);
    case 'tails': {
      const many = Math.max(1, Math.floor(share * signals.length));
      const ordered = ranks(signals);
      if (signals.length < 2) return new Float64Array(signals.length);
      return balanced(
        ordered.map((rank) => (rank > signals.length - many + 0.5 - 1e-9 ? 1 : rank < many + 0.5 + 1e-9 ? -1 : 0)),
      );
    }
    case 'sign':
      return signals.map((signal) => (Math.abs(signal) > threshold ? Math.sign(signal) : 0));
    case 'proportional':
      return signals.map((signal) => (Math.abs(signal) > threshold ? signal : 0));
  }
}

/** Both sides of the same size; none where one side is empty, as when all signals tie. */
function balanced(sides: Float64Array): Float64Array {
  const long = sides.reduce((count, side) => count + (side > 0 ? 1 : 0), 0);
  const short = sides.reduce((count, side) => count + (side < 0 ? 1 : 0), 0);
  if (long === 0 || short === 0) return sides.fill(0);
  return sides.map((side) => (side > 0 ? 1 / long : side < 0 ? -1 / short : 0));
}

function custom(
  operation: string,
  rule: (signals: Float64Array) => ArrayLike<number>,
  signals: Float64Array,
): Float64Array {
  const weights = Float64Array.from(rule(Float64Array.from(signals)));
  if (weights.length === signals.length && weights.every(Number.isFinite)) return weights;
  throw new ReluctantError({
    code: 'weights-unusable',
    operation,
    problem: 'the rule of positions did not return a finite weight per signal',
    received: weights,
    expected: `${signals.length} finite numbers`,
  });
}

/** Checked options of positions, with their defaults. */
export function checkPositions(operation: string, options: Partial<PositionOptions>): PositionOptions {
  return {
    rule: options.rule ?? 'rank',
    threshold: checkNumber(operation, 'threshold', options.threshold ?? 0, 0),
    share: checkNumber(operation, 'share', options.share ?? 0.2, Number.MIN_VALUE, 0.5),
    exposure: checkNumber(operation, 'exposure', options.exposure ?? 1, Number.MIN_VALUE, 100),
  };
}
