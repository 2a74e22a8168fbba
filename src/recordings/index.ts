export { readHistory } from './historyFile';
export { trainingOfRun } from './ownRun';
export { isRecording, trainingOfFolder } from './recordedFolder';
export {
  type Framework,
  type RecordedTraining,
  type Statistic,
  type TrainingFiles,
  trainingOfFiles,
} from './recordedTraining';
