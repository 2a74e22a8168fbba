export { type RankedTrial, Search } from './found';
export type { Places } from './places';
export { METHODS, type Method, type PlannedTrial, plan } from './plan';
export { type SearchOptions, type SearchProgress, search } from './search';
export { sobol } from './sobol';
export { checkSpace, type Dimension, type Space } from './space';
export type { TrialResult } from './trial';
