export { dataFingerprint, programFingerprint } from './fingerprint';
export { type NotedTrial, noteTrial } from './notes';
export type { Trial } from './trial';
export { type TrialChoice, TrialLedger, type TrialName, type Tried } from './trialLedger';
