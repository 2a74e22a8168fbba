export {
  type ActivationDistributionsOptions,
  activationDistributions,
  type LayerValues,
} from './activationDistributions';
export {
  type ActivationFunctionsOptions,
  activationFunctions,
  type NamedActivation,
} from './activationFunctions';
export { type ArchitectureLayer, architecture } from './architecture';
export { backtestFan } from './backtestFan';
export { type CalibrationOptions, calibration } from './calibration';
export { comparison, type Measurement } from './comparison';
export { cumulativeReturns, type ReturnSeries } from './cumulativeReturns';
export { DARK_COLOURS, followingScheme } from './dark';
export { type DeadUnitsOptions, deadUnits, type UnitActivity } from './deadUnits';
export { distributionBands, type ValuesByEpoch } from './distributionBands';
export { Figure, type FigureJSON, type FigureLayout, type FigureOptions, plainText, type Trace } from './figure';
export { gradientFlow, type LayerGradientNorm } from './gradientFlow';
export { gradientNorms, type LayerGradient } from './gradientNorms';
export { gradientShares, type TermGradient } from './gradientShares';
export { graphAttention } from './graphAttention';
export { type HorizonScore, horizonTable } from './horizonTable';
export { type LearningRateCurve, learningRateSearch } from './learningRateSearch';
export { learningRateTrace, type RunEvent } from './learningRateTrace';
export { lossStream, type TermLoss } from './lossStream';
export { type MarketOverviewOptions, marketOverview, type PriceHistory } from './marketOverview';
export { type MetricSurfaceOptions, metricSurface, type SurfacePoint } from './metricSurface';
export type { Numbers } from './numbers';
export type { DrawingOptions } from './options';
export { overfittingLogits } from './overfittingLogits';
export { type Panel, type PanelOptions, panels } from './panels';
export { type ParallelCoordinatesOptions, parallelCoordinates, type RunValues } from './parallelCoordinates';
export { isOnParetoFront, type ParetoFrontOptions, type ParetoPoint, paretoFront } from './paretoFront';
export { overfittingHalves, type PerformanceOptions, performance } from './performance';
export {
  type HeadPredictions,
  type PredictionFigureOptions,
  type PredictionSpread,
  predictionDistributions,
  predictionQuantiles,
} from './predictionDistributions';
export { type PredictionScatterOptions, predictionPanel, predictionScatter } from './predictionScatter';
export { type QuantileRange, type QuantileRangesOptions, quantileRanges } from './quantileRanges';
export { type PredictionsOverTime, residuals } from './residuals';
export { plotlyFile } from './staticPicture';
export { COLOURS, PALETTE } from './template';
export { type TermShare, termShares } from './termShares';
export {
  type EpochValues,
  type NamedHistory,
  runCurves,
  type TrainingCurvesOptions,
  trainingCurves,
} from './trainingCurves';
export { type WeightHistogramsOptions, type WeightValues, weightHistograms } from './weightHistograms';
