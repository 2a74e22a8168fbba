export {
  type Backtest,
  type BacktestOptions,
  type BacktestPanel,
  type BacktestSummary,
  backtest,
} from './backtest/backtest';
export { type Drawdown, drawdown } from './backtest/drawdown';
export type { PositionRule } from './backtest/positions';
export { type BlockOptions, type Bootstrapped, blockBootstrap, resampleBlocks } from './comparison/blockBootstrap';
export { type DieboldMarianoOptions, dieboldMariano } from './comparison/dieboldMariano';
export {
  type SuperiorAbility,
  type SuperiorOptions,
  superiorPredictiveAbility,
} from './comparison/superiorPredictiveAbility';
export { type LongRunOptions, type LongRunVariance, longRunVariance } from './inference/longRunVariance';
export { type MeanTestOptions, meanTest, type TestedMean } from './inference/meanTest';
export type { BestOfSeveral, RotationOptions } from './inference/rotation';
export type { Dominance } from './overfitting/dominance';
export type { HalfMetric } from './overfitting/metrics';
export type { NullBand } from './overfitting/nullBand';
export { type BacktestOverfitting, backtestOverfitting, type OverfittingOptions } from './overfitting/overfitting';
export { accuracy, logLoss, rocAUC, rocAUCOneVsRest } from './scores/classification';
export { confusionMatrix, f1Score, precision, recall, topKAccuracy } from './scores/confusion';
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
export {
  type BrierScore,
  brierScore,
  type Reliability,
  type ReliabilityBin,
  reliability,
} from './scores/reliability';
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
export {
  type HorizonOptions,
  type HorizonScores,
  type HorizonSharpe,
  horizonScores,
  type MeanOverDates,
} from './signals/horizonScores';
export {
  type DecayStep,
  type ICKind,
  type ICOptions,
  type ICSeries,
  icDecay,
  informationCoefficients,
  type TestedIC,
  testIC,
} from './signals/informationCoefficients';
export type { SignalPanel } from './signals/panel';
export { type QuantileReturns, quantileReturns, type SignalTurnover, signalTurnover } from './signals/quantileReturns';
export { type GainKind, type TopKOptions, type TopKScores, type TopKSeries, topKScores } from './signals/topK';
export { type AnyFold, type AuditOptions, auditLeakage, type Leak, type LeakKind } from './splits/auditLeakage';
export {
  assemblePaths,
  type CombinatorialOptions,
  type CombinatorialSplit,
  combinatorialPurged,
} from './splits/combinatorialPurged';
export type { Fold, LabelIntervals } from './splits/labels';
export { purgedTraining } from './splits/purge';
export { type PurgedKFoldOptions, purgedKFold } from './splits/purgedKFold';
export { type WalkForwardOptions, walkForward } from './splits/walkForward';
export { informationCoefficient, pearson, rankIC, ranks } from './statistics/correlation';
export { kolmogorovSmirnov, quantile, quantileOfSorted, quantiles, wasserstein } from './statistics/distributions';
export { normalCDF, normalQuantile, studentCritical, studentTwoSided } from './statistics/laws';
export { type LinearFit, linearFit } from './statistics/linear';
export { type Census, census, mean, standardDeviation, variance } from './statistics/moments';
export { sharingOrder } from './statistics/order';
export type { Numbers } from './statistics/rows';
export { type Tail, tail } from './statistics/tails';
