export { financialWaveNetRecipe } from './financialWaveNet';
export { loadProgram, RECIPES } from './load';
export { type RobustSetting, robustRecipe, trainRobust } from './robust';
export type { RobustData } from './robustData';
export { predictRobust, type RobustPredictions, robustReading } from './robustModel';
export { type MarketSource, readMarket } from './source';
export { PROGRAM_BYTES } from './streamedRows';
