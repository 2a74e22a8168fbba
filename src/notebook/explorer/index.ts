export { explore } from './explore';
export { ExploredRun, type RunRecord } from './exploredRun';
export { type ExploreOptions, Explorer } from './explorer';
export { type Drawing, LiveExplorer } from './live';
export type { Measure, SeedRow } from './measures';
export type { PartialSetting, Setting } from './setting';
