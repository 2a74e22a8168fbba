export { addBarrierLabels, type BarrierOptions, type BarrierUnit } from './market/barriers';
export { type CheckOptions, check } from './market/checks/check';
export { type DataFinding, DataReport } from './market/checks/report';
export {
  addFeatures,
  describeFeatures,
  type FeatureName,
  ROBUST_FEATURES,
  SEVENTY_FEATURES,
  STANDARD_FEATURES,
  WAVENET_FEATURES,
} from './market/features';
export { Look, type LookedColumn, look } from './market/look';
export { checkDatesDiffer, type PanelOrder, panelOrder } from './market/order';
export { toMarket } from './market/panel';
export { addTargets, type TargetOptions, type VolatilityMeasure } from './market/targets';
export type { LabelKind } from './panels/labels';
export { type PanelColumns, type PanelSampleOptions, type PanelSamples, StockPanel } from './panels/panel';
export type { PanelSplit, PanelSplitOptions } from './panels/splitDays';
export { loadBatches } from './read/batches';
export type { SessionOptions } from './read/duckdb/session';
export { fromTable, type TableOptions } from './read/fromTable';
export { load } from './read/load';
export type { LoadOptions } from './read/options';
export { type QueryOptions, query } from './read/query';
export { save } from './read/save';
export { makeRows, type RowOptions, type RowSet, type Rows } from './samples/rows';
export { DIRECTIONS, type SampleFacts, SampleSet, type SampleTensors, type SampleValues } from './samples/sampleSet';
export { type DirectionRule, type MarketSamples, makeSamples, type SampleOptions } from './samples/samples';
export { Scaler, type ScalerState, type Scaling } from './samples/scaler';
export { splitByTime, type TimeSplit, type TimeSplitOptions } from './samples/splits';
export { type GroupKeys, RankMap, rankTransform, winsorize, zScore } from './samples/transforms';
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
} from './table/column';
export { concat } from './table/concat';
export { type ColumnSummary, type CSVOptions, Dataset, type Truth } from './table/dataset';
export { ENCODINGS, type Encoding, FILE_FORMATS, type FileFormat, FORM_OPTIONS, type FormOptions } from './table/form';
export { MARKET_COLUMNS, type MarketColumn } from './table/roles';
export type { RowSchema } from './table/schema';
