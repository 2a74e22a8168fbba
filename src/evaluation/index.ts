export { type LongRunOptions, type LongRunVariance, longRunVariance } from './inference/longRunVariance';
export { type MeanTestOptions, meanTest, type TestedMean } from './inference/meanTest';
export type { BestOfSeveral, RotationOptions } from './inference/rotation';
export type { HalfMetric } from './overfitting/blocks';
export type { Dominance } from './overfitting/dominance';
export type { NullBand } from './overfitting/nullBand';
export { type BacktestOverfitting, backtestOverfitting, type OverfittingOptions } from './overfitting/overfitting';
export { accuracy, logLoss, rocAUC, rocAUCOneVsRest } from './scores/classification';
export {
  type CalibrationLine,
  calibrationLine,
  meanAbsoluteError,
  meanError,
  meanSquaredError,
  rootMeanSquaredError,
  rSquared,
  scaleRatio,
  skillOverConstant,
} from './scores/regression';
export { type EffectiveTrials, effectiveTrials } from './sharpe/effectiveTrials';
export {
  type DeflatedSharpe,
  deflatedSharpe,
  expectedMaximum,
  minimumBacktestLength,
  minimumTrackRecord,
  type ProbabilisticOptions,
  probabilisticSharpe,
  type SharpeConvention,
  type Trials,
} from './sharpe/probabilistic';
export { type SharpeOptions, type SharpeSample, sharpeRatio, sharpeSample } from './sharpe/sample';
export {
  bestSharpeTest,
  type SharpeTestOptions,
  sharpeDifference,
  sharpeStandardError,
  sharpeTest,
  type TestedSharpe,
} from './sharpe/tests';
export { informationCoefficient, pearson, rankIC, ranks } from './statistics/correlation';
export { kolmogorovSmirnov, quantile, quantileOfSorted, quantiles, wasserstein } from './statistics/distributions';
export { normalCDF, normalQuantile, studentCritical, studentTwoSided } from './statistics/laws';
export { type LinearFit, linearFit } from './statistics/linear';
export { type Census, census, mean, standardDeviation, variance } from './statistics/moments';
export { sharingOrder } from './statistics/order';
export type { Numbers } from './statistics/rows';
export { type Tail, tail } from './statistics/tails';
