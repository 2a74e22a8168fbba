/**
 * reluctant: find out why a neural network will not learn, mend it, and prove that it is mended.
 * This file is the whole public surface.
 */
export {
  type Compiled,
  type CompileOptions,
  clearCompiled,
  compile,
  countCompiled,
  hasRandomKey,
  randomUniform,
  withRandomKey,
} from './compile';
export { interruptRequested, interruptSignal, Random, ReluctantError, type TF, tf } from './core';
export * as data from './data';
export {
  benchmark,
  type Cause,
  confirm,
  type Diagnosis,
  diagnose,
  type Evidence,
  type Finding,
  fitSingleBatch,
  RULES as rules,
  type Rule,
  repair,
  runs,
  type Symptom,
  type Verdict,
  watchRules,
} from './diagnosis';
export * as evaluation from './evaluation';
export {
  ExploredRun,
  type ExploredSetting,
  type ExploreOptions,
  Explorer,
  type Measure,
  type SeedRow,
  Surface,
} from './explorer';
export * as inspect from './inspection';
export * as layers from './layers';
export { type Trial, type TrialChoice, TrialLedger, type TrialName, type Tried } from './ledger';
export * as losses from './losses';
export * as models from './models';
export {
  type ClaimRecord,
  claim,
  clearOutput,
  display,
  displayRaw,
  input,
  type MimeBundle,
  mimeBundle,
  ProgressBar,
  page,
  progress,
  record,
  Shown,
  updateDisplay,
} from './notebook';
export { explore, LiveExplorer } from './notebook/explorer';
export {
  renderReport,
  type SheetVerdict,
  TearSheet,
  type TearSheetData,
  type TearSheetOptions,
  tearSheet,
  writeReport,
} from './notebook/report';
export * as widgets from './notebook/widgets';
export * as plots from './plots';
export { Figure } from './plots';
export * as programs from './programs';
export {
  Program,
  type ProgramLike,
  type ProgramParts,
  predictRobust,
  program,
  type Setting,
  type TrainOptions,
  train,
  trainRobust,
} from './programs';
export * as synthetic from './synthetic';
export { formatDuration, formatNumber, formatShare, Table } from './tables';
export {
  type Averaging,
  type BatchEvent,
  type ClassWeights,
  type EpochEvent,
  type EvaluateOptions,
  evaluate,
  type FindLearningRateOptions,
  type FitOptions,
  type FoundLearningRate,
  findLearningRate,
  fit,
  type HistoryRow,
  type Metric,
  type MetricName,
  metricOf,
  type OptimizerState,
  type OverPanelOptions,
  overPanel,
  type PredictOptions,
  type Progress,
  predict,
  type RowSource,
  type RowStream,
  Run,
  type RunOrigin,
  type Samples,
  Sweep,
  type SweepOptions,
  type SweepSetting,
  type SweptRun,
  schedules,
  sweep,
  type Trainable,
  type TrainingData,
  topKMetric,
  type ValidationSplit,
  type ValueWatcher,
  watchValues,
  withValidation,
} from './training';
export * as trials from './trials';
