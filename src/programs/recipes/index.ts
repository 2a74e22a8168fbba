export { financialWaveNetRecipe } from './financialWaveNet';
export { loadProgram, programIn, RECIPES } from './load';
export { type RobustSetting, robustFrom, robustRecipe, trainRobust } from './robust';
export type { RobustData, RobustPlaces } from './robustData';
export { predictRobust, type RobustPredictions } from './robustModel';
export { type MarketSource, readMarket } from './source';
export { PROGRAM_BYTES } from './streamedRows';
