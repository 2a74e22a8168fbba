export { ExploredRun } from './exploredRun';
export { Explorer, type Screen } from './explorer';
export type { Measure, SeedRow } from './measures';
export { mendable, tryMend } from './mend';
export type { ExploredEpoch, ExploreOptions, RunControl } from './options';
export type { Presenter, ShownProgress } from './presenter';
export type { ExploredSetting } from './setting';
export { Surface, type SurfaceDetails } from './surface';
