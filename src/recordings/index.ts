export { readHistory } from './historyFile';
export { type Framework, mendCode } from './mendCode';
export { trainingOfRun } from './ownRun';
export { isRecording, trainingOfFolder } from './recordedFolder';
export { type RecordedTraining, type Statistic, type TrainingFiles, trainingOfFiles } from './recordedTraining';
