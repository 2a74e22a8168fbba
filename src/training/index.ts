export { fit } from './fit';
export type { MetricName } from './metrics';
export type { OptimizerOptions } from './optimizers';
export type {
  EarlyStopping,
  EpochEvent,
  FitOptions,
  Mode,
  Progress,
  ReduceOnPlateau,
  Samples,
  TrainingData,
  Watcher,
} from './options';
export { type HistoryRow, type NotFinite, Run, type StopReason } from './run';
export type { Schedule, SchedulePoint } from './schedules';
export * as schedules from './schedules';
export { Sweep, type SweepOptions, type SweepSetting, type SweptRun, sweep } from './sweep';
export type { FunctionModel, Trainable } from './trainable';
