export { type CheckpointDetails, Checkpoints } from './checkpoints';
export { dataHash } from './dataHash';
export { readGuarded, readGuardedText } from './digests';
export { crc32c } from './eventFile';
export { type Histogram, histogramOf, type WeightHistogram, watchHistograms } from './histograms';
export { compareRuns, listRuns, RunTable, type SkippedRun } from './list';
export { releaseLost } from './lock';
export { checkRunName, freeRunName, unusedName } from './names';
export { type RecordedRun, readJSON, readRecord, readRun } from './read';
export {
  isOwn,
  plain,
  type RecordedVerdict,
  RUN_FORMAT_VERSION,
  type RunRecord,
  type RunStatus,
  toNumbers,
} from './record';
export { RunFolder, type TrainedThere } from './runFolder';
export { readWeights, WEIGHT_FILE, weightsOf } from './weightFile';
export { type RunExtras, recordOf, writeJSON, writeRun } from './write';
