export { ExploredRun, type RunRecord } from './exploredRun';
export { Explorer, type Screen } from './explorer';
export type { Measure, SeedRow } from './measures';
export type { ExploredEpoch, ExploreOptions, RunControl } from './options';
export type { PartialSetting, Setting } from './setting';
