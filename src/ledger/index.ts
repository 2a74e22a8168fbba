export { LedgerCopy, linesOf } from './copies';
export { dataFingerprint, programFingerprint } from './fingerprint';
export type { LedgerLine } from './lines';
export { type NotedTrial, noteTrial } from './notes';
export { ledgerFile } from './place';
export type { Trial } from './trial';
export { type TrialChoice, TrialLedger, type TrialName, type Tried } from './trialLedger';
