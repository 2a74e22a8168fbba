export { readHistory } from './historyFile';
export { trainingOfRun } from './ownRun';
export { isOpaque, isRecording, type OpaqueRecording, opaqueRecording, trainingOfFolder } from './recordedFolder';
export {
  type Framework,
  type RecordedTraining,
  type Statistic,
  type TrainingFiles,
  trainingOfFiles,
} from './recordedTraining';
