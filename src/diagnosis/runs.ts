/** Records of runs: write, read, list, compare. */
export {
  Checkpoints,
  compareRuns as compare,
  dataHash,
  listRuns as list,
  type RecordedRun,
  type RecordedVerdict,
  type RunExtras,
  type RunRecord,
  type RunStatus,
  RunTable,
  readRun as read,
  type SkippedRun,
  writeRun as write,
} from '../runs';
export { type RecordOptions, recordRun } from './recorder';
