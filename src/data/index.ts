export { type CheckOptions, check, DataReport, type Finding } from './checks';
export {
  type Column,
  cellOf,
  type DateColumn,
  dayToText,
  MILLISECONDS_PER_DAY,
  MISSING_DAY,
  type NumberColumn,
  type SymbolColumn,
  type TimeColumn,
  textToDay,
} from './column';
export { concat } from './concat';
export { type ColumnSummary, Dataset, type Truth } from './dataset';
export type { Dialect } from './dialect';
export type { SessionOptions } from './duckdb';
export { addFeatures, describeFeatures, type FeatureName, ROBUST_FEATURES, STANDARD_FEATURES } from './features';
export { FILE_FORMATS, type FileFormat } from './files';
export { type LoadOptions, load, loadBatches, type QueryOptions, query } from './load';
export { MARKET_COLUMNS, type MarketColumn, type PanelOrder, panelOrder, toMarket } from './panel';
export type { RelationOptions } from './relation';
export { makeRows, type RowOptions, type RowSet, type Rows } from './rows';
export { DIRECTIONS, SampleSet, type SampleTensors, type SampleValues } from './sampleSet';
export { type DirectionRule, makeSamples, type SampleOptions, type Samples } from './samples';
export { Scaler, type ScalerState, type Scaling } from './scaler';
export type { RowSchema } from './schema';
export { purgedTraining, splitByTime, type TimeSplit, type TimeSplitOptions } from './splits';
export { addTargets, type TargetOptions, type VolatilityMeasure } from './targets';
export { type GroupKeys, RankMap, rankTransform, winsorize, zScore } from './transforms';
