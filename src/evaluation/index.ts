export { accuracy, logLoss, rocAUC, rocAUCOneVsRest } from './classification';
export { informationCoefficient, pearson, rankIC, ranks } from './correlation';
export { kolmogorovSmirnov, quantile, quantileOfSorted, quantiles, wasserstein } from './distributions';
export { type LinearFit, linearFit } from './linear';
export { type Census, census, mean, standardDeviation, variance } from './moments';
export { sharingOrder } from './order';
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
} from './regression';
export type { Numbers } from './rows';
export { type Tail, tail } from './tails';
