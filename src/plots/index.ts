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
export { comparison, type Measurement } from './comparison';
export { type DeadUnitsOptions, deadUnits, type UnitActivity } from './deadUnits';
export { Figure, type FigureJSON, type FigureLayout, type FigureOptions, plainText, type Trace } from './figure';
export { gradientNorms, type LayerGradient } from './gradientNorms';
export { gradientShares, type TermGradient } from './gradientShares';
export { type MarketOverviewOptions, marketOverview, type PriceHistory } from './marketOverview';
export { type MetricSurfaceOptions, metricSurface, type SurfacePoint } from './metricSurface';
export type { Numbers } from './numbers';
export { type Panel, type PanelOptions, panels } from './panels';
export { isOnParetoFront, type ParetoFrontOptions, type ParetoPoint, paretoFront } from './paretoFront';
export {
  type HeadPredictions,
  type PredictionFigureOptions,
  type PredictionSpread,
  predictionDistributions,
  predictionQuantiles,
} from './predictionDistributions';
export { type PredictionScatterOptions, predictionPanel, predictionScatter } from './predictionScatter';
export { type QuantileRange, type QuantileRangesOptions, quantileRanges } from './quantileRanges';
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
