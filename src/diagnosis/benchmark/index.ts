export {
  type BenchmarkOptions,
  type BenchmarkProgram,
  BenchmarkResult,
  type BenchmarkRow,
  type CauseScore,
  type RuleScore,
  runBenchmark,
} from './benchmark';
export { BLUEPRINTS, type Blueprint, packagedBlueprints } from './blueprints';
export { HEALTHY } from './healthy';
export { MARKET_TWINS, type MarketTwin } from './marketTwins';
export { METRIC_TWINS } from './metricTwins';
export { programOfModule } from './module';
export type { Confirmed, Half, MutantRow, Repaired } from './mutantRow';
export { type CalibrationRow, MutantSummary } from './mutantSummary';
export { halfOf, isUnseen, type MutantOptions, runMutants } from './mutants';
export { MUTATIONS, type Mutation, type Severity } from './mutations';
export { TWINS, type Twin, twinPrograms } from './twins';
