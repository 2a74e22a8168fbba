export {
  CrossValidation,
  type CrossValidationOptions,
  crossValidate,
  type RowFold,
  type ValidatedFold,
} from './crossValidate';
export {
  Program,
  type ProgramChange,
  type ProgramDefinition,
  type ProgramLike,
  type ProgramParts,
  type ProgramSource,
  program,
  toProgram,
} from './program';
export {
  financialWaveNetRecipe,
  loadProgram,
  type MarketSource,
  PROGRAM_BYTES,
  predictRobust,
  RECIPES,
  type RobustData,
  type RobustPredictions,
  type RobustSetting,
  robustReading,
  robustRecipe,
  trainRobust,
} from './recipes';
export type { Setting, SettingChanges, SettingChoices, SettingOf, SettingValue, StandardSetting } from './setting';
export { type TrainedRun, type TrainOptions, train } from './train';
