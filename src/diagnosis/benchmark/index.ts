export { type BenchmarkOptions, BenchmarkResult, type BenchmarkRow, type CauseScore, runBenchmark } from './benchmark';
export { TWINS, type Twin } from './twins';
