export {
  type BenchmarkOptions,
  type BenchmarkProgram,
  BenchmarkResult,
  type BenchmarkRow,
  type CauseScore,
  type RuleScore,
  runBenchmark,
} from './benchmark';
export { HEALTHY } from './healthy';
export { programOfModule } from './module';
export { TWINS, type Twin, twinPrograms } from './twins';
