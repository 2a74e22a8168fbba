export type { Averaging } from './averaging';
export { type HistoryRow, historyKey, type MetricChoice, type RowOf } from './history';
export { type EpochNumbers, historyRows } from './historyForms';
export { type EvaluateOptions, evaluate } from './loop/evaluate';
export {
  type FindLearningRateOptions,
  type FoundLearningRate,
  findLearningRate,
  type TriedLearningRate,
} from './loop/findLearningRate';
export { fit } from './loop/fit';
export { predict } from './loop/predict';
export type { PredictOptions } from './loop/predictRows';
export {
  type PredictedValues,
  type Spread,
  type ValueWatcher,
  type WatchedGradient,
  type WatchedPrediction,
  type WatchedWeight,
  type WatchValuesOptions,
  watchValues,
} from './loop/watchValues';
export { type Best, directionOf, METRICS, type Metric, type MetricName, metricOf, topKMetric } from './metrics';
export type { Mode } from './mode';
export {
  givenOptimizer,
  OPTIMIZERS,
  type OptimizerChoice,
  type OptimizerName,
  type OptimizerOptions,
  optimizerSettings,
} from './optimizerOptions';
export type {
  BatchEvent,
  ClassWeights,
  EarlyStopping,
  EpochEvent,
  FitOptions,
  ProgramReference,
  Progress,
  ReduceOnPlateau,
  Watcher,
} from './options';
export type { NotFinite, RunOutcome, StopReason } from './outcome';
export { type OverPanelOptions, overPanel, windowsOf } from './overPanel';
export { Run, type RunOrigin, type WeightValues } from './run';
export type { BatchSequence, RowFacts, RowSource, RowStream, Samples, StreamedBatch, TrainingData } from './samples';
export type { Schedule, SchedulePoint } from './schedules';
export * as schedules from './schedules';
export type { OptimizerState, SavedTensor, TrainingState } from './state';
export { Sweep, type SweepOptions, type SweepSetting, type SweptRun, sweep } from './together/sweep';
export type { FunctionModel, Trainable } from './trainable';
export { type ValidationSplit, withValidation } from './withValidation';
