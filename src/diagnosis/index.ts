export * as benchmark from './benchmark';
export { CAUSES } from './causes';
export { type Cause, type Change, type Finding, Seen } from './causes/cause';
export { type ConfirmOptions, confirm } from './confirm';
export { Confirmation, type ConfirmationRow, type HeadOutcome, type Outcome } from './confirmation';
export {
  certainty,
  Diagnosis,
  type DiagnosisContext,
  diagnose,
  type HeadSkill,
  type Note,
  type Verdict,
} from './diagnose';
export type { Evidence, HeadEvidence, Moment } from './evidence/evidence';
export type { FeatureEvidence } from './evidence/features';
export type { LossBehaviour } from './evidence/lossBehaviour';
export type { EpochRow, LayersProgram, RunLike, SingleBatchFit, TrainingOptions } from './evidence/program';
export type { OwnRules } from './ownRules';
export { lookAtRecording, type RecordedLook, type RecordedVerdict } from './recordedLook';
export { Repair, type RepairOptions, type RepairStep, repair } from './repair';
export { RULES } from './rules';
export type { Measurement, Rule, Symptom, Threshold, Thresholds } from './rules/rule';
export * as runs from './runs';
export { fitSingleBatch } from './singleBatch';
export { type RuleWatcher, type WatchOptions, watchRules } from './watch';
