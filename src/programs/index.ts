export { type Configuration, configurations } from './recipes/configurations';
export {
  predictRobust,
  type RobustPredictions,
  type RobustRunOptions,
  type RobustSettings,
  trainRobust,
} from './recipes/robust';
export { PROGRAM_BYTES, type RobustFilesOptions, type RobustFilesRun, trainRobustFiles } from './recipes/robustFiles';
