export { METHODS, type Method, type PlannedTrial, plan } from './plan';
export { type RankedTrial, Search, type SearchOptions, type SearchProgress, search } from './search';
export { sobol } from './sobol';
export { checkSpace, type Dimension, type Space } from './space';
export type { TrialResult } from './trial';
