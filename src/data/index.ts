export { type CheckOptions, check, type DataFinding, DataReport } from './market/checks';
export { addFeatures, describeFeatures, type FeatureName, ROBUST_FEATURES, STANDARD_FEATURES } from './market/features';
export { MARKET_COLUMNS, type MarketColumn, type PanelOrder, panelOrder, toMarket } from './market/panel';
export { addTargets, type TargetOptions, type VolatilityMeasure } from './market/targets';
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
} from './read/column';
export { concat } from './read/concat';
export { type ColumnSummary, Dataset, type Truth } from './read/dataset';
export type { Dialect } from './read/dialect';
export type { SessionOptions } from './read/duckdb';
export { FILE_FORMATS, type FileFormat } from './read/files';
export { type LoadOptions, load, loadBatches, type QueryOptions, query } from './read/load';
export type { RelationOptions } from './read/relation';
export type { RowSchema } from './read/schema';
export { makeRows, type RowOptions, type RowSet, type Rows } from './samples/rows';
export { DIRECTIONS, SampleSet, type SampleTensors, type SampleValues } from './samples/sampleSet';
export { type DirectionRule, type MarketSamples, makeSamples, type SampleOptions } from './samples/samples';
export { Scaler, type ScalerState, type Scaling } from './samples/scaler';
export { splitByTime, type TimeSplit, type TimeSplitOptions } from './samples/splits';
export { type GroupKeys, RankMap, rankTransform, winsorize, zScore } from './samples/transforms';
