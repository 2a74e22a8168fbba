export { readHistory } from './historyFile';
export { type Framework, type MendCode, type MendFacts, mendDiff } from './mendCode';
export { trainingOfRun } from './ownRun';
export { isRecording, trainingOfFolder } from './recordedFolder';
export { type RecordedTraining, type Statistic, type TrainingFiles, trainingOfFiles } from './recordedTraining';
