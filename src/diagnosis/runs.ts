/** Records of runs: write, list, compare. */
export { type RecordOptions, recordRun as record } from './recorder';
export {
  compareRuns as compare,
  listRuns as list,
  type RunRecord,
  type RunToWrite,
  readRun as read,
  writeRun as write,
} from './runRecord';
